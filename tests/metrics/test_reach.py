"""What a query says of the days it reads: too little costs time, too much would cost the truth."""

from __future__ import annotations

import ibis
import pytest

from helpers.metrics.reach import read_within
from helpers.metrics.rows import ASKED, ASKED_SALES, in_windows

DAYS = {"order_lines": "local_date", "returns": "local_date"}
COLUMNS = {
    "local_date": "date", "shipped_on": "date", "gmv_base": "decimal(18, 4)",
    "gmv_const": "decimal(18, 4)", "store_id": "string", "order_id": "string",
}  # fmt: skip
LINES = ibis.table(COLUMNS, name="order_lines")
RETURNS = ibis.table(COLUMNS, name="returns")
STORES = ibis.table({"store_id": "string", "platform": "string"}, name="stores")


def within(rows, **figures):
    figures = figures or {"v_rows": rows.count()}
    answer = rows.group_by("window").aggregate(**figures)
    return read_within(answer, (ASKED, ASKED_SALES), DAYS, {"placed_orders": "order_lines"})


def first_days(lines):
    return lines.group_by("order_id").aggregate(first_day=lines["local_date"].min())


def ranked(lines):
    return lines.mutate(place=ibis.row_number().over(order_by=lines["gmv_base"]))


def test_lines_put_into_windows_by_their_own_day_are_all_that_is_read():
    named = LINES.left_join(STORES, "store_id").drop("store_id_right")
    narrowed = named.filter(named["gmv_base"] > 0).mutate(upper=named["platform"].upper())
    rows = in_windows(narrowed, "local_date")
    assert within(rows) == ["order_lines"]
    assert within(rows, v_sum=rows["gmv_base"].sum()) == ["order_lines"]


def test_rows_that_stand_for_lines_are_lines_of_their_days():
    orders = ibis.table(COLUMNS, name="placed_orders")
    asked = in_windows(orders, "local_date")
    assert within(asked) == ["order_lines"]
    assert within(asked.semi_join(orders, "order_id")) == []
    assert within(asked.semi_join(LINES, "order_id")) == []


def test_two_tables_each_on_its_own_days():
    sold = in_windows(LINES, "local_date", asked=ASKED_SALES)
    sold = sold.group_by(["window", "order_id"]).aggregate(sold=sold["gmv_base"].sum())
    back = in_windows(RETURNS, "local_date")
    assert within(back.inner_join(sold, ["window", "order_id"])) == ["order_lines", "returns"]


@pytest.mark.parametrize(
    "rows",
    [
        in_windows(LINES, "shipped_on"),  # another day than the one that parts the files
        in_windows(first_days(LINES), "first_day"),  # the first of all days
        in_windows(LINES.inner_join(first_days(LINES), "order_id"), "local_date"),  # both
        in_windows(ranked(LINES), "local_date"),  # a rank among all lines
        in_windows(LINES.mutate(local_date=LINES["shipped_on"]), "local_date"),
        in_windows(LINES.limit(5), "local_date"),
        in_windows(LINES, "local_date").semi_join(LINES, "order_id"),
    ],
)
def test_whatever_looks_beyond_the_asked_days_reads_the_table_whole(rows):
    assert within(rows) == []


def test_amounts_at_constant_rates_follow_from_the_whole_data():
    rows = in_windows(LINES, "local_date")
    assert within(rows, v_sum=rows["gmv_const"].sum()) == []
    renamed = in_windows(LINES.mutate(amount=LINES["gmv_const"]), "local_date")
    assert within(renamed, v_sum=renamed["amount"].sum()) == []
    tested = in_windows(LINES.filter(LINES["gmv_const"] > 0), "local_date")
    assert within(tested) == []
