"""A plan that says which of its files somebody looked into.

A page depends on the plan files that it read, and not on the year's whole folder: a risk that is
added changes no page about sales. That the whole plan hangs together is another matter, and asked
again whenever any of its files changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from helpers.plan.loading import FILES, Plan

#: Part of a plan -> the file it stands in.
FILE_OF: Mapping[str, str] = {
    part: name for name, model in FILES.items() for part in model.model_fields
}


class WatchedPlan(Plan):
    """A plan that tells the name of a file when its part is first looked at."""

    def __getattribute__(self, name: str) -> Any:
        if name in FILE_OF:
            told = object.__getattribute__(self, "__dict__").get("_told")
            if told is not None:
                told(FILE_OF[name])
        return object.__getattribute__(self, name)


def watched(plan: Plan, told: Callable[[str], None]) -> Plan:
    """Give the same plan; ``told`` hears the name of each file when it is looked into."""
    copy = WatchedPlan(**{one.name: getattr(plan, one.name) for one in fields(plan)})
    object.__setattr__(copy, "_told", told)
    return copy
