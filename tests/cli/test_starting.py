"""`review new`: writes first files, asks on stderr, and never writes over anything."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from helpers.cli.command import review
from helpers.vocabulary.faults import AskedWrongly

WORKSPACE = """
company: {en: Acme, zh: 阿克美}
base_currency: GBP
time_zone: Europe/London
stores:
  - {id: shop, name: {en: Shop, zh: 店铺}, platform: own, currency: GBP,
     time_zone: Europe/London, tax_basis: excluded}
files:
  - {glob: "**", store: shop}
"""
ORDERS = (
    "Order ID,Order date,SKU,Quantity,Unit price,E-mail\n1,2025-10-31,A-1,2,2.50,a@example.com\n"
)


def test_forms_are_listed_and_written(tmp_path: Path) -> None:
    run = CliRunner()
    listed = run.invoke(review, ["new", "template", "--list", "--lang", "zh"])
    assert "suppliers" in listed.output
    assert "供应商（模板）" in listed.output
    words = ["new", "template", "suppliers", "--lang", "zh", "--to", str(tmp_path)]
    assert run.invoke(review, words).stdout.strip().endswith("suppliers.xlsx")
    book = openpyxl.load_workbook(tmp_path / "suppliers.xlsx")
    assert book.worksheets[0]["A1"].value == "供应商编号"
    assert isinstance(run.invoke(review, words).exception, AskedWrongly)
    told = run.invoke(review, [*words, "--format", "csv"]).output
    assert "供应商级别: 战略、核心或普通; 战略、核心、普通; 可留空" in told


def test_a_first_mapping_is_checked_and_ingested(tmp_path: Path) -> None:
    (tmp_path / "workspace.yml").write_text(WORKSPACE, encoding="utf-8")
    (tmp_path / "till.csv").write_text(ORDERS)
    run = CliRunner()
    where = ["--workspace", str(tmp_path)]
    made = run.invoke(review, ["new", "source", str(tmp_path / "till.csv"), *where])
    assert made.exit_code == 0, made.output
    assert made.stdout.strip().endswith("sources/till.yml")
    assert "confirm" not in made.stderr  # nothing here needs a person
    assert made.stderr.startswith("next: `review check`, put till.csv into inbox/")
    assert run.invoke(review, ["check", *where]).exit_code == 0
    taken = run.invoke(review, ["ingest", str(tmp_path / "till.csv"), *where])
    assert "1 read = 1 kept" in taken.output
    figures = run.invoke(review, ["metrics", "--period", "2025-10", "--metric", "gmv", "--format",
                                  "csv", *where])  # fmt: skip
    assert ",5,GBP,ok" in figures.output.replace("5.0,", "5,")
    again = run.invoke(review, ["new", "source", str(tmp_path / "till.csv"), *where])
    assert isinstance(again.exception, AskedWrongly)


@pytest.mark.parametrize("words", [["template"], ["template", "nothing"], ["source", "/nowhere"]])
def test_asked_wrongly(words: list[str]) -> None:
    assert CliRunner().invoke(review, ["new", *words]).exit_code != 0
