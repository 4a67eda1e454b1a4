"""``review publish`` with nothing to do: says so before anything heavy is imported.

Only what is asked in the plainest way is understood here; everything else is left to the command
itself, which says what is wrong with it, too.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from helpers.publish.standing import Asked, standing
from helpers.reviews.journal import recording

_TAKEN = {"--workspace", "--period", "--status", "--lang", "--jobs"}


def said_again(arguments: Sequence[str]) -> bool:
    """Say that nothing has changed, where that is known; tell whether it was said."""
    asked = asked_in(arguments)
    try:
        found = standing(asked) if asked else None
    except OSError:
        return False  # no such company, or not readable: the command itself says so
    if asked is None or found is None or _has_notices(asked):
        return False
    with recording(asked.paths, "publish", asked.review, asked.period) as run:
        run.note(**found.entry)
        for line in found.lines:
            sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    return True


def _has_notices(asked: Asked) -> bool:
    """Tell whether a notice still has to be sent (``publish.notices``), which is work."""
    try:
        told = (asked.paths.runs / "notices.json").read_text(encoding="utf-8")
    except OSError:
        return False
    return '"state": "pending"' in told


def asked_in(arguments: Sequence[str]) -> Asked | None:
    """Read ``publish REVIEW`` with its plain options; None where anything else is asked.

    >>> asked_in(["publish", "monthly", "--period=last"])
    Asked(workspace=None, review='monthly', period='last', status=None, languages=('zh', 'en'))
    >>> asked_in(["publish", "monthly", "--force"]) is None
    True
    """
    if len(arguments) < 2 or arguments[0] != "publish":
        return None
    given: dict[str, str] = {}
    named: list[str] = []
    rest = list(arguments[1:])
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        if not name.startswith("-"):
            named.append(name + equals + value)
        elif name in _TAKEN and name not in given and (equals or rest):
            given[name] = value if equals else rest.pop(0)
        else:
            return None
    if len(named) != 1:
        return None
    spoken = given.get("--lang", "zh,en").split(",")
    return Asked(
        workspace=given.get("--workspace"),
        review=named[0],
        period=given.get("--period", "last"),
        status=given.get("--status"),
        languages=tuple(one.strip() for one in spoken if one.strip()),
    )
