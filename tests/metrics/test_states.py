"""What months left behind answers to the digit as the lines themselves would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from little_warehouse import LittleWarehouse

from helpers.metrics import spans, states
from helpers.metrics.compute import compute_series
from helpers.tables.models import load_models
from helpers.vocabulary.periods import parse_period
from laws import examples

CUTS = ((), ("market", "platform"), ("store",), ("product",))


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """Give one folder for the states of every company: what differs may not be taken for same."""
    return tmp_path_factory.mktemp("states")


@pytest.fixture(autouse=True)
def every_table_is_worthwhile(monkeypatch):
    monkeypatch.setattr(states, "WORTHWHILE_ROWS", 1)


@contextmanager
def counted(monkeypatch) -> Iterator[list[str]]:
    """List the queries that reach the engine."""
    asked: list[str] = []
    run = spans.Spans.run
    with monkeypatch.context() as patch:
        patch.setattr(spans.Spans, "run", lambda own, q: asked.append(q) or run(own, q))
        yield asked


@contextmanager
def in_full() -> Iterator[None]:
    """Answer from the lines alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(states.States, "of", classmethod(lambda cls, warehouse: None))
        yield


def answer(opened, periods, by):
    spans._SPANS.pop(opened, None)
    return compute_series(opened, METRICS, [parse_period(p) for p in periods], by)


#: One of each way in which a figure is put together, or is not.
METRICS = (
    "gmv", "tax", "market_sales", "units_30d", "sale_lines", "new_product_sales", "orders_count",
    "customers", "user_total", "country_count", "new_customers", "repurchase_rate",
    "returning_customer_orders", "top10_share", "returned_units_of_orders", "refunds",
    "sessions", "visitors", "stock_value", "gmv_mom", "net_sales",
)  # fmt: skip


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(one, other, check_exact=True)


# -- any rows ---------------------------------------------------------------------------------


class Parted(LittleWarehouse):
    """A little warehouse that says which file each month is in, as a real one does."""

    def __init__(self, given, folder: Path, **more):
        super().__init__(given, **more)
        self.paths = type("Paths", (), {"warehouse": folder})
        self.tables = (*load_models(), "stores", "batch_covers")
        files: dict[str, dict[str, str]] = {}
        rows: dict[str, int] = {}
        for name, model in load_models().items():
            lines = self.connection.execute(f'SELECT * FROM "{name}" ORDER BY ALL').fetchall()
            if not lines:
                continue
            rows[name] = len(lines)
            day = [column[0] for column in self.connection.description].index(model.day or "sku") \
                if model.day else None  # fmt: skip
            parts: dict[str, list[object]] = {}
            for line in lines:
                month = "" if day is None else f"month={line[day]:%Y-%m}/"
                parts.setdefault(f"{name}/{month}part.parquet", []).append(line)
            files[name] = {path: repr(content) for path, content in parts.items()}
        self.generation = type("Generation", (), {"files": files, "rows": rows})

    def fingerprint(self, tables):
        return repr([(one, self.generation.files.get(one), self.stores) for one in tables])


START = date(2025, 6, 1)
days = st.integers(0, 152).map(lambda n: START + timedelta(days=n))
cents = st.decimals(min_value=0, max_value=10**6, places=2)
shops = st.sampled_from(["shop-a", "shop-b"])
lines = st.fixed_dictionaries(
    {
        "store_id": shops,
        "order_id": st.sampled_from([f"o{n}" for n in range(5)]),
        "local_date": days,
        "status": st.sampled_from(["placed", "placed", "cancelled"]),
        "country": st.sampled_from(["DE", "FR", None]),
        "sku": st.sampled_from(["A", "B", None]),
        "is_merchandise": st.booleans(),
        "currency": st.sampled_from(["EUR", "GBP", "VND"]),
        "customer_key": st.sampled_from(["anna", "ben", "cleo", None]),
        "list_amount": cents,
        "landed_cost": st.none() | cents,
        "quantity": st.integers(1, 9),
    }
)
refunds = st.fixed_dictionaries(
    {
        "store_id": shops,
        "local_date": days,
        "amount": cents,
        "country": st.sampled_from(["DE", None]),
    }
)
returns = st.fixed_dictionaries(
    {"store_id": shops, "local_date": days, "quantity": st.integers(0, 3), "sku": st.just("A"),
     "order_id": st.sampled_from([f"o{n}" for n in range(5)])}
)  # fmt: skip
visits = st.tuples(days, st.integers(0, 40), st.integers(0, 900)).map(
    lambda told: {"start_date": told[0], "end_date": told[0] + timedelta(days=told[1]),
                  "sessions": told[2], "visitors": told[2], "store_id": "shop-a"}
)  # fmt: skip
stock = st.fixed_dictionaries(
    {"store_id": shops, "local_date": days, "sku": st.sampled_from(["A", "B"]),
     "on_hand": st.integers(0, 50), "stock_cost": st.none() | cents}
)  # fmt: skip
companies = st.fixed_dictionaries(
    {
        "order_lines": st.lists(lines, min_size=1, max_size=14),
        "refunds": st.lists(refunds, max_size=4),
        "returns": st.lists(returns, max_size=4),
        "traffic": st.lists(visits, max_size=4),
        "inventory_snapshots": st.lists(stock, max_size=5),
    }
)
laws = examples(3, HealthCheck.function_scoped_fixture)


@laws
@given(companies, st.sampled_from(CUTS), st.integers(0, 5))
def test_any_company_answers_alike_from_states_and_from_lines(shared, given, by, late):
    products = [{"sku": "A", "launched_on": date(2025, 7, 9), "category_en": "Pots"}, {"sku": "B"}]
    more = {"rates": {"GBP": "1.25", "VND": None}, "stores": {"shop-a": "amazon", "shop-b": "own"}}
    periods = ["2025-10", "2025-08-10..2025-09-20", "2025"]
    rows = given["order_lines"]
    before = Parted({**given, "products": products}, shared, **more)
    answer(before, periods, by)
    # Lines that come late make other files of their months, and leave those of others alone.
    given = {**given, "order_lines": [*rows[late:], {"list_amount": 5}], "products": products}
    opened = Parted(given, shared, **more)
    with in_full():
        expected = answer(opened, periods, by)
    same(answer(opened, periods, by), expected)  # partly from the states of the rows before
    same(answer(opened, periods, by), expected)  # wholly from states
