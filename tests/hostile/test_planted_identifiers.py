"""Two hundred identifiers in every place where a person can stand: none of them is kept.

What is promised, and what is not: a column that no table needs is not read, a buyer becomes a keyed
hash, and of free text that is kept (``type: note``) goes what a pattern can tell. A name inside
such a text looks like any other word; it is therefore not planted there.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from helpers.config.workspace import load_workspace
from helpers.demo.company import write_demo
from helpers.sources.catalogue import load_sources
from helpers.sources.declared import Column, Source
from helpers.tables.buyers import buyer_key
from helpers.tables.warehouse import Warehouse

from .campaign import Done, ingested
from .exports import PERIOD, WORKSPACE, Export, as_xlsx, made
from .identifiers import COUNT, Planted, Search, as_json, planted, texts_in
from .mutations import lock

ALL = planted()
#: Into free text that is kept goes what can be told by its form.
PATTERNS = [one for one in ALL if one.by_pattern]
PASSWORD = "Zqpassword-5571-open"
KEY = b"zqkey-of-the-buyers-5571-aa-0123".hex()
#: What nobody may find either.
SECRETS = [
    Planted("secret", text, text.replace("-", "").lower(), False) for text in (PASSWORD, KEY)
]
#: Rows of each file; from this one on, each has one cell that cannot be read.
ROWS, BAD_FROM = 12, 6
BAD_TYPES = ("money", "integer", "percent", "boolean", "date", "days", "timestamp", "country")


class Planter:
    """Deals the identifiers out, one after the other, so that each comes in many files."""

    def __init__(self) -> None:
        self.dealt: Counter[Planted] = Counter()
        self._at = {len(ALL): 0, len(PATTERNS): 0}

    def next(self, among: list[Planted]) -> str:
        one = among[self._at[len(among)] % len(among)]
        self._at[len(among)] += 1
        self.dealt[one] += 1
        return one.text

    def export(self, source: Source, kind: str) -> Export:
        typed = [c for c, about in source.columns.items() if about.type in BAD_TYPES]

        def cell(column: str, about: Column, row: int) -> str | None:
            if about.type == "customer":
                return self.next(ALL)
            if about.type == "note":
                return f"please ask {self.next(PATTERNS)} or {self.next(PATTERNS)} today"
            if row >= BAD_FROM and typed and column == typed[row % len(typed)]:
                return self.next(ALL)
            return None

        more = ["Buyer's wish", f"Note of {self.next(PATTERNS)}", "内部备注"]
        return made(source, kind, cell=cell, more=more, rows=ROWS,
                    others=lambda header, row: self.next(ALL))  # fmt: skip


def dressed(data: bytes, planter: Planter) -> bytes:
    """Put identifiers where a workbook keeps what stands in no cell."""
    from openpyxl.comments import Comment

    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    sheet.title = "zq.vorpal4128@mail-zq.exampl"[:31]
    sheet["A2"].comment = Comment(planter.next(ALL), planter.next(ALL))
    sheet["B2"].hyperlink = f"mailto:{planter.next(PATTERNS)}"
    sheet.oddHeader.center.text = planter.next(ALL)
    book.properties.creator = book.properties.lastModifiedBy = planter.next(ALL)
    book.properties.title = planter.next(ALL)
    hidden = book.create_sheet("Contacts")
    hidden.sheet_state = "hidden"
    hidden.append([planter.next(ALL) for _ in range(9)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def plant(inbox: Path) -> Planter:
    """Write a file of every family with identifiers in it, in every format."""
    planter = Planter()
    for at, source in enumerate(load_sources().values()):
        flat = not source.file.quotes
        form = "txt" if flat else ("csv", "xlsx", "xls", "locked", "utf-16", "parquet")[at % 6]
        if form == "parquet" and not isinstance(source.period, str):
            form = "csv"  # its period stands above the header
        kind = {"locked": "xlsx", "utf-16": "csv", "parquet": "csv"}.get(form, form)
        export = planter.export(source, kind)
        data = export.data()
        if form == "xlsx":
            data = dressed(data, planter)
        elif form == "locked":
            data = lock(dressed(as_xlsx(export.grid), planter), PASSWORD)
        elif form == "utf-16":
            data = export.text().encode("utf-16")
        place = inbox / export.store / PERIOD
        place.mkdir(parents=True, exist_ok=True)
        # Who sent the file often stands in its name.
        name = f"{source.source} zq.vorpal{4128 + 140 * (at % 9)}@mail-zq.example.{kind}"
        if form == "parquet":
            name = name.removesuffix("csv") + "parquet"
            data = as_parquet(export)
        (place / name).write_bytes(data)
    return planter


def as_parquet(export: Export) -> bytes:
    import tempfile

    import duckdb

    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as con:
        text, out = Path(folder, "a.csv"), Path(folder, "a.parquet")
        text.write_text(export.text(), encoding="utf-8", newline="")
        con.execute(f"COPY (FROM read_csv('{text}', header=true, all_varchar=true)) TO '{out}'")
        return out.read_bytes()


def prepared(root: Path) -> tuple[Path, Path, Path]:
    home, scratch = root.parent / "home", root.parent / "scratch"
    for one in (root / "inbox", home, scratch):
        one.mkdir(parents=True, exist_ok=True)
    (root / "workspace.yml").write_text(WORKSPACE, encoding="utf-8")
    passwords = root / "passwords.yml"
    stores = ("alibaba", "amazon", "lazada", "own", "shopee", "shopify", "tiktok")
    passwords.write_text("".join(f'{store}: "{PASSWORD}"\n' for store in stores), encoding="utf-8")
    passwords.chmod(0o600)
    (root / ".buyer-key").write_text(KEY + "\n", encoding="ascii")
    (root / ".buyer-key").chmod(0o600)
    return root, scratch, home


def sound_sales(inbox: Path, scratch: Path) -> None:
    """Put a month of the demo's sales beside them: without any there is nothing to publish."""
    write_demo(scratch, seed=7, months=3, until=PERIOD, scale=0.02)
    (orders,) = (scratch / "inbox" / "own-site" / PERIOD).glob("orders_export*")
    (inbox / "shopify" / PERIOD / orders.name).write_bytes(orders.read_bytes())


