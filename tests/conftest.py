"""What holds for all tests."""

import os
from collections.abc import Iterator

import pytest

from helpers.config.algebra import ONE_THREAD
from laws import register_profiles
from pristine import import_everything, nothing_left, nothing_remembered, state_of_libraries

register_profiles()
# Before numpy is imported, as the command line does: the same sums on any number of processors.
for _name, _threads in ONE_THREAD.items():
    os.environ.setdefault(_name, _threads)

#: Files that take longest come first, so that no worker is left with one of them at the end.
_LONGEST = (
    "notebooks/test_nbval.py",
    "hostile/test_planted_identifiers.py",
    "unattended/test_killed_release.py",
    "notebooks/test_states_of_the_demo.py",
    "metrics/test_any_engine.py",
    "tables/test_killed.py",
    "publish/test_book.py",
    "analysis/test_findings.py",
    "demo/test_truth.py",
    "publish/test_browser.py",
)


@pytest.fixture(scope="session", autouse=True)
def everything_imported() -> None:
    import_everything()


@pytest.fixture(scope="module", autouse=True)
def libraries_as_they_were(everything_imported: None) -> Iterator[None]:
    with nothing_left(state_of_libraries):
        yield


@pytest.fixture(autouse=True)
def process_as_it_was() -> Iterator[None]:
    with nothing_left(), nothing_remembered():
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        name = item.path.as_posix()
        return next((at for at, one in enumerate(_LONGEST) if name.endswith(one)), len(_LONGEST))

    items.sort(key=place)
