"""The page that lists what can be read is the declarations' own."""

import runpy
from pathlib import Path

from helpers.sources.catalogue import load_sources

ROOT = Path(__file__).parents[2]


def test_every_family_stands_on_the_page_of_formats():
    written = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    assert written == runpy.run_path(str(ROOT / "tools" / "formats.py"))["page"]()
    for source in load_sources().values():
        assert source.name.en.replace(" (template)", "") in written
