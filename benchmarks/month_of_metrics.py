"""Time one month of figures by market and platform, with both comparisons, over many order lines.

    python benchmarks/month_of_metrics.py [--lines 10000000] [--rounds 3] [--whole]
                                          [--write RESULTS.md]

The company (``many_lines``) has 25 months. Asked are December 2025, the month before and the month
a year ago, each by market and platform: sums, people, ranks and shares over the month, over 30 and
365 days and since the start. The peer is DuckDB written by hand over the same Parquet files: every
line is read as seldom as a careful author can make it, the first day of each customer is worked
out once for all figures that need it, and it decides nothing (no exchange rate missed, no source
found absent, no note). Each side runs in a process of its own, so that memory is that side's; only
the work is timed, neither imports nor the start of Python. Every figure of the peer is compared
with ours before a time is printed.

Three runs of ours stand against it: *from nothing*, with no state of any month; *a new month*, with
the states that were left when the tables ended in November (by November's report with its two
comparisons, and the figures of a year ago), and December to be read; *nothing new*. They answer
every metric that follows from the figures of the peer; ``--whole`` times the catalogue too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from many_lines import STORES, make_company, without_last_month

ASKED = ("2025-12", "2025-11", "2024-12")
#: What the states of earlier months were asked for: the report of the month before, and the
#: figures of a year ago.
BEFORE = ("2025-11", "2025-10", "2024-11", "2024-12")
BY = ("market", "platform")
GOAL_NEW, GOAL_NOTHING, GOAL_MIB = 0.3, 2.0, 1024
#: What each engine may hold; the rest of the process comes on top.
ENGINE_MB = 600

_PLACED = "kind = 'sale' AND status = 'placed'"
#: Sums of placed lines by day and their window: metric -> (window, expression over daily sums).
_SUMS = {
    "sale_lines": ("month", "lines"),
    "lines_with_customer": ("month", "known_lines"),
    "known_customer_gmv": ("month", "known_gmv"),
    "landed_cost": ("month", "cost"),
    "costed_gmv": ("month", "costed_gmv"),
    "gmv": ("month", "gmv"),
    "list_value": ("month", "list_value"),
    "seller_discount": ("month", "discount"),
    "tax": ("month", "tax"),
    "shipping_income": ("month", "shipping"),
    "units_sold": ("month", "units"),
    "new_product_sales": ("month", "new_gmv"),
    "merchandise_gmv": ("month", "goods_gmv"),
    "exclusive_sku_sales": ("month", "own_gmv"),
    "units_30d": ("30", "units"),
    "merchandise_gmv_30d": ("30", "goods_gmv"),
    "costed_gmv_30d": ("30", "costed_gmv"),
    "cost_of_sales_30d": ("30", "cost"),
    "market_sales": ("365", "gmv"),
    "merchandise_gmv_12m": ("365", "goods_gmv"),
    "costed_gmv_12m": ("365", "costed_gmv"),
    "cost_of_sales_12m": ("365", "cost"),
}
_ADS = {
    "ad_spend": "sum(spend_base)", "ad_clicks": "sum(clicks)",
    "ad_orders": "sum(attributed_orders)", "ad_impressions": "sum(impressions)",
    "ad_sales": "sum(attributed_sales_base)",
    "ad_spend_with_sales": "sum(spend_base) FILTER (attributed_sales IS NOT NULL)",
}  # fmt: skip
_TRAFFIC = {
    "impressions": "sum(impressions)", "clicks": "sum(clicks)", "sessions": "sum(sessions)",
    "page_views": "sum(page_views)", "add_to_carts": "sum(add_to_carts)",
    "inquiries": "sum(inquiries)", "platform_orders": "sum(orders)",
}  # fmt: skip
_FEES = {
    "commission_fees": "-sum(amount_base) FILTER (category = 'commission')",
    "fulfilment_fees": "-sum(amount_base) FILTER (category = 'fulfilment')",
    "storage_fees": "-sum(amount_base) FILTER (category = 'storage')",
    "other_fees": "-sum(amount_base) FILTER (category = 'other_fee')",
    "fees": "-sum(amount_base) FILTER (category IN "
    "('commission', 'fulfilment', 'storage', 'other_fee'))",
}


class Peer:
    """The figures in SQL, by an author who knows DuckDB and the tables."""

    def __init__(self, root: Path):
        import duckdb

        (folder,) = (root / "warehouse" / "tables").iterdir()
        self.con = duckdb.connect()
        for setting in (f"memory_limit = '{ENGINE_MB}MB'", "preserve_insertion_order = false",
                        "enable_progress_bar = false",
                        f"temp_directory = '{tempfile.mkdtemp()}'"):  # fmt: skip
            self.con.execute(f"SET {setting}")
        for table in ("order_lines", "refunds", "returns", "ad_spend", "settlement_lines",
                      "traffic", "products"):  # fmt: skip
            self.con.execute(
                f"CREATE VIEW {table} AS FROM read_parquet('{folder / table}/**/*.parquet', "
                "hive_partitioning = false)"
            )
        self.con.execute("CREATE TABLE shop (store_id VARCHAR, platform VARCHAR)")
        self.con.executemany("INSERT INTO shop VALUES (?, ?)", [one[:2] for one in STORES])
        spans = ", ".join(
            f"('{month}', DATE '{month}-01', last_day(DATE '{month}-01'))" for month in ASKED
        )
        self.con.execute(
            f"""CREATE TABLE period AS FROM (VALUES {spans}) AS v(period, first, last);
            CREATE TABLE days AS
            SELECT period, span, CAST(unnest(generate_series(first, last, INTERVAL 1 DAY)) AS DATE)
                AS day FROM (SELECT period, 'month' AS span, first, last FROM period
                UNION ALL SELECT period, '30', last - 29, last FROM period
                UNION ALL SELECT period, '365', last - 364, last FROM period)"""
        )
        self.figures: list[str] = []

    def answer(self) -> Any:
        """Give metric, period, member, value."""
        self._sums()
        self._people()
        self._articles()
        self._small()
        both = "\nUNION ALL ".join(self.figures)
        return self.con.execute(
            "SELECT metric, period, coalesce(country, 'unknown') || '|' || platform AS member, "
            f"CAST(value AS DOUBLE) AS value FROM ({both}) WHERE value IS NOT NULL"
        ).df()

    def _keep(self, name: str, query: str, metrics: dict[str, str]) -> None:
        """Work out one table of figures and note which column is which metric."""
        self.con.execute(f"CREATE TABLE {name} AS {query}")
        self.figures += [
            f"SELECT '{metric}' AS metric, period, country, platform, {value} AS value FROM {name}"
            for metric, value in metrics.items()
        ]

    def _sums(self) -> None:
        """Add placed lines up by day once; every window is made of days."""
        self.con.execute(
            f"""CREATE TABLE daily AS
            SELECT local_date AS day, country, platform, count(*) AS lines,
                count(customer_key) AS known_lines,
                sum(gmv_base) FILTER (customer_key IS NOT NULL) AS known_gmv,
                sum(landed_cost) AS cost, sum(gmv_base) AS gmv, sum(list_amount_base) AS list_value,
                sum(gmv_base) FILTER (is_merchandise AND landed_cost IS NOT NULL) AS costed_gmv,
                sum(seller_discount_base) AS discount, sum(shipping_income_base) AS shipping,
                sum(coalesce(tax_inside_base, 0) + coalesce(tax_on_top_base, 0))
                    FILTER (tax_inside_base IS NOT NULL OR tax_on_top_base IS NOT NULL) AS tax,
                sum(quantity) FILTER (is_merchandise) AS units,
                sum(gmv_base) FILTER (is_merchandise) AS goods_gmv,
                sum(gmv_base) FILTER (is_merchandise
                    AND local_date BETWEEN launched_on AND launched_on + 365) AS new_gmv,
                sum(gmv_base) FILTER (is_merchandise AND is_exclusive) AS own_gmv
            FROM order_lines JOIN shop USING (store_id)
            LEFT JOIN (SELECT sku, launched_on, is_exclusive FROM products) USING (sku)
            WHERE {_PLACED} AND local_date >= (SELECT min(day) FROM days) GROUP BY ALL"""
        )
        sums = ", ".join(f"sum({column}) FILTER (span = '{span}') AS {metric}"
                         for metric, (span, column) in _SUMS.items())  # fmt: skip
        told = {metric: metric for metric in _SUMS} | {"safety_stock": "units_30d * 1.5"}
        self._keep(
            "sums",
            f"SELECT period, country, platform, {sums}, "
            "count(DISTINCT country) FILTER (span = '365') AS countries "
            "FROM daily JOIN days USING (day) GROUP BY ALL",
            told | {"country_count": "countries"},
        )
        self._keep(
            "orders_of_month",
            f"""SELECT period, country, platform, sum(orders) AS orders, sum(known) AS known FROM (
                SELECT period, country, platform, store_id, count(DISTINCT order_id) AS orders,
                    count(DISTINCT order_id) FILTER (customer_key IS NOT NULL) AS known
                FROM order_lines JOIN shop USING (store_id)
                JOIN days ON day = local_date AND span = 'month' WHERE {_PLACED} GROUP BY ALL)
            GROUP BY ALL""",
            {"orders_count": "orders", "known_customer_orders": "nullif(known, 0)"},
        )

    def _people(self) -> None:
        known = f"order_lines JOIN shop USING (store_id) WHERE {_PLACED} AND customer_key NOTNULL"
        self.con.execute(
            f"""CREATE TABLE first_by_place AS SELECT country, platform, customer_key,
                min(local_date) AS day FROM {known} GROUP BY ALL;
            CREATE TABLE first_of_all AS SELECT customer_key, min(day) AS day
            FROM first_by_place GROUP BY ALL"""
        )
        self._keep(
            "ever",
            "SELECT period, country, platform, count(*) AS people FROM first_by_place "
            "JOIN period ON day <= last GROUP BY ALL",
            {"user_total": "people"},
        )
        of_month = f"""(SELECT period, country, platform, store_id, order_id, customer_key,
            local_date FROM order_lines JOIN shop USING (store_id)
            JOIN days ON day = local_date AND span = 'month'
            WHERE {_PLACED} AND customer_key NOTNULL)"""
        self._keep(
            "people_of_month",
            f"""SELECT period, country, platform, count(DISTINCT customer_key) AS people,
                count(DISTINCT customer_key) FILTER (local_date = day) AS fresh,
                count(DISTINCT (store_id, order_id)) FILTER (local_date > day) AS back
            FROM {of_month} JOIN first_of_all USING (customer_key) GROUP BY ALL""",
            {"customers": "people", "new_customers": "nullif(fresh, 0)",
             "returning_customer_orders": "nullif(back, 0)"},
        )  # fmt: skip
        self._keep(
            "buyers_of_year",
            f"""SELECT period, country, platform, count(*) FILTER (one <> other) / count(*) AS share
            FROM (SELECT period, country, platform, customer_key, min(store_id || order_id) AS one,
                max(store_id || order_id) AS other FROM order_lines JOIN shop USING (store_id)
                JOIN days ON day = local_date AND span = '365'
                WHERE {_PLACED} AND customer_key NOTNULL GROUP BY ALL) GROUP BY ALL""",
            {"repurchase_rate": "share"},
        )

    def _articles(self) -> None:
        sizes = f"""SELECT period, country, platform, sku, sum(gmv_base) AS size
            FROM order_lines JOIN shop USING (store_id) JOIN days ON day = local_date
            WHERE {_PLACED} AND is_merchandise AND span"""
        self._keep(
            "hits",
            f"""SELECT period, country, platform, count(*) FILTER (size >= 1000000) AS hits
            FROM ({sizes} = '365' GROUP BY ALL) GROUP BY ALL""",
            {"hits_over_1m": "hits"},
        )
        self._keep(
            "top",
            f"""SELECT period, country, platform,
                sum(size) FILTER (place <= 10) / CAST(sum(size) AS DOUBLE) AS share
            FROM (SELECT *, row_number() OVER (PARTITION BY period, country, platform
                ORDER BY size DESC, sku) AS place FROM ({sizes} = 'month' GROUP BY ALL))
            GROUP BY ALL""",
            {"top10_share": "share"},
        )
        self._keep(
            "came_back",
            f"""SELECT period, country, platform, sum(quantity) AS units
            FROM returns JOIN shop USING (store_id) JOIN (SELECT store_id, order_id,
                min(local_date) AS day FROM order_lines SEMI JOIN returns
                USING (store_id, order_id) WHERE {_PLACED} GROUP BY ALL) USING (store_id, order_id)
            JOIN days USING (day) WHERE span = 'month' GROUP BY ALL""",
            {"returned_units_of_orders": "units"},
        )

    def _small(self) -> None:
        for table, day, metrics in (
            ("refunds", "local_date", {"refunds": "sum(amount_base)"}),
            ("returns", "local_date", {"returned_units": "sum(quantity)"}),
            ("settlement_lines", "local_date", _FEES),
            ("ad_spend", "start_date", _ADS),
            ("traffic", "start_date", _TRAFFIC),
        ):
            sums = ", ".join(f"{value} AS {metric}" for metric, value in metrics.items())
            self._keep(
                f"of_{table}",
                f"SELECT period, country, platform, {sums} FROM {table} JOIN shop USING (store_id) "
                f"JOIN days ON day = {table}.{day} AND span = 'month' GROUP BY ALL",
                {metric: metric for metric in metrics},
            )


#: Every figure that the peer works out.
FIGURES = (
    *_SUMS, "safety_stock", "country_count", "orders_count", "known_customer_orders", "user_total",
    "customers", "new_customers", "returning_customer_orders", "repurchase_rate", "hits_over_1m",
    "top10_share", "returned_units_of_orders", "refunds", "returned_units", *_FEES, *_ADS,
    *_TRAFFIC,
)  # fmt: skip


def metrics_of(figures: tuple[str, ...]) -> list[str]:
    """Name every metric of the catalogue that follows from these figures alone."""
    from helpers.metrics.catalogue import catalogue, needs

    known = catalogue()

    def follows(one: str) -> bool:
        parts = [*needs(known[one])]
        if known[one].coverage:
            parts.append(known[one].coverage.metric)  # type: ignore[union-attr]
        return one in figures if not needs(known[one]) else all(map(follows, parts))

    return [one for one in known if follows(one)]


# -- one side, in a process of its own ------------------------------------------------------------


def run_side(side: str, root: Path, into: Path) -> None:
    """Do one side's work and say what it cost."""
    if side == "peer":
        import duckdb  # noqa: F401
        import pandas

        def work() -> Any:
            return Peer(root).answer()
    else:
        import ibis.backends.duckdb  # noqa: F401
        import pandas
        import pyarrow.compute  # noqa: F401

        from helpers.config.workspace import load_workspace
        from helpers.metrics.catalogue import catalogue
        from helpers.metrics.compute import compute_series
        from helpers.tables.warehouse import Warehouse
        from helpers.vocabulary.periods import parse_period

        ids = list(catalogue()) if side.endswith("all") else metrics_of(FIGURES)
        periods = [parse_period(one) for one in (BEFORE if side.startswith("before") else ASKED)]

        def work() -> Any:
            workspace, paths = load_workspace(str(root))
            with Warehouse.open(paths, workspace) as opened:
                return compute_series(opened, ids, periods, BY)

    pandas.DataFrame({"a": ["b"]}).groupby("a").size()
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    frame = work()
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    frame.to_parquet(into)
    in_mib = 1 << 20 if sys.platform == "darwin" else 1 << 10
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"seconds": seconds, "cpu": cpu, "mib": used.ru_maxrss / in_mib}))


