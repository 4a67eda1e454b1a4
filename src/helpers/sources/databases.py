"""Rows that are asked of a database: a mapping's ``from: {database, query}``.

The answer becomes a file and walks through the same door as any export; what is known of it, from
its hash to its lineage, is known the same way. Only the columns that the mapping declares leave
this room, buyers as keyed hashes and notes masked, so that the file never holds what the
warehouse must not. Nothing is written to the database, and nothing of the URL but server and
database is ever told.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.config.workspace import Workspace
from helpers.sources.buyers import hashed, pads, platform_of
from helpers.sources.declared import Query, Source, StoreColumn
from helpers.sources.headers import plain
from helpers.sources.masking import masked
from helpers.sources.meaning import did_you_mean
from helpers.sources.parquet import ASKED_AS, as_text
from helpers.sources.place import place_of
from helpers.sources.sql import literal, name
from helpers.vocabulary.faults import AskedWrongly, DataRefused, Fault
from helpers.vocabulary.periods import parse_period

if TYPE_CHECKING:
    import pyarrow
    from sqlalchemy import Connection
    from sqlalchemy.engine import URL

#: Rows that are in memory at once.
PAGE = 20_000
MOST_ROWS = 50_000_000
_VARIABLE = re.compile(r"[$][{](\w+)[}]")
_ASKS = re.compile(r"(?:\s|--[^\n]*\n|/[*].*?[*]/|[(])*(select|with|values|table)\b", re.I | re.S)
#: What to say to a database so that it changes nothing; the others are rolled back only.
_READ_ONLY: Mapping[str, str] = {
    "sqlite": "PRAGMA query_only = ON",
    "postgresql": "SET TRANSACTION READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
    "oracle": "SET TRANSACTION READ ONLY",
}
_PACKAGES: Mapping[str, str] = {
    "psycopg2": "psycopg2-binary", "psycopg": "'psycopg[binary]'", "MySQLdb": "mysqlclient",
    "pymysql": "pymysql", "pyodbc": "pyodbc", "oracledb": "oracledb", "cx_Oracle": "oracledb",
    "snowflake": "snowflake-sqlalchemy", "bigquery": "sqlalchemy-bigquery",
    "clickhouse": "clickhouse-sqlalchemy", "duckdb": "duckdb-engine",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """An answer on its way through the door."""

    path: Path
    #: The folder from which ``<store>/<period>/`` is read, as from the inbox.
    below: Path


def answer(source: Source, workspace: Workspace, folder: Path, key: bytes) -> Asked:
    """Ask a source's database and write its answer.

    Args:
        source: One with ``from``.
        workspace: Whose stores its rows belong to.
        folder: A private folder, whose end is the caller's affair.
        key: Turns buyers' ids into hashes.

    Raises:
        DataRefused: A variable or driver is missing, the database cannot be reached, refuses the
            query or gives no rows; the fault holds no user and no password.
    """
    import duckdb
    from sqlalchemy.exc import SQLAlchemyError

    query = source.asked_of
    assert query is not None
    where = f"sources: {source.source}"
    if faults := _slips(source, query, workspace, where):
        raise DataRefused(faults)
    url = _url(query, where)
    at = f"{where}, {shown(url)}"
    path = _place(source, query, folder)
    try:
        with _asking(url) as connection, duckdb.connect() as con:
            # What is too large for memory must not be put aside in some folder.
            con.execute("SET temp_directory = ''")
            platform = _platform(source, workspace, path, folder)
            rows = _write(connection, query.query, source, con, path, (key, platform), at)
    except (SQLAlchemyError, ImportError) as trouble:
        raise DataRefused(_fault(trouble, url, at)) from None
    except OSError as trouble:
        raise DataRefused(Fault(at, f"cannot be read ({trouble.strerror})")) from None
    if not rows:
        path.unlink(missing_ok=True)
        raise DataRefused(Fault(at, "the query gives no rows", "check its WHERE"))
    return Asked(path, folder)


def _slips(source: Source, query: Query, workspace: Workspace, where: str) -> list[Fault]:
    """Find what cannot be right before anybody is asked."""
    faults = []
    if not _ASKS.match(query.query):
        faults.append(Fault(f"{where}: from.query", "is no SELECT", "write one query"))
    known = [store.id for store in workspace.stores]
    if query.store is not None and query.store not in known:
        faults.append(
            Fault(f"{where}: from.store", f"{query.store!r} is no store of workspace.yml",
                  did_you_mean(query.store, known))
        )  # fmt: skip
    elif query.store is None and source.store == "place" and not workspace.files:
        faults.append(
            Fault(f"{where}: from", "does not say whose rows they are",
                  f"add store: to it ({', '.join(known)}), or store: {{column: ...}}")
        )  # fmt: skip
    if query.period is not None:
        try:
            parse_period(query.period, workspace.fiscal_year_start)
        except AskedWrongly as trouble:
            faults += [Fault(f"{where}: from.period", one.what, one.way_out)
                       for one in trouble.faults]  # fmt: skip
    return faults


def shown(url: URL) -> str:
    """Write a database's address without user, password and options."""
    server = f"{url.host or ''}{f':{url.port}' if url.port else ''}"
    return f"{url.drivername}://{server}/{url.database or ''}"


