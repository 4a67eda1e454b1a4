"""A company of many order lines, written as the tables that ingest would leave.

Canonical Parquet by month, straight from DuckDB: nothing is read, judged or converted, so that ten
million lines take minutes and not an hour. Nothing is random; the seed and the size name the
folder, and the same two give the same figures every time.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

from helpers.tables.build import BUILD_VERSION
from helpers.tables.models import PARQUET, TableModel, load_models, quoted
from helpers.vocabulary.periods import parse_period

FIRST, MONTHS = "2023-12", 25
ARTICLES = 2_000
#: store, platform, home market, currency, does it tell buyers?
STORES = (
    ("amazon-us", "amazon", "US", "USD", False),
    ("amazon-de", "amazon", "DE", "EUR", False),
    ("own-site", "shopify", "US", "USD", True),
    ("tiktok-my", "tiktok", "MY", "MYR", True),
    ("shopee-sg", "shopee", "SG", "SGD", True),
    ("lazada-th", "lazada", "TH", "THB", True),
    ("alibaba", "alibaba", "DE", "USD", True),
    ("amazon-uk", "amazon", "GB", "GBP", False),
)
ELSEWHERE = ("US", "DE", "FR", "GB", "CA", "AU", "JP", "MX", "NL", "IT", "ES", "PL")
RATES = {"USD": 0.92, "EUR": 1.0, "MYR": 0.19, "SGD": 0.68, "THB": 0.026, "GBP": 1.17}
WORKSPACE = {
    "company": {"en": "Many Lines", "zh": "多行"},
    "base_currency": "EUR",
    "time_zone": "Europe/Berlin",
    "stores": [
        {
            "id": store,
            "name": {"en": store, "zh": store},
            "platform": platform,
            "country": country,
            "currency": currency,
            "time_zone": "UTC",
            "tax_basis": "excluded",
        }
        for store, platform, country, currency, _ in STORES
    ],
}


def make_company(lines: int, seed: int = 1) -> Path:
    """Write the company into the temporary folder, unless it lies there; give its workspace."""
    columns = repr({name: model.stored_columns for name, model in load_models().items()})
    shape = hashlib.blake2b(f"{BUILD_VERSION} {columns}".encode(), digest_size=4).hexdigest()
    root = Path(tempfile.gettempdir()) / "review-bench" / f"lines-{lines}-{seed}-{shape}"
    generation = f"{seed:x}".zfill(20)
    if (root / "warehouse" / "CURRENT").exists():
        return root
    folder = root / "warehouse" / "tables" / generation
    folder.mkdir(parents=True, exist_ok=True)
    (root / "workspace.yml").write_text(json.dumps(WORKSPACE), encoding="utf-8")
    rows = _Writer(folder, lines, seed).write()
    files: dict[str, dict[str, str]] = {}
    for path in sorted(folder.rglob("*.parquet")):
        below = path.relative_to(folder).as_posix()
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        files.setdefault(below.split("/")[0], {})[below] = found
    manifest = {
        "generation": generation,
        "build": BUILD_VERSION,
        "batches": [],
        "rows": rows,
        "files": files,
        "lines_overruled": {},
        "calendar": None,
        "warnings": [],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    (root / "warehouse" / "CURRENT").write_text(f"{generation} 0\n", encoding="utf-8")
    return root


def without_last_month(root: Path) -> Path:
    """Give the same company as it was a month before; the files are the same files."""
    earlier = root.with_name(f"{root.name}-earlier")
    if (earlier / "warehouse" / "CURRENT").exists():
        return earlier
    (told,) = (root / "warehouse" / "tables").glob("*/manifest.json")
    manifest = json.loads(told.read_text(encoding="utf-8"))
    *_, (_, last_month, _) = months()
    folder = earlier / "warehouse" / "tables" / manifest["generation"]
    for files in manifest["files"].values():
        for below in [one for one in files if f"month={last_month:%Y-%m}/" in one]:
            del files[below]
        for below in files:
            (folder / below).parent.mkdir(parents=True, exist_ok=True)
            (folder / below).unlink(missing_ok=True)
            os.link(told.parent / below, folder / below)
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    shutil.copy(root / "workspace.yml", earlier / "workspace.yml")
    shutil.copy(root / "warehouse" / "CURRENT", earlier / "warehouse" / "CURRENT")
    return earlier


def months() -> Iterator[tuple[int, date, date]]:
    """Give number, first and last day of each month."""
    period = parse_period(FIRST)
    for number in range(MONTHS):
        yield number, period.start, period.end
        period = parse_period(f"{period.end + timedelta(days=1):%Y-%m}")


class _Writer:
    """Writes every table, a file a month."""

    def __init__(self, folder: Path, lines: int, seed: int):
        import duckdb

        self.folder, self.lines, self.seed = folder, lines, seed
        self.models = load_models()
        self.rows: dict[str, int] = {}
        self.con = duckdb.connect()
        self.con.execute("SET memory_limit = '1GB'")
        self.con.execute("SET enable_progress_bar = false")
        self.con.execute("CREATE TABLE shop (place BIGINT, store_id VARCHAR, country VARCHAR, "
                         "currency VARCHAR, tells BOOLEAN, rate DECIMAL(18,12))")  # fmt: skip
        for place, (store, _, country, currency, tells) in enumerate(STORES):
            row = [place, store, country, currency, tells, RATES[currency]]
            self.con.execute("INSERT INTO shop VALUES (?, ?, ?, ?, ?, ?)", row)

    def write(self) -> dict[str, int]:
        """Write all of it; gives the rows of each table."""
        everyday = list(months())
        for number, first, last in everyday:
            low = self.lines * number // MONTHS
            high = self.lines * (number + 1) // MONTHS
            self._orders(low, high, first, last)
            self._ads(first, last)
            self._traffic(first, last)
            self._stock(last)
        self._lists()
        self._bookkeeping(everyday[0][1], everyday[-1][2])
        return self.rows

    def _save(self, table: str, cells: Mapping[str, str], source: str, first: date | None,
              order: str) -> None:  # fmt: skip
        """Write one file; columns of the model that ``cells`` leaves out stay empty."""
        model: TableModel = self.models[table]
        given = dict(cells)
        if model.converted:
            given.setdefault("fx_rate", "x.rate")
        for column in model.converted:
            if column in given:
                wide = f"CAST({given[column]} AS DECIMAL(24,4)) * ({given['fx_rate']})"
                given[f"{column}_base"] = f"round({wide}, 4)"
        chosen = ", ".join(
            f"CAST({given.get(name, 'NULL')} AS {kind}) AS {quoted(name)}"
            for name, kind in model.stored_columns.items()
        )
        part = self.folder / table
        part = part / f"month={first:%Y-%m}" if first else part
        part.mkdir(parents=True)
        file = part / "part.parquet"
        self.con.execute("SET threads = 1")
        self.con.execute(f"COPY (SELECT {chosen} FROM {source} ORDER BY {order}) TO '{file}' "
                         f"({PARQUET})")  # fmt: skip
        self.con.execute("RESET threads")
        ((count,),) = self.con.execute(f"SELECT count(*) FROM '{file}'").fetchall()
        self.rows[table] = self.rows.get(table, 0) + int(count)

    def _orders(self, low: int, high: int, first: date, last: date) -> None:
        """Write a month's order lines (eight lines make five orders), refunds, returns, fees."""
        days = (last - first).days + 1
        # Two fifths of the orders are of new buyers, the others of anybody who came before.
        self.con.execute(
            f"""CREATE OR REPLACE TEMP TABLE line AS
            WITH numbered AS (
              SELECT i, i * 5 // 8 AS o, hash(i * 5 // 8, {self.seed}) AS h,
                hash(i, {self.seed}, 'line') AS l
              FROM range({low}, {high}) AS t(i)),
            told AS (
              SELECT *, CAST(h // 7 % 8 AS BIGINT) AS place,
                DATE '{first}' + CAST(least((o - {low} * 5 // 8) * {days}
                  // greatest(({high} - {low}) * 5 // 8, 1), {days - 1}) AS INTEGER) AS day,
                CAST(sqrt(CAST(l % 1000000 AS DOUBLE) / 1000000) * {ARTICLES} AS BIGINT) AS article,
                CASE WHEN h % 10 < 4 THEN o * 4 // 10 ELSE (h // 10) % (o * 4 // 10 + 1) END
                  AS buyer
              FROM numbered)
            SELECT t.*, x.store_id, x.currency, x.rate, x.tells,
              CASE WHEN h // 3 % 10 < 7 THEN x.country
                ELSE {list(ELSEWHERE)}[CAST(h // 3 % {len(ELSEWHERE)} + 1 AS BIGINT)] END AS market,
              CASE WHEN h // 11 % 100 < 4 THEN 'cancelled' ELSE 'placed' END AS status,
              CASE WHEN l % 20 = 0 THEN 2 WHEN l % 100 = 1 THEN 3 ELSE 1 END AS pieces,
              CAST((899 + (article * 37) % 9000) / 100.0 AS DECIMAL(12,2)) AS price,
              CASE WHEN l % 9 = 0 THEN 1 END AS gives
            FROM told t JOIN shop x USING (place)"""
        )
        amount = "(x.price * x.pieces)"
        discount = f"CASE WHEN x.gives = 1 THEN round({amount} * 0.1, 2) END"
        gmv = f"CASE WHEN x.status = 'placed' THEN {amount} - coalesce({discount}, 0) ELSE 0 END"
        article = "format('SKU-{:04d}', x.article)"
        order_id = "format('{:03d}-{:07d}-{:07d}', x.h % 999, x.o // 10000000, x.o % 10000000)"
        common = {"store_id": "x.store_id", "order_id": order_id, "sku": article,
                  "country": "x.market", "currency": "x.currency", "local_date": "x.day",
                  "batch_id": "'bench'", "source_line": "x.i"}  # fmt: skip
        self._save("order_lines", {
            **common, "line_no": "x.i", "kind": "'sale'", "status": "x.status",
            "ordered_at": "CAST(x.day AS TIMESTAMP) + to_seconds(CAST(x.h % 86400 AS BIGINT))",
            "customer_key": "CASE WHEN x.tells THEN md5(x.buyer || x.store_id) END",
            "listing_id": "format('B0{:08X}', x.article * 7919)",
            "product_name": f"'Article number ' || {article}", "is_merchandise": "x.l % 50 <> 7",
            "quantity": "x.pieces", "list_amount": amount, "seller_discount": discount,
            "tax_on_top": f"round({amount} * 0.08, 2)", "gmv": gmv,
            "shipping_income": "CASE WHEN x.h % 5 = 0 THEN 3.99 END",
            "landed_cost": "CASE WHEN x.status = 'placed' THEN round(x.price * x.pieces * 0.35, 4) "
                           "ELSE 0 END",
        }, "line x", first, "x.day, x.i")  # fmt: skip
        back = f"least(x.day + CAST(x.l % 9 AS INTEGER), DATE '{last}')"
        self._save("returns", {
            **common, "local_date": back, "line_no": "1", "quantity": "1", "reason": "'DEFECTIVE'",
        }, "(FROM line WHERE status = 'placed' AND l % 40 = 3) x", first, "x.i")  # fmt: skip
        self._save("refunds", {
            **common, "local_date": back, "refund_id": "x.i", "kind": "'refund'",
            "amount": f"CAST({gmv} AS DECIMAL(18,4))",
        }, "(FROM line WHERE status = 'placed' AND l % 40 = 3) x", first, "x.i")  # fmt: skip
        kind = "['commission', 'fulfilment', 'storage', 'other_fee']" \
            "[CAST(x.l // 4 % 4 + 1 AS BIGINT)]"  # fmt: skip
        self._save("settlement_lines", {
            **common, "settlement_id": "x.store_id", "line_no": "x.i", "category": kind,
            "amount": f"-round({amount} * 0.15, 2)",
        }, "(FROM line WHERE status = 'placed' AND l % 4 < 2) x", first, "x.day, x.i")  # fmt: skip

    def _ads(self, first: date, last: date) -> None:
        source = f"""(SELECT s.*, d.day, c, hash(s.place, d.day, c, {self.seed}) AS h FROM shop s,
            (SELECT CAST(unnest(generate_series(DATE '{first}', DATE '{last}', INTERVAL 1 DAY))
              AS DATE) AS day) d, range(40) AS r(c)) x"""
        self._save("ad_spend", {
            "store_id": "x.store_id", "start_date": "x.day", "end_date": "x.day",
            "campaign": "format('campaign {}', x.c % 8)", "target": "format('word {}', x.c)",
            "line_no": "x.c", "country": "x.country", "currency": "x.currency",
            "sku": f"format('SKU-{{:04d}}', x.h % {ARTICLES})", "impressions": "x.h % 5000",
            "clicks": "x.h % 97", "spend": "CAST(x.h % 5000 AS BIGINT) / 100.0",
            "attributed_orders": "x.h % 7", "batch_id": "'bench'",
            "attributed_sales": "CAST(x.h % 30000 AS BIGINT) / 100.0",
            "source_line": "x.c",
        }, source, first, "x.store_id, x.day, x.c")  # fmt: skip

    def _traffic(self, first: date, last: date) -> None:
        source = f"""(SELECT s.*, d.day, hash(s.place, d.day, {self.seed}) AS h FROM shop s,
            (SELECT CAST(unnest(generate_series(DATE '{first}', DATE '{last}', INTERVAL 1 DAY))
              AS DATE) AS day) d) x"""
        self._save("traffic", {
            "store_id": "x.store_id", "start_date": "x.day", "end_date": "x.day",
            "level": "'store'", "country": "x.country", "currency": "x.currency",
            "impressions": "x.h % 90000", "clicks": "x.h % 9000", "sessions": "x.h % 7000",
            "page_views": "x.h % 20000", "add_to_carts": "x.h % 700", "inquiries": "x.h % 40",
            "orders": "x.h % 300", "batch_id": "'bench'", "source_line": "x.h % 100000",
        }, source, first, "x.store_id, x.day")  # fmt: skip

    def _stock(self, last: date) -> None:
        source = f"(SELECT s.*, a, hash(s.place, a, DATE '{last}', {self.seed}) AS h " \
            f"FROM shop s, range({ARTICLES}) AS r(a)) x"  # fmt: skip
        self._save("inventory_snapshots", {
            "store_id": "x.store_id", "local_date": f"DATE '{last}'",
            "sku": "format('SKU-{:04d}', x.a)", "on_hand": "x.h % 60", "inbound": "x.h % 31",
            "stock_cost": "CAST(x.h % 60 AS BIGINT) * round((899 + (x.a * 37) % 9000) * 0.0035, 4)",
            "batch_id": "'bench'", "source_line": "x.a",
        }, source, last, "x.store_id, x.a")  # fmt: skip

    def _lists(self) -> None:
        source = f"(SELECT a, hash(a, {self.seed}) AS h, 1.0 AS rate FROM range({ARTICLES + 1}) AS r(a)) x"  # noqa: E501
        article = "format('SKU-{:04d}', x.a)"
        origin = {"sku": article, "batch_id": "'bench'", "source_line": "x.a"}
        self._save("products", {
            **origin, "name_en": f"'Article number ' || {article}", "name_zh": article,
            "category_en": "format('Category {}', x.a % 20)", "is_exclusive": "x.a % 5 = 0",
            "category_zh": "format('Category {}', x.a % 20)",
            "launched_on": "DATE '2022-01-01' + CAST(x.a * 13 % 1400 AS INTEGER)",
            "lead_time_days": "30", "order_minimum": "100",
        }, source, None, "x.a")  # fmt: skip
        self._save("landed_costs", {
            **origin, "valid_from": "DATE '2020-01-01'", "currency": "'EUR'",
            "unit_cost": "round((899 + (x.a * 37) % 9000) * 0.0035, 4)",
        }, source, None, "x.a")  # fmt: skip

    def _bookkeeping(self, first: date, last: date) -> None:
        facts = ("order_lines", "refunds", "returns", "ad_spend", "settlement_lines", "traffic",
                 "inventory_snapshots")  # fmt: skip
        covers = ", ".join(f"('{name}')" for name in facts)
        rates = ", ".join(f"('{code}', {rate})" for code, rate in RATES.items())
        for name, query in {
            "batch_covers": "SELECT 'bench' AS batch_id, n AS table_name, n AS fact, store_id, "
            f"store_id AS scope, DATE '{first}' AS first_day, DATE '{last}' AS last_day "
            f"FROM shop, (VALUES {covers}) AS v(n)",
            "fx_rates": f"SELECT DATE '{first}' AS day, c AS currency, 'constant' AS kind, "
            "CAST(r AS DECIMAL(18,12)) AS rate, 'bench' AS source "
            f"FROM (VALUES {rates}) AS v(c, r)",
        }.items():
            (self.folder / name).mkdir()
            file = self.folder / name / "part.parquet"
            self.con.execute(f"COPY ({query} ORDER BY ALL) TO '{file}' ({PARQUET})")
