"""Reading several exports in one go: the same rows as alone, and nothing of the doubtful ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from helpers.config.workspace import load_workspace
from helpers.sources.door import read_alike
from helpers.sources.reading import FILE, Reading

from .export_company import KEY, Company, table
from .test_amazon_exports import ORDERS, SETTLEMENT, component, order

MAPPING = """
source: hall_traffic
name: {en: Hall traffic, zh: 展厅流量}
facts: [traffic]
period: place
known_by: [listing, seen]
columns:
  listing: {header: Listing, type: id}
  seen: {header: Seen, type: integer}
  earned: {header: Earned, type: money}
set_aside:
  - {what: {en: subtotal, zh: 小计}, when: {listing: {equals: ALL}}}
check_total: {stated: earned, sum_of: earned}
tables:
  traffic:
    fill: {listing_id: listing, visitors: seen, sales: earned}
"""


def together(company: Company, *places: str) -> list[Reading | None]:
    workspace, paths = load_workspace(str(company.root))
    inbox = company.root / "inbox"
    files: list[tuple[Path, Path | None]] = [(inbox / place, inbox) for place in places]
    return read_alike(files, workspace, paths, company.con, key=KEY)


def rows_of(company: Company, reading: Reading, at: int = 0) -> dict[str, list[tuple[object, ...]]]:
    """Give all rows of one file, with the lines that they have there."""
    return {
        name: company.con.execute(
            f'SELECT * REPLACE (source_line - {at * FILE} AS source_line) FROM "{relation}"'
            f" WHERE source_line // {FILE} = {at} ORDER BY ALL"
        ).fetchall()
        for name, relation in reading.tables.items()
    }


def same_as_alone(company: Company, *places: str) -> list[Reading]:
    """Read files in one go; each must be, in row and word, what it is when read alone."""
    readings = together(company, *places)
    assert [one and one.path.name for one in readings] == [Path(one).name for one in places]
    for at, (place, reading) in enumerate(zip(places, readings, strict=True)):
        assert reading is not None
        alone = company.read(place)
        assert rows_of(company, reading, at) == rows_of(company, alone)
        assert replace(reading, tables={}, bad_cells="") == replace(alone, tables={}, bad_cells="")
    return [one for one in readings if one is not None]


def test_orders_of_one_number_in_two_files_have_nothing_to_do_with_each_other(
    company: Company,
) -> None:
    places = [f"amazon-us/2025-{month}/orders.txt" for month in (10, 11, 12)]
    for place, price in zip(places, ("40.00", "41.00", "42.00"), strict=True):
        lines = (order(item_price=price), order(sku="SKU-2"), order(amazon_order_id="111-2"))
        company.put(place, table("\t", ORDERS, *lines[: 4 - int(price[1]) + 1 or 1]))
    readings = same_as_alone(company, *places)
    first = company.con.execute(
        f'SELECT line_no, list_amount FROM "{readings[0].tables["order_lines"]}"'
        f" WHERE sku = 'SKU-1' AND order_id = '111-1' ORDER BY source_line"
    ).fetchall()
    assert [(line, int(price)) for line, price in first] == [(1, 40), (1, 41), (1, 42)]


def test_lines_are_numbered_within_each_settlement_file(company: Company) -> None:
    places = ["amazon-us/2025-10/a.txt", "amazon-us/2025-10/b.txt"]
    for place, amount in zip(places, ("40", "-3"), strict=True):
        rows = [component(amount=amount), component(amount="1.25")]
        company.put(place, table("\t", SETTLEMENT, *rows))
    same_as_alone(company, *places)


def test_each_file_keeps_its_own_period_total_and_rows_set_aside(company: Company) -> None:
    company.describe("hall_traffic", MAPPING)
    header = ("Listing", "Seen", "Earned")
    company.put("shop/2025-10/hall.csv", table(",", header, ("A", 5, "7.50"), ("ALL", 5, "7.50")))
    company.put("shop/2025-11/hall.csv", table(",", header, ("A", 6, "9.50"), ("ALL", 6, "9.75")))
    company.put("shop/2025-12/hall.csv", table(",", header, ("A", 7, "1.00"), ("B", 1, None)))
    readings = same_as_alone(company, *(f"shop/2025-{m}/hall.csv" for m in (10, 11, 12)))
    assert [str(one.period) for one in readings] == ["2025-10", "2025-11", "2025-12"]
    assert [(one.rows_read, one.rows_set_aside) for one in readings] == [(1, 1), (1, 1), (2, 0)]
    assert [len(one.warnings) for one in readings] == [1, 2, 0]


def test_a_file_about_which_there_is_something_to_say_is_left_to_be_read_alone(
    company: Company,
) -> None:
    company.describe("hall_traffic", MAPPING)
    header = ("Listing", "Seen", "Earned")
    cells = {"10": ("5", "7.50"), "11": ("some", "7.50"), "12": ("5", "1.234"), "09": ("4", "8.5")}
    places = [f"shop/2025-{month}/hall.csv" for month in cells]
    for place, row in zip(places, cells.values(), strict=True):
        company.put(place, table(",", header, ("A", *row)))
    readings = together(company, *places)
    assert [one is not None for one in readings] == [True, False, False, True]
    kept = readings[0]
    assert kept is not None
    told = company.con.execute(
        f'SELECT source_line // {FILE}, visitors FROM "{kept.tables["traffic"]}" ORDER BY ALL'
    ).fetchall()
    assert told == [(0, 5), (3, 4)]


def test_files_that_each_say_how_they_are_written_are_read_in_one_go(company: Company) -> None:
    company.describe("hall_traffic", MAPPING)
    header = ("Listing", "Seen", "Earned")
    # Thousands and cents, cents alone, and 12 that is 12 anywhere; then a point, and a riddle.
    cells = {"10": "1.234,50", "11": "7,50", "12": "12", "09": "9.50", "08": "1.234"}
    places = [f"shop/2025-{month}/hall.csv" for month in cells]
    for place, earned in zip(places, cells.values(), strict=True):
        company.put(place, table(";", header, ("A", "5", earned)))
    readings = together(company, *places)
    assert [one is not None for one in readings] == [True, True, True, False, False]
    kept = readings[0]
    assert kept is not None
    told = company.con.execute(
        f'SELECT source_line // {FILE}, sales::VARCHAR FROM "{kept.tables["traffic"]}" ORDER BY ALL'
    ).fetchall()
    assert told == [(0, "1234.5000"), (1, "7.5000"), (2, "12.0000")]
    same_as_alone(company, *places[:3])


def test_a_line_break_in_a_cell_and_another_header_are_no_matter_for_the_rest(
    company: Company,
) -> None:
    company.describe("hall_traffic", MAPPING)
    header = ("Listing", "Seen", "Earned")
    company.put("shop/2025-10/hall.csv", table(",", header, ("A", 5, "7.50")))
    company.put("shop/2025-11/hall.csv", table(",", header, ("A\nB", 5, "7.50")))
    assert together(company, "shop/2025-10/hall.csv", "shop/2025-11/hall.csv") == []
    company.put("shop/2025-11/hall.csv", table(",", header[::-1], ("7.50", 5, "A")))
    company.put("shop/2025-12/hall.csv", table(",", header, ("C", 6, "7.50")))
    readings = together(company, *(f"shop/2025-{month}/hall.csv" for month in (10, 11, 12)))
    assert [one and str(one.period) for one in readings] == ["2025-10", "2025-12"]
