"""Time one large Amazon All Orders report through the whole door, against raw DuckDB.

    python benchmarks/all_orders.py [--lines 5000000] [--rounds 1] [--write RESULTS.md]

Both sides read the same file in the same run, each in a process of its own. The peer does what
anybody would write first: `COPY (FROM read_csv(file)) TO file.parquet`, once with every column as
text and once with the types the columns have, on DuckDB's own settings. It checks nothing, decides
nothing and keeps the order ids, so that it is the least that reading and writing can cost; the
goal is set against the quicker of the two. The door recognises the file, finds its encoding,
decodes, types, judges each row, works out days, tax and money in the base currency, and leaves
the tables by month, the batch they can be built from again, and a receipt.

Memory is the greatest resident set of the process, as the kernel counted it.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

GOAL_RATIO, GOAL_MIB = 4.0, 2048
COLUMNS = (
    "amazon-order-id", "merchant-order-id", "purchase-date", "last-updated-date", "order-status",
    "fulfillment-channel", "sales-channel", "order-channel", "url", "ship-service-level",
    "product-name", "sku", "asin", "item-status", "quantity", "currency", "item-price",
    "item-tax", "shipping-price", "shipping-tax", "gift-wrap-price", "gift-wrap-tax",
    "item-promotion-discount", "ship-promotion-discount", "ship-city", "ship-state",
    "ship-postal-code", "ship-country", "promotion-ids",
)  # fmt: skip
_MONEY = ("price", "tax", "discount")
#: Half a year of one shop in Germany: tax stands inside the price and is stated.
WORKSPACE = """\
company: {en: Benchmark, zh: 基准}
base_currency: USD
time_zone: Europe/Berlin
stores:
  - id: amazon-de
    name: {en: Amazon Germany, zh: 亚马逊德国}
    platform: amazon
    country: DE
    currency: EUR
    time_zone: Europe/Berlin
    tax_basis: included
files:
  - {glob: "**", store: amazon-de}