def _url(query: Query, where: str) -> URL:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import SQLAlchemyError

    missing = [one for one in _VARIABLE.findall(query.database) if one not in os.environ]
    if missing:
        raise DataRefused(
            Fault(f"{where}: from.database", f"environment variable {one} is not set", "set it")
            for one in missing
        )
    written = _VARIABLE.sub(lambda found: os.environ[found[1]], query.database)
    try:
        return make_url(written)
    except (SQLAlchemyError, ValueError):
        raise DataRefused(
            Fault(f"{where}: from.database", "is no database URL",
                  "write it as postgresql://user:${PASSWORD}@server/database")
        ) from None  # fmt: skip


def _place(source: Source, query: Query, folder: Path) -> Path:
    """Put the answer where an export would lie: ``<store>/<period>/``."""
    inside = folder / query.store if query.store else folder
    if query.period:
        inside = folder / (query.store or "company") / query.period
    inside.mkdir(parents=True, exist_ok=True)
    return inside / f"{source.source}.parquet"


def _platform(source: Source, workspace: Workspace, path: Path, below: Path) -> str:
    """Give the SQL of the platform under which buyers are hashed: as the door would."""
    if isinstance(source.store, StoreColumn) and source.store.column in source.columns:
        return platform_of(workspace.stores, name(source.store.column))
    store = place_of(path, workspace, below).store_id if source.store == "place" else None
    return literal(workspace.store(store).platform if store else source.platform or "own")


@contextmanager
def _asking(url: URL) -> Iterator[Connection]:
    """Open a connection that changes nothing: told so, and rolled back whatever happens."""
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    file = Path(str(url.database).removeprefix("file:").partition("?")[0])
    in_memory = url.database in (None, "", ":memory:")
    if url.get_backend_name() == "sqlite" and not in_memory and not file.is_file():
        # SQLite would make an empty database there.
        raise FileNotFoundError(2, "no such file")
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    try:
        with engine.connect() as connection:
            try:
                if quiet := _READ_ONLY.get(url.get_backend_name()):
                    connection.exec_driver_sql(quiet)
                yield connection
            finally:
                connection.rollback()
    finally:
        engine.dispose()


def _write(
    connection: Connection,
    query: str,
    source: Source,
    con: Any,
    path: Path,
    buyers: tuple[bytes, str],
    at: str,
) -> int:
    """Write the declared columns page by page; the number of rows."""
    import pyarrow
    from pyarrow import parquet

    options = {"stream_results": True, "yield_per": PAGE, "no_parameters": True}
    result = connection.execution_options(**options).exec_driver_sql(query)
    places = _places(source, list(result.keys()), at)
    headers = {column: source.headers_of(column)[0] for column in places}
    schema = pyarrow.schema(
        [(header, pyarrow.string()) for header in headers.values()],
        metadata={ASKED_AS: source.source},
    )
    rows = 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file, parquet.ParquetWriter(file, schema) as writer:
        for page in result.partitions(PAGE):
            rows += len(page)
            if rows > MOST_ROWS:
                raise DataRefused(Fault(at, f"gives more than {MOST_ROWS:,} rows", "ask for fewer"))
            cells = list(zip(*page, strict=True))
            told = {column: _column(cells[place]) for column, place in places.items()}
            written = _fit_to_keep(pyarrow.table(told), source, headers, con, buyers)
            writer.write_table(written.cast(schema))
    return rows