@dataclass(frozen=True)
class Cost:
    """What one side's work cost."""

    seconds: float
    cpu: float
    mib: float


def timed(side: str, root: Path, into: Path) -> Cost:
    """Run one side to its end; a failure ends the benchmark."""
    command = [sys.executable, __file__, "--side", side, "--root", str(root), "--into", str(into)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False,
        env={**os.environ, "REVIEW_MEMORY_MB": str(ENGINE_MB)},
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"{side} failed\n{done.stderr}")
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


# -- all of it --------------------------------------------------------------------------------


def rounds(lines: int, times: int, whole: bool) -> Iterator[tuple[str, Cost]]:
    """Run every side in turn, so that what else the machine does meets them alike."""
    with ProcessPoolExecutor(1) as maker:
        root = maker.submit(make_company, lines).result()
        earlier = maker.submit(without_last_month, root).result()
    states, left = root / "warehouse" / "states", earlier / "warehouse" / "states"
    with tempfile.TemporaryDirectory() as folder:
        told = {side: Path(folder) / f"{side}.parquet" for side in ("peer", "ours", "before")}

        def left_by(side: str) -> Path:
            """Give the states that the report of the month before leaves."""
            kept = left.with_name(f"states-{side}")
            shutil.rmtree(kept, ignore_errors=True)
            shutil.rmtree(left, ignore_errors=True)
            timed(side, earlier, told["before"])
            left.rename(kept)
            return kept

        kept = left_by("before")
        for _ in range(times):
            yield "peer", timed("peer", root, told["peer"])
            shutil.rmtree(states, ignore_errors=True)
            yield "from nothing", timed("ours", root, told["ours"])
            compare(told["ours"], told["peer"])
            yield "nothing new", timed("ours", root, told["ours"])
            shutil.rmtree(states, ignore_errors=True)
            shutil.copytree(kept, states)
            yield "a new month", timed("ours", root, told["ours"])
            compare(told["ours"], told["peer"])
        if not whole:
            return
        shutil.rmtree(states, ignore_errors=True)
        shutil.copytree(left_by("before-all"), states)
        yield "a new month, whole catalogue", timed("ours-all", root, told["ours"])
        shutil.rmtree(states, ignore_errors=True)
        yield "from nothing, whole catalogue", timed("ours-all", root, told["ours"])