#: Pages that show single rows: files, columns and warnings; the best and worst; products.
PAGES = ("executive", "products", "data_quality")
#: As `review publish` does, for few pages.
PUBLISH = """
import sys
from helpers.publish.release import publish_run
from helpers.reviews.run import run_review
report = run_review(sys.argv[1], "monthly", "2025-10", only=sys.argv[2:])
assert not report.failed, [str(page.fault) for page in report.failed]
publish_run(report, status="preliminary")
"""


def said(home: Path, scratch: Path, *command: str) -> str:
    """Run as a user would, with a home and a folder for odds and ends of its own."""
    env = {**os.environ, "HOME": str(home), "TMPDIR": str(scratch), "LANG": "C.UTF-8"}
    done = subprocess.run([sys.executable, "-c", *command], env=env, cwd=home, timeout=1200,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def shown(taken: tuple[Path, Done, Planter]) -> tuple[Path, dict[str, str]]:
    """Publish what was taken in, and ask for every figure."""
    root, _, _ = taken
    where = (root.parent / "home", root.parent / "scratch")
    ask = "from helpers.cli import main; main()"
    figures = ("metrics", "--workspace", str(root), "--period", PERIOD, "--format")
    # All of them once; of what names products, a few will do.
    some = [word for one in ("gmv", "units_sold", "returned_units") for word in ("--metric", one)]
    return root, {
        "publish": said(*where, PUBLISH, str(root), *PAGES),
        "csv": said(*where, ask, *figures, "csv", "--by", "store"),
        "json": said(*where, ask, *figures, "json", "--by", "product", *some),
    }


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done, Planter]:
    root, scratch, home = prepared(tmp_path_factory.mktemp("planted") / "workspace")
    planter = plant(root / "inbox")
    sound_sales(root / "inbox", tmp_path_factory.mktemp("demo"))
    return root, ingested(root, scratch, home), planter


def test_every_identifier_was_planted_in_many_places(
    taken: tuple[Path, Done, Planter],
) -> None:
    _, _, planter = taken
    assert len(planter.dealt) == COUNT >= 200
    assert min(planter.dealt.values()) >= 5
    assert len({one.kind for one in ALL}) == 20
    search = Search(ALL)
    for one in ALL:  # the search itself can find: else it would find nothing for ever
        assert search.in_text(f"x {one.text} y") == {one.token}