"""


def make_report(lines: int) -> Path:
    """Write a report of so many lines into the temporary folder, unless it lies there.

    Eleven lines make ten orders, so that one order in ten has two; 4 % of the lines are
    cancelled, and the last day is pending. Nothing is random: the same file every time.
    """
    import duckdb

    path = Path(tempfile.gettempdir()) / "review-bench" / f"all-orders-{lines}.tsv"
    if path.exists():
        return path
    path.parent.mkdir(exist_ok=True)
    names = "['Brühgruppe Ersatzdichtung', 'Café-Filter Edelstahl, 4 Tassen', 'Desk Lamp LED', " \
        "'Garlic Press 2-in-1', 'Yoga Mat 183 x 61 cm', 'Travel Pillow, Memory Foam', " \
        "'Kids Bottle 400 ml', 'Clé hexagonale 9 pièces']"  # fmt: skip
    draft = path.with_suffix(".new")
    with duckdb.connect() as con:
        con.execute(
            f"""COPY (
            WITH numbered AS (
              SELECT i, i * 10 // 11 AS o, hash(i * 10 // 11) AS h, hash(i, 'line') AS l,
                hash(i) % 400 AS article
              FROM range({lines}) AS t(i)),
            told AS (
              SELECT *, TIMESTAMP '2026-04-01 00:00:07'
                  + to_seconds(CAST(o * 15800000.0 / ({lines} * 10 / 11) AS BIGINT)) AS moment,
                CASE WHEN i > {lines} * 0.998 THEN 'Pending' WHEN h % 100 < 4 THEN 'Cancelled'
                  WHEN h % 100 < 6 THEN 'Shipping' ELSE 'Shipped' END AS status,
                CASE WHEN l % 20 = 0 THEN 2 WHEN l % 100 = 1 THEN 3 ELSE 1 END AS quantity
              FROM numbered),
            priced AS (
              SELECT *, CAST((899 + (article * 37) % 9000) * quantity / 100.0 AS DECIMAL(12,2))
                AS price FROM told)
            SELECT format('30{{}}-{{:07d}}-{{:07d}}', h % 9, (o * 77777777777 % 100000000000000)
                // 10000000, o * 77777777777 % 10000000) AS "amazon-order-id",
              '' AS "merchant-order-id",
              strftime(moment, '%Y-%m-%dT%H:%M:%S+00:00') AS "purchase-date",
              strftime(moment + to_seconds(CAST(h % 200000 AS BIGINT)), '%Y-%m-%dT%H:%M:%S+00:00')
                AS "last-updated-date",
              status AS "order-status",
              CASE WHEN h % 8 = 0 THEN 'Merchant' ELSE 'Amazon' END AS "fulfillment-channel",
              CASE WHEN h % 331 = 0 THEN 'Non-Amazon DE' ELSE 'Amazon.de' END AS "sales-channel",
              '' AS "order-channel", '' AS url,
              CASE WHEN h % 3 = 0 THEN 'Expedited' ELSE 'Standard' END AS "ship-service-level",
              {names}[CAST(article % 8 + 1 AS BIGINT)] || ', Modell ' || article AS "product-name",
              format('KX-{{:04d}}-{{}}', article, ['BLK', 'RED', 'WHT'][CAST(article % 3 + 1 AS
                BIGINT)]) AS sku,
              format('B0{{:08X}}', article * 7919 + 1000000) AS asin,
              CASE status WHEN 'Pending' THEN 'Unshipped' WHEN 'Shipping' THEN 'Unshipped'
                ELSE status END AS "item-status",
              CASE WHEN status = 'Cancelled' THEN 0 ELSE quantity END AS quantity,
              CASE WHEN status IN ('Pending', 'Cancelled') THEN '' ELSE 'EUR' END AS currency,
              CASE WHEN status IN ('Pending', 'Cancelled') THEN NULL ELSE price END
                AS "item-price",
              CASE WHEN status IN ('Pending', 'Cancelled') THEN NULL
                ELSE CAST(price * 19 / 119 AS DECIMAL(12,2)) END AS "item-tax",
              CASE WHEN h % 5 = 0 THEN '3.99' ELSE '0.0' END AS "shipping-price",
              CASE WHEN h % 5 = 0 THEN '0.64' ELSE '0.0' END AS "shipping-tax",
              '' AS "gift-wrap-price", '' AS "gift-wrap-tax",
              CASE WHEN l % 9 = 0 THEN CAST(CAST(price * 0.1 AS DECIMAL(12,2)) AS VARCHAR)
                ELSE '0.0' END AS "item-promotion-discount",
              CASE WHEN h % 15 = 0 THEN '3.99' ELSE '0.0' END AS "ship-promotion-discount",
              ['München', 'Berlin', 'Hamburg', 'Köln', 'Düren', 'Leipzig'][CAST(h % 6 + 1 AS
                BIGINT)] AS "ship-city",
              ['Bayern', 'BE', '', 'NRW', 'NRW', 'Sachsen'][CAST(h % 6 + 1 AS BIGINT)]
                AS "ship-state",
              format('{{:05d}}', h % 90000 + 10000) AS "ship-postal-code",
              CASE WHEN h % 40 = 0 THEN 'AT' ELSE 'DE' END AS "ship-country",
              CASE WHEN l % 9 = 0 THEN format('DE Core Free Shipping 2026/04/01 PLM-{{:06d}}',
                l % 1000) ELSE '' END AS "promotion-ids"
            FROM priced ORDER BY i
            ) TO '{draft}' (FORMAT csv, DELIMITER '\t', QUOTE '', ESCAPE '', HEADER true)"""
        )
    draft.rename(path)
    return path


@dataclass(frozen=True)
class Cost:
    """What one process cost."""

    seconds: float
    cpu: float
    mib: float


def timed(*command: str) -> Cost:
    """Run one command to its end; a failure ends the benchmark."""
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)  # of the process and all it waited for
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            sys.exit(f"{' '.join(command)} failed\n{output.read().decode(errors='replace')}")
    in_mib = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / in_mib)


def raw(report: Path, typed: bool, into: Path) -> Cost:
    """Read and write with DuckDB alone."""
    kinds = {name: "VARCHAR" for name in COLUMNS}
    if typed:
        kinds |= {name: "TIMESTAMP" for name in COLUMNS if name.endswith("-date")}
        kinds |= {name: "DECIMAL(18,4)" for name in COLUMNS if name.endswith(_MONEY)}
        kinds["quantity"] = "BIGINT"
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in kinds.items())
    query = (
        f"COPY (SELECT * FROM read_csv('{report}', delim='\\t', quote='', escape='', header=true,"
        f" auto_detect=false, columns={{{columns}}})) TO '{into / 'raw.parquet'}'"
        " (FORMAT parquet, COMPRESSION zstd)"
    )
    return timed(sys.executable, "-c", f"import duckdb; duckdb.execute({query!r})")


def door(report: Path, into: Path) -> Cost:
    """Ingest the report in a workspace that has nothing yet, and see that it took every line."""
    workspace = into / "company"
    workspace.mkdir()
    (workspace / "workspace.yml").write_text(WORKSPACE, encoding="utf-8")
    review = str(Path(sys.executable).with_name("review"))
    cost = timed(review, "ingest", "--workspace", str(workspace), str(report))
    tables = f"{workspace}/warehouse/tables/*/order_lines/*/*.parquet"
    expected = int(report.stem.rpartition("-")[2])
    with ProcessPoolExecutor(1) as counter:
        lines = counter.submit(count_lines, tables).result()
    if lines != expected:
        sys.exit(f"the door kept {lines:,} of {expected:,} lines")
    return cost


def count_lines(files: str) -> int:
    """Count the rows of Parquet files."""
    import duckdb

    ((lines,),) = duckdb.execute(f"SELECT count(*) FROM read_parquet('{files}')").fetchall()
    return int(lines)


def best(run: Callable[[Path], Cost], rounds: int) -> Cost:
    """Run a few times in fresh folders; the quickest run is the least disturbed one."""

    def runs() -> Iterator[Cost]:
        for _ in range(rounds):
            folder = Path(tempfile.mkdtemp(prefix="review-bench-"))
            try:
                yield run(folder)
            finally:
                shutil.rmtree(folder)

    return min(runs(), key=lambda cost: cost.cpu)


def results(lines: int, rounds: int) -> str:
    """Run all of it and write one page of results."""
    with ProcessPoolExecutor(1) as maker:
        # Not in this process: what it once held would count as held by every child.
        report = maker.submit(make_report, lines).result()
    costs = {
        "raw DuckDB, every column as text": best(lambda at: raw(report, False, at), rounds),
        "raw DuckDB, columns typed": best(lambda at: raw(report, True, at), rounds),
        "`review ingest`, the whole door": best(lambda at: door(report, at), rounds),
    }
    text, typed, ours = costs.values()
    peer = min(text, typed, key=lambda cost: cost.seconds)
    ratio, cpu_ratio = ours.seconds / peer.seconds, ours.cpu / peer.cpu
    holds = ratio <= GOAL_RATIO and ours.mib <= GOAL_MIB
    return "\n".join(
        [
            f"# All Orders through the door, {date.today()}",
            "",
            f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
            f"duckdb {version('duckdb')}; {lines:,} lines, {len(COLUMNS)} columns, "
            f"{report.stat().st_size / (1 << 20):,.0f} MiB; best of {rounds}.",
            "",
            "| | seconds | CPU s | peak MiB |",
            "|---|---|---|---|",
            *(
                f"| {name} | {cost.seconds:.1f} | {cost.cpu:.1f} | {cost.mib:,.0f} |"
                for name, cost in costs.items()
            ),
            "",
            f"Against the quicker raw run: **{ratio:.2f}x** the time ({cpu_ratio:.2f}x the CPU "
            f"time), **{ours.mib:,.0f} MiB** at the peak. The goal is at most {GOAL_RATIO:g}x and "
            f"{GOAL_MIB:,} MiB: {'it holds' if holds else 'it does not hold'}.",
            "",
        ]
    )


def main() -> None:
    """Read the arguments, run, print, and write where asked."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--lines", type=int, default=5_000_000)
    arguments.add_argument("--rounds", type=int, default=1)
    arguments.add_argument("--write", type=Path, default=None)
    asked = arguments.parse_args()
    text = results(asked.lines, asked.rounds)
    sys.stdout.write(text)
    if asked.write:
        asked.write.parent.mkdir(parents=True, exist_ok=True)
        asked.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