def compare(ours: Path, peer: Path) -> None:
    """See that both sides say the same; a difference ends the benchmark."""
    import duckdb

    differing = duckdb.execute(
        f"""SELECT metric, period, member, o.value, p.value FROM '{peer}' p
        FULL JOIN (FROM '{ours}' WHERE metric IN (SELECT metric FROM '{peer}')
            AND status IN ('ok', 'preliminary') AND value <> 0) o USING (metric, period, member)
        WHERE (p.value <> 0 OR p.value IS NULL) AND (o.value IS NULL OR p.value IS NULL
            OR abs(o.value - p.value) > 1e-9 * abs(p.value))
            AND (metric, period, member) NOT IN
            (SELECT (metric, period, member) FROM '{ours}' WHERE value IS NULL)"""
    ).fetchall()
    ((compared,),) = duckdb.execute(f"SELECT count(DISTINCT metric) FROM '{peer}'").fetchall()
    if compared != len(FIGURES):
        sys.exit(f"the peer tells {compared} of {len(FIGURES)} figures")
    if differing:
        listed = "\n".join(map(str, sorted(differing, key=repr)[:20]))
        sys.exit(f"{len(differing)} figures differ from the peer's, such as\n{listed}")


def results(lines: int, times: int, whole: bool) -> str:
    """Run all of it and write one page of results."""
    found: dict[str, list[Cost]] = {}
    load = os.getloadavg()[0]
    for name, cost in rounds(lines, times, whole):
        print(f"{name}: {cost.seconds:.1f} s, CPU {cost.cpu:.1f} s, {cost.mib:,.0f} MiB",
              file=sys.stderr, flush=True)  # fmt: skip
        found.setdefault(name, []).append(cost)
    return page(found, lines, times, (load, os.getloadavg()[0]))