def test_sound_rows_are_kept_and_bad_ones_set_aside(taken: tuple[Path, Done, Planter]) -> None:
    _, done, _ = taken
    assert done.code in (0, 1), done.err
    files: list[dict[str, Any]] = json.loads(done.out)["files"]
    assert {one["kind"] for one in files} == set(load_sources())
    refused = [one for one in files if one["status"] == "refused"]
    assert not refused, refused
    assert sum(one["rows_quarantined"] for one in files) >= 100
    assert sum(one["rows_kept"] for one in files) >= 100


def test_none_is_found_in_warehouse_quarantine_caches_logs_or_receipts(
    taken: tuple[Path, Done, Planter],
) -> None:
    root, done, _ = taken
    search = Search(ALL + SECRETS)
    left_out = frozenset({"inbox", "passwords.yml", ".buyer-key"})
    found = search.below(root, left_out)
    found |= {f"home/{k}": v for k, v in search.below(root.parent / "home").items()}
    found |= {f"scratch/{k}": v for k, v in search.below(root.parent / "scratch").items()}
    if here := search.in_text(done.err):
        found["stderr"] = here
    receipt = json.loads(done.out)
    for one in receipt["files"]:
        one["path"] = ""  # how the file is called on the disk of whoever asked
    if here := search.in_text(json.dumps(receipt, ensure_ascii=False)):
        found["receipt"] = here
    assert not found, as_json(found)
    assert search.files > 100


@pytest.mark.slow
def test_none_is_found_in_notebooks_site_exports_or_what_is_printed(
    shown: tuple[Path, dict[str, str]],
) -> None:
    root, printed = shown
    search = Search(ALL + SECRETS)
    found = search.below(root, frozenset({"inbox", "passwords.yml", ".buyer-key"}))
    for place in ("home", "scratch"):
        found |= {f"{place}/{k}": v for k, v in search.below(root.parent / place).items()}
    found |= {name: here for name, text in printed.items() if (here := search.in_text(text))}
    assert not found, as_json(found)
    pages = {path.stem for path in (root / "site").rglob("*.html")}
    assert pages >= {"index", "products", "data-quality"}  # the front page is the first of them
    assert list((root / "runs").rglob("*.ipynb"))
    # The page names the planted files, in the form that tells nothing of who sent them.
    (quality,) = (root / "site").glob("monthly/*/r1/en/data-quality.html")
    assert any("shopify_orders …" in text for text in texts_in(quality))  # in its download


def test_buyers_are_hashes_that_another_key_makes_others(
    taken: tuple[Path, Done, Planter], tmp_path: Path
) -> None:
    root, _, _ = taken
    other, scratch, home = prepared(tmp_path / "other")
    (other / ".buyer-key").write_text("ab" * 32 + "\n", encoding="ascii")
    for path in (root / "inbox").rglob("members*"):
        target = other / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    ingested(other, scratch, home)

    def keys(folder: Path) -> set[str]:
        workspace, paths = load_workspace(str(folder))
        with Warehouse.open(paths, workspace) as warehouse:
            return set(warehouse.sql("SELECT customer_key FROM members")["customer_key"])

    first, second = keys(root), keys(other)
    assert len(first) == len(second) == BAD_FROM
    assert not first & second
    assert all(len(key) == 32 for key in first | second)


def test_a_key_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    root, _, _ = prepared(tmp_path / "open")
    _, paths = load_workspace(str(root))
    paths.buyer_key.chmod(0o644)
    assert buyer_key(paths) == bytes.fromhex(KEY)
    assert paths.buyer_key.stat().st_mode & 0o777 == 0o600


def test_a_key_is_made_for_its_owner_only_and_outside_the_warehouse(tmp_path: Path) -> None:
    root, _, _ = prepared(tmp_path / "new")
    _, paths = load_workspace(str(root))
    paths.buyer_key.unlink()
    key = buyer_key(paths)
    assert len(key) == 32 and buyer_key(paths) == key
    assert paths.buyer_key.stat().st_mode & 0o777 == 0o600
    assert not paths.buyer_key.is_relative_to(paths.warehouse)
    assert not paths.buyer_key.is_relative_to(paths.site)
