"""One expression, any engine: every formula can be written in the words of other engines, too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import ibis.backends.sql.compilers as compilers
import pandas as pd
import pytest
from ibis.common.exceptions import IbisError
from little_warehouse import LittleWarehouse

import helpers.metrics
from helpers.metrics import measuring
from helpers.metrics.catalogue import catalogue, needs
from helpers.metrics.formulas import Attainment
from helpers.metrics.measuring import Measuring
from helpers.metrics.rows import Window
from helpers.metrics.spans import Spans

ROOM = Path(helpers.metrics.__file__).parent
OCTOBER = Window(date(2025, 10, 1), date(2025, 10, 31))
TWO_YEARS = Window(date(2024, 1, 1), date(2025, 12, 31))
#: The last two know the fewest functions; the others are asked where there is time.
ENGINES = [
    *(pytest.param(one, marks=pytest.mark.slow)
      for one in ("Postgres", "Databricks", "Snowflake", "Trino")),
    "BigQuery", "ClickHouse",
]  # fmt: skip
#: Where SQL is written as text: the window table and the days of sources, plain SQL of any engine
#: but for the list of days, which is DuckDB's and stands in front of the query; and what is kept
#: of months beside the tables, which another engine has no use for.
PLAIN_SQL = {"figures.py", "placed_orders.py", "rows.py", "spans.py", "states.py"}


@pytest.fixture(scope="module")
def expressions() -> Iterator[dict[str, Any]]:
    """Give what every leaf asks of the engine, none of which is run."""
    asked: dict[str, Any] = {}
    now = ""

    def ask(self: Measuring, shape: Any, query: Any, *rest: Any, **more: Any) -> pd.DataFrame:
        expression = query()
        asked[f"{len(asked)} {now} {shape[:1]}"] = expression
        names = [re.sub("^f_", "v_", one) for one in expression.columns]
        whole = ("v_", "window")
        return pd.DataFrame({
            one: pd.Series(dtype="int64" if one.startswith(whole) else object) for one in names
        })  # fmt: skip

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measuring.Measuring, "ask", ask)
        patch.setattr(Spans, "_runs_of", lambda self, source: {"shop-a": [TWO_YEARS]})
        patch.setattr(Spans, "_ends_of_data", property(lambda self: TWO_YEARS))
        warehouse = LittleWarehouse({}, stores={"shop-a": "own"})
        here = Measuring(warehouse, ())
        leaves = {
            one: (metric, [OCTOBER])
            for one, metric in catalogue().items()
            if not needs(metric) and not isinstance(metric.formula, Attainment)
        }
        # Sums of one table share a query; what is asked alone is told by its name.
        alone = {one for one, (metric, _) in leaves.items()
                 if metric.formula.kind not in ("sum", "count", "count_distinct")}  # fmt: skip
        here.measure({one: told for one, told in leaves.items() if one not in alone})
        for one in sorted(alone):
            now = one
            here.measure({one: leaves[one]})
        yield {name: expression.unbind() for name, expression in asked.items()}


@pytest.mark.parametrize("engine", ENGINES)
def test_every_formula_can_be_written_for(engine: str, expressions: dict[str, Any]):
    compiler = getattr(compilers, f"{engine}Compiler")()
    refused = {}
    for name, expression in expressions.items():
        try:
            compiler.to_sqlglot(expression).sql(dialect=compiler.dialect)
        except IbisError as trouble:
            refused[name] = str(trouble)[:100]
    assert len(expressions) > 100
    assert not refused


def test_no_metric_is_written_in_sql():
    told = re.compile(r"\b(SELECT\s+.+\s+FROM|\.sql\(|raw_sql|con\.execute)", re.DOTALL)
    for file in ROOM.rglob("*.py"):
        if file.name not in PLAIN_SQL:
            assert not told.search(file.read_text(encoding="utf-8")), file
    for file in (ROOM / "catalog").glob("*.yml"):
        assert not re.search(r"\bSELECT\b", file.read_text(encoding="utf-8")), file