def page(found: dict[str, list[Cost]], lines: int, times: int, load: tuple[float, float]) -> str:
    """Write what was found."""

    def median(name: str, what: str) -> float:
        return statistics.median(getattr(cost, what) for cost in found[name])

    def ratio(name: str, what: str) -> float:
        return median(name, what) / median("peer", what)

    mib = max(cost.mib for name, costs in found.items() for cost in costs if name != "peer")
    labels = {
        "peer": "DuckDB by hand, over everything",
        "from nothing": "from nothing",
        "a new month": "a new month, states of the months before in place",
        "nothing new": "nothing new",
        "a new month, whole catalogue": "a new month, whole catalogue (the peer has no such run)",
        "from nothing, whole catalogue": "from nothing, whole catalogue (the peer has no such run)",
    }
    rows = [
        f"| {label} | {median(name, 'seconds'):.1f} | {median(name, 'cpu'):.1f} | "
        f"{max(cost.mib for cost in found[name]):,.0f} | {ratio(name, 'seconds'):.2f}x | "
        f"{ratio(name, 'cpu'):.2f}x |"
        for name, label in labels.items()
        if name in found
    ]
    bars = (
        (f"a new month at most {GOAL_NEW:g}x", ratio("a new month", "seconds") <= GOAL_NEW),
        (f"from nothing at most {GOAL_NOTHING:g}x",
         ratio("from nothing", "seconds") <= GOAL_NOTHING),
        (f"memory at most {GOAL_MIB:,} MiB", mib <= GOAL_MIB),
    )  # fmt: skip
    return "\n".join(
        [
            f"# A month of metrics by market and platform, {date.today()}",
            "",
            f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
            f"duckdb {version('duckdb')}; load {load[0]:.1f} at the start and "
            f"{load[1]:.1f} at the end, from other work; {lines:,} order lines, "
            f"25 months, three of them asked ({', '.join(ASKED)}); {len(FIGURES)} figures by "
            f"hand, {len(metrics_of(FIGURES))} metrics made of them; medians of {times}, "
            f"in turn; engines may hold {ENGINE_MB} MB.",
            "",
            "| | seconds | CPU s | peak MiB | time | CPU |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
            "Every figure of the peer equals ours. "
            + "; ".join(f"{bar}: {'holds' if holds else 'does not hold'}" for bar, holds in bars)
            + ".",
            "",
        ]
    )


def main() -> None:
    """Read the arguments, run, print, and write where asked."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--lines", type=int, default=10_000_000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--whole", action="store_true", help="time the whole catalogue too")
    arguments.add_argument("--write", type=Path, default=None)
    arguments.add_argument("--side", help=argparse.SUPPRESS)
    arguments.add_argument("--root", type=Path, help=argparse.SUPPRESS)
    arguments.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    asked = arguments.parse_args()
    if asked.side:
        run_side(asked.side, asked.root, asked.into)
        return
    text = results(asked.lines, asked.rounds, asked.whole)
    sys.stdout.write(text)
    if asked.write:
        asked.write.parent.mkdir(parents=True, exist_ok=True)
        asked.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
