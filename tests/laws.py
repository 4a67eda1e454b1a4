"""How hard a law is searched for counter-examples: a little here, the same each time; long in soak.

``make test`` judges a change, so what it says must follow from the change: the examples of a law
are drawn from its own text and are the same on every run. ``make soak`` looks for examples that
nobody has thought of, many more and others each time, and prints how to repeat what it finds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, settings

#: How many times as many examples are tried in ``make soak``.
LONGER = 20
#: A busy machine is no counter-example.
_SLOW: Sequence[HealthCheck] = (HealthCheck.too_slow, HealthCheck.data_too_large)


def register_profiles() -> None:
    """Have the laws tried as ``make test`` does, unless ``--hypothesis-profile=soak`` is given."""
    settings.register_profile(
        "review", deadline=None, derandomize=True, database=None, suppress_health_check=_SLOW
    )
    settings.register_profile(
        "soak", deadline=None, database=None, suppress_health_check=_SLOW, print_blob=True,
        max_examples=100 * LONGER,
    )  # fmt: skip
    settings.load_profile("review")


def examples(few: int, *tolerated: HealthCheck, **more: Any) -> settings:
    """Bound the examples of a law that costs more than a moment each.

    Args:
        few: How many are tried in ``make test``.
        tolerated: Further health checks that the law is not to fail.
        more: Further settings.
    """
    in_soak = settings.get_current_profile_name() == "soak"
    return settings(
        max_examples=few * LONGER if in_soak else few,
        suppress_health_check=[*_SLOW, *tolerated],
        **more,
    )
