"""Tiny reviews in a temporary folder: notebooks of a few cells, and facts without a warehouse."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from helpers.reviews.facts import Facts

PARAMETERS = """
period: str = "last"  # the month, YYYY-MM
language: str = "zh"  # zh or en
workspace: str = "data/demo"  # the company's folder
top: int = 3  # how many are listed
basis: Literal["gross", "net"] = "gross"  # which sales
market: str = ""  # one market, or none
"""


def code(cell_id: str, source: str, *tags: str) -> dict:
    return {
        "cell_type": "code",
        "id": cell_id,
        "metadata": {"tags": list(tags)},
        "execution_count": None,
        "outputs": [],
        "source": source.strip("\n"),
    }


def words(cell_id: str, source: str, *tags: str) -> dict:
    return {
        "cell_type": "markdown",
        "id": cell_id,
        "metadata": {"tags": list(tags)},
        "source": source,
    }


def notebook(*cells: dict) -> dict:
    return {
        "cells": list(cells),
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


@dataclass
class Studio:
    """A workspace and a notebooks folder to write in."""

    root: Path
    pages: list[str] = field(default_factory=list)
    code = staticmethod(code)
    words = staticmethod(words)

    @property
    def workspace(self) -> Path:
        return self.root / "company"

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    def write(self, page: str, *cells: dict, parameters: str = PARAMETERS, given: str = "") -> Path:
        path = self.notebooks / "monthly" / f"{page}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        start = code("parameters", parameters, "parameters")
        literal = code("imports", "from typing import Literal")
        path.write_text(json.dumps(notebook(literal, start, *cells)), encoding="utf-8")
        if page not in self.pages:
            self.pages.append(page)
        self.declare({page: given})
        return path

    def declare(self, given: dict[str, str]) -> None:
        lines = [
            "reviews:",
            "- id: monthly",
            "  title: {zh: 月度, en: Monthly}",
            "  period: month",
            "  pages:",
        ]
        for page in self.pages:
            lines += [
                f"  - id: {page}",
                f"    notebook: monthly/{page}.ipynb",
                f"    title: {{zh: 页面, en: Page {page}}}",
                "    question: {zh: 如何, en: How}",
            ]
            if given.get(page):
                lines.append(f"    parameters: {given[page]}")
        (self.notebooks / "reviews.yml").write_text("\n".join(lines), encoding="utf-8")


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    made = Studio(tmp_path)
    made.workspace.mkdir()
    (made.workspace / "workspace.yml").write_text(
        """
company: {en: "Lantern & *Sons*", zh: 灯笼公司}
base_currency: GBP
time_zone: Europe/London
stores:
  - id: shop
    name: {en: Shop, zh: 店}
    platform: own
    currency: GBP
    time_zone: Europe/London
    tax_basis: excluded
""",
        encoding="utf-8",
    )
    return made


@pytest.fixture
def facts() -> Facts:
    return Facts(
        first_day=date(2024, 1, 1),
        last_day=date(2025, 12, 9),
        markets=("DE", "GB"),
        partitions={
            "order_lines": {"2025-09": "one", "2025-10": "one"},
            "ad_spend": {"2025-10": "one"},
        },
    )