def _places(source: Source, found: Sequence[str], at: str) -> dict[str, int]:
    """Say where the declared columns stand in the answer; the others are left there."""
    keys = [plain(one) for one in found]
    places, faults = {}, []
    for column, about in source.columns.items():
        headers = source.headers_of(column)
        place = next((keys.index(plain(one)) for one in headers if plain(one) in keys), None)
        if place is not None:
            places[column] = place
        elif not about.optional or column in source.known_by:
            faults.append(
                Fault(at, f"the query gives no column {headers[0]!r}",
                      f"add it to the SELECT: ... AS \"{headers[0]}\"")
            )  # fmt: skip
    if faults:
        raise DataRefused(faults)
    return places


def _column(values: Sequence[Any]) -> pyarrow.Array:
    """Take in a page of a column as the driver gives it; what is of many kinds, as text."""
    import pyarrow

    try:
        return pyarrow.array(values)
    except (pyarrow.ArrowException, TypeError, ValueError, OverflowError):
        return pyarrow.array([None if one is None else str(one) for one in values])


def _fit_to_keep(
    page: pyarrow.Table,
    source: Source,
    headers: Mapping[str, str],
    con: Any,
    buyers: tuple[bytes, str],
) -> pyarrow.Table:
    """Write all cells as text, buyers as hashes, notes without what may be a person's."""
    key, platform = buyers
    con.register("page", page)
    types = {row[0]: row[1] for row in con.execute("DESCRIBE page").fetchall()}
    texts = ", ".join(
        f"nullif(trim({as_text(name(column), kind)}), '') AS {name(column)}"
        for column, kind in types.items()
    )
    if isinstance(source.store, StoreColumn) and source.store.column not in types:
        texts += f", NULL::VARCHAR AS {name(source.store.column)}"
    picked, parameters = [], list[bytes]()
    for column, header in headers.items():
        cell = name(column)
        match source.columns[column].type:
            case "customer":
                inner, outer = pads(key)
                parameters += [outer, inner]
                cell = hashed(cell, platform)
            case "note":
                cell = masked(cell)
        picked.append(f"{cell} AS {name(header)}")
    query = f"SELECT {', '.join(picked)} FROM (SELECT {texts} FROM page)"
    written: pyarrow.Table = con.sql(query, params=parameters).to_arrow_table()
    con.unregister("page")
    return written


def _fault(trouble: Exception, url: URL, at: str) -> Fault:
    """Say what went wrong, without what the driver may have told of user and password."""
    from sqlalchemy.exc import DBAPIError, NoSuchModuleError

    if isinstance(trouble, ImportError):
        module = (trouble.name or url.get_driver_name()).partition(".")[0]
        package = _PACKAGES.get(module, module)
        return Fault(at, f"needs the driver {module}", f"pip install {package}")
    if isinstance(trouble, NoSuchModuleError):
        backend = url.get_backend_name()
        package = _PACKAGES.get(backend, "its SQLAlchemy dialect")
        return Fault(at, f"{backend!r} is no database that is known", f"pip install {package}")
    cause = trouble.orig if isinstance(trouble, DBAPIError) and trouble.orig else trouble
    lines = str(cause).strip().splitlines() or [type(cause).__name__]
    said = lines[0][:200]
    for secret in filter(None, (url.password, url.username, *map(str, url.query.values()))):
        said = said.replace(str(secret), "…")
    return Fault(at, f"answers: {said}", "check the query, and that the server can be reached")
