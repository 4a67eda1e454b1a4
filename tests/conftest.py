"""What holds for all tests."""

import pytest

from laws import register_profiles

register_profiles()

#: Files that take longest come first, so that no worker is left with one of them at the end.
_LONGEST = (
    "notebooks/test_nbval.py",
    "hostile/test_planted_identifiers.py",
    "unattended/test_killed_release.py",
    "notebooks/test_states_of_the_demo.py",
    "demo/test_truth.py",
    "metrics/test_metrics_on_real_tables.py",
    "tables/test_killed.py",
    "publish/test_browser.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        name = item.path.as_posix()
        return next((at for at, one in enumerate(_LONGEST) if name.endswith(one)), len(_LONGEST))

    items.sort(key=place)
