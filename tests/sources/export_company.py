"""A small company in a temporary folder, and one helper that walks a file through the door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from helpers.config.workspace import load_workspace
from helpers.sources.door import read_export
from helpers.sources.reading import Reading

KEY = b"a key of the test"
WORKSPACE = """
company: {en: Test company, zh: 测试公司}
base_currency: CNY
time_zone: Asia/Shanghai
stores:
  - {id: amazon-us, name: {en: US, zh: 美国}, platform: amazon, currency: USD,
     time_zone: America/Los_Angeles, tax_basis: excluded, country: US}
  - {id: amazon-de, name: {en: DE, zh: 德国}, platform: amazon, currency: EUR,
     time_zone: Europe/Berlin, tax_basis: included, tax_rate: "0.19", country: DE}
  - {id: amazon-uk, name: {en: UK, zh: 英国}, platform: amazon, currency: GBP,
     time_zone: Europe/London, tax_basis: included, country: GB}
  - {id: amazon-jp, name: {en: JP, zh: 日本}, platform: amazon, currency: JPY,
     time_zone: Asia/Tokyo, tax_basis: included, tax_rate: "0.1", country: JP}
  - {id: own-site, name: {en: Site, zh: 独立站}, platform: shopify, currency: USD,
     time_zone: America/New_York, tax_basis: excluded, undated_refunds: order_day}
  - {id: own-eu, name: {en: Site EU, zh: 欧洲站}, platform: shopify, currency: EUR,
     time_zone: Europe/Berlin, tax_basis: included}
  - {id: tiktok-th, name: {en: TH, zh: 泰国}, platform: tiktok, currency: THB,
     time_zone: Asia/Bangkok, tax_basis: included, tax_rate: "0.07", country: TH,
     undated_refunds: order_day}
  - {id: alibaba, name: {en: Ali, zh: 国际站}, platform: alibaba, currency: USD,
     time_zone: America/Los_Angeles, tax_basis: excluded}
  - {id: shop, name: {en: Shop, zh: 自营}, platform: own, currency: GBP,
     time_zone: Europe/London, tax_basis: excluded}
"""


@dataclass
class Company:
    """A workspace on disk and a database to read into."""

    root: Path
    con: duckdb.DuckDBPyConnection

    def put(self, place: str, content: bytes | str) -> Path:
        """Drop a file into the inbox."""
        path = self.root / "inbox" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def describe(self, name: str, mapping: str) -> None:
        """Add one of the company's own mappings."""
        folder = self.root / "sources"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.yml").write_text(mapping, encoding="utf-8")

    def read(self, place: str, content: bytes | str | None = None) -> Reading:
        """Walk a file of the inbox through the door."""
        path = self.root / "inbox" / place
        if content is not None:
            path = self.put(place, content)
        workspace, paths = load_workspace(str(self.root))
        inbox = self.root / "inbox"
        return read_export(path, workspace, paths, self.con, below=inbox, key=KEY)

    def rows(self, reading: Reading, table: str, columns: str) -> list[tuple[Any, ...]]:
        """Give some columns of a table that was read, in the order of the file."""
        return self.con.execute(
            f'SELECT {columns} FROM "{reading.tables[table]}" ORDER BY source_line'
        ).fetchall()

    def bad(self, reading: Reading) -> list[tuple[Any, ...]]:
        """Give the cells that could not be read."""
        return self.con.execute(
            f'SELECT source_line, column_name, value, reason FROM "{reading.bad_cells}"'
            " ORDER BY ALL"
        ).fetchall()

    def lines_told(self, reading: Reading) -> int:
        """Count the distinct rows that are in any table or bad."""
        parts = [*reading.tables.values(), reading.bad_cells]
        union = " UNION ".join(f'SELECT source_line FROM "{one}"' for one in parts)
        (count,) = self.con.execute(f"SELECT count(*) FROM ({union})").fetchone() or (0,)
        return int(count)


def table(separator: str, header: Sequence[str], *rows: Sequence[object]) -> str:
    """Write rows as text, quoting only what needs it."""
    lines = [separator.join(header)]
    for row in rows:
        cells = ["" if cell is None else str(cell) for cell in row]
        if separator != "\t":
            cells = [f'"{c}"' if separator in c or "\n" in c else c for c in cells]
        lines.append(separator.join(cells))
    return "\n".join(lines) + "\n"
