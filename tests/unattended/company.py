"""A company small enough to be published in seconds, whose every figure can be added up by hand.

One shop, one CSV a delivery, one page that prints its own totals to the penny: what readers see
can be held against the deliveries without asking the program.
"""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from helpers.paths import ROOT, WorkspacePaths

PERIOD = "2025-10"
_EXAMPLE = ROOT / "data" / "examples" / "online_retail"
_HEAD = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice",
         "CustomerID", "Country")  # fmt: skip
_PARAMETERS = """\
period: str = "last"  # the month, YYYY-MM
language: str = "zh"  # zh or en
workspace: str = "data/demo"  # the company's folder
"""
_TOTALS = """\
from helpers.reviews.page import open_page

page = open_page(period, language, workspace)
lines, gmv = page.desk.warehouse.sql(
    "SELECT count(*) AS n, CAST(coalesce(sum(gmv), 0) AS VARCHAR) AS gmv FROM order_lines"
).iloc[0]
page.say([f"TOTAL {lines} lines {gmv} pounds."], id="in-all")
"""


@dataclass
class Company:
    """A workspace, its notebooks, and what was delivered so far."""

    root: Path
    lines: int = 0
    gmv: Decimal = Decimal(0)
    #: Path in the inbox -> sha256 of what was put there.
    delivered: dict[str, str] = field(default_factory=dict)
    #: Every state that readers may ever see: lines and GMV after each delivery.
    seen: list[tuple[int, Decimal]] = field(default_factory=list)
    #: The cell that its page shows.
    shows: str = _TOTALS

    @property
    def paths(self) -> WorkspacePaths:
        return WorkspacePaths(self.root / "company")

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    def found(self, languages: str = "[en]") -> Company:
        """Write declarations and notebooks, and deliver the first file."""
        paths = self.paths
        paths.inbox.mkdir(parents=True)
        text = (_EXAMPLE / "workspace.yml").read_text(encoding="utf-8")
        paths.declaration.write_text(f"{text}languages: {languages}\n", encoding="utf-8")
        shutil.copytree(_EXAMPLE / "sources", paths.mappings)
        self.write_notebooks()
        self.deliver()
        return self

    def deliver(self, lines: int = 4) -> Path:
        """Put one more file into the inbox: invoices of days of the month that no other has."""
        number = len(self.seen) + 1
        path = self.paths.inbox / f"delivery-{number:04}.csv"
        day = (number - 1) % 31 + 1
        with path.open("w", newline="", encoding="utf-8") as stream:
            out = csv.writer(stream)
            out.writerow(_HEAD)
            for line in range(1, lines + 1):
                quantity, pence = line, 100 * number + line
                price = Decimal(pence) / 100
                out.writerow((f"{500000 + number}", f"{22000 + line}", f"ARTICLE {line}", quantity,
                              f"2025-10-{day:02} 12:{line:02}:00", price, 17000 + line,
                              "United Kingdom"))  # fmt: skip
                self.lines += 1
                self.gmv += quantity * price
        self._note(path)
        self.seen.append((self.lines, self.gmv))
        return path

    def repeat(self, path: Path) -> Path:
        """Put a delivery into the inbox once more under another name; it must not count."""
        twin = path.with_name(f"again-{path.name}")
        shutil.copy(path, twin)
        self._note(twin)
        return twin

    def told(self) -> tuple[int, Decimal]:
        """What readers should see once everything delivered is published."""
        return self.lines, self.gmv

    def inbox_faults(self) -> list[str]:
        """Name files of the inbox that are not as they were delivered, or were never."""
        held = {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in self.paths.inbox.rglob("*")
            if path.is_file()
        }
        names = sorted(held.keys() | self.delivered.keys())
        return [f"inbox: {n}" for n in names if held.get(n) != self.delivered.get(n)]

    def _note(self, path: Path) -> None:
        self.delivered[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()

    def write_notebooks(self) -> None:
        """Write the review and its page, over what is there."""
        cells = [
            _words("title", "# Totals"),
            _code("parameters", _PARAMETERS, "parameters"),
            _words("answer", "## What was sold"),
            _code("totals", self.shows),
        ]
        notebook = {
            "cells": cells,
            "metadata": {
                "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
                "language_info": {"name": "python"},
            },
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        path = self.notebooks / "monthly" / "totals.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook), encoding="utf-8")
        declared = """\
reviews:
- id: monthly
  title: {zh: 月度, en: Monthly}
  period: month
  pages:
  - id: totals
    notebook: monthly/totals.ipynb
    title: {zh: 合计, en: Totals}
    question: {zh: 卖了多少, en: What was sold}
"""
        (self.notebooks / "reviews.yml").write_text(declared, encoding="utf-8")


def _code(cell_id: str, source: str, *tags: str) -> dict[str, object]:
    return {
        "cell_type": "code", "id": cell_id, "metadata": {"tags": list(tags)},
        "execution_count": None, "outputs": [], "source": source.strip("\n"),
    }  # fmt: skip


def _words(cell_id: str, source: str) -> dict[str, object]:
    return {"cell_type": "markdown", "id": cell_id, "metadata": {}, "source": source}
