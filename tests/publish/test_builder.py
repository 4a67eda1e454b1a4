"""What the process that builds a book says of its end, also when it says nothing."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from helpers.config.disks import naming_the_disk
from helpers.publish.engine import build
from helpers.vocabulary.faults import WorkFailed

pytestmark = pytest.mark.skipif(os.name == "nt", reason="stands in for Python with a script")


@pytest.fixture
def builder(tmp_path, monkeypatch):
    """Put a shell script in the builder's place."""

    def stands_in(script: str) -> None:
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(path))

    return stands_in


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (
            "kill -9 $$",
            "book (en): the builder was ended by signal 9 and said nothing; look",
        ),
        ("exit 3", "book (en): the builder ended with code 3 and said nothing; look"),
        ("echo oh no >&2; exit 1", "book (en): oh no"),
        ("echo a.ipynb:7: WARNING: no such link >&2; exit 1", "a.ipynb (en), line 7: no such link"),
    ],
)
def test_a_builder_that_ended_is_told_with_its_last_words(builder, script, said):
    builder(script)
    with pytest.raises(WorkFailed) as caught:
        build({"en": []})
    assert str(caught.value).startswith(said)


def test_a_full_disk_is_named_though_the_builder_found_it(builder, tmp_path: Path):
    builder("echo 'OSError: [Errno 28] No space left on device' >&2; exit 1")
    with pytest.raises(WorkFailed, match="the disk is full"), naming_the_disk(tmp_path):
        build({"en": []})


def test_builders_that_complain_at_length_do_not_wait_for_each_other_for_ever(builder):
    builder("head -c 300000 /dev/zero | tr '\\0' x >&2; echo >&2; echo the end >&2; exit 1")
    with pytest.raises(WorkFailed) as caught:
        build({"zh": [], "en": []})
    assert [fault.what.endswith("/ the end") for fault in caught.value.faults] == [True, True]
