"""What a source declares: the language in which an analyst says which column is what.

One model for the families that ship with the product (``families/*.yml``) and for a company's own
files (``<workspace>/sources/*.yml``). ``docs/bring-your-own-files.md`` teaches it; ``meaning``
turns it into SQL and refuses what does not hang together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, field_validator, model_validator

from helpers.config.workspace import Country, Platform, StoreId, TimeZone
from helpers.sources.headers import CURRENCY
from helpers.vocabulary.labels import Declared, Label

Fact = Literal[
    "orders", "refunds", "returns", "traffic", "ads", "fees", "stock", "products", "costs",
    "stock_moves", "sales_statements", "listings", "customers", "inquiries", "keywords",
    "store_state", "account_health", "service", "requests", "reviews", "rivals", "content",
    "campaigns", "experiments", "compliance", "shared_costs", "manual", "supply", "logistics",
    "erp_orders",
]  # fmt: skip
Identifier = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60, strip_whitespace=True)
]


def _several(value: Any) -> Any:
    """One header, or a list of the wordings it goes by.

    YAML reads a bare No as false: a column of numbers must not fail for that.
    """
    words = value if isinstance(value, list | tuple) else (value,)
    return tuple({True: "yes", False: "no"}[w] if isinstance(w, bool) else w for w in words)


Several = Annotated[tuple[str, ...], BeforeValidator(_several)]


class Column(Declared):
    """One column of the file: what it is called there and how its cells are written."""

    #: The header, or a list of its wordings; left out, the column's own name.
    header: Several = ()
    #: ``id`` keeps every digit as text; ``customer`` is kept as a keyed hash only; ``note`` is
    #: free text, from which e-mails, phones, long numbers and streets are blotted out; ``days`` is
    #: a cell with a first and a last day.
    type: Literal[
        "text", "id", "money", "integer", "percent", "boolean",
        "timestamp", "date", "days", "country", "customer", "note",
    ] = "text"  # fmt: skip
    #: May the file lack this column?
    optional: bool = False
    #: What belongs there, for whoever fills in a template.
    about: Label | None = None
    #: Numbers: ``1,234.56`` is point, ``1.234,56`` is comma, ``by_file`` looks at all its cells,
    #: and ``store`` too, but where those leave it open it writes as the store's country does.
    decimal: Literal["point", "comma", "by_file", "store"] = "by_file"
    #: Numbers: does a unit stand beside them (100 Pieces, US$ 3.50/Piece)?
    with_unit: bool = False
    #: Dates written 03/04/2026: day first (dmy), month first (mdy), or, where the cells leave it
    #: open, as the store's country writes them (store). 2026-04-03 needs nothing.
    order: Literal["dmy", "mdy", "store"] | None = None
    #: Dates written any other way, in the codes of strptime.
    format: str | None = None
    #: Moments: utc, offset (each cell carries its own), store (its local time), or a zone's name.
    zone: Literal["utc", "offset", "store"] | TimeZone | None = None
    #: Countries: how the file spells those that are no ISO code and no usual name.
    names: Mapping[str, Country | Literal[""]] = Field(default_factory=dict)

    @field_validator("names", mode="before")
    @classmethod
    def _norway(cls, names: Any) -> Any:
        """YAML reads a bare NO as false, and an analyst cannot be expected to know."""
        if not isinstance(names, Mapping):
            return names
        return {
            key: "NO" if code is False else "" if code is None else code
            for key, code in names.items()
        }

    @model_validator(mode="after")
    def _fits_its_type(self) -> Column:
        if self.type == "timestamp" and self.zone is None:
            raise ValueError("a timestamp needs zone: utc, offset, store or a name such as "
                             "Europe/London")  # fmt: skip
        if self.zone is not None and self.type != "timestamp":
            raise ValueError("zone goes with type: timestamp only")
        if self.order and self.type not in ("timestamp", "date", "days"):
            raise ValueError("order goes with type: date, days or timestamp only")
        if self.format and self.type not in ("timestamp", "date"):
            raise ValueError("format goes with type: date or timestamp only")
        if self.with_unit and self.type not in ("money", "integer"):
            raise ValueError("with_unit goes with type: money or integer only")
        if self.names and self.type != "country":
            raise ValueError("names goes with type: country only")
        return self


class StoreColumn(Declared):
    """The file names the store of each row in this column."""

    column: str
    #: May the cell be empty? Such a row belongs to the company and to no store.
    optional: bool = False


class MarketColumn(Declared):
    """The file is one account's and may hold several marketplaces; this column names each row's.

    Rows go to the store of that country on the platform; those that name none, to the file's own.
    """

    market: str
    #: How the file spells its marketplaces, where that is no country's code or name.
    names: Mapping[str, Country] = Field(default_factory=dict)


class Query(Declared):
    """The rows come from a database and not from a file (``databases``).

    Nothing here is judged by the model: a fault would print what was found, passwords included.
    """

    #: An SQLAlchemy URL; ``${NAME}`` in it is read from the environment.
    database: str = Field(repr=False)
    query: str = Field(repr=False)
    #: Whose rows they are, where no column says so.
    store: StoreId | None = None
    #: Of which period, where they hold no days.
    period: str | None = None


class StatedAbove(Declared):
    """The period stands in the rows above the header, as two days that the expression finds.

    It sees those rows as lines of text. A day may be written in any way that leaves no doubt, such
    as 2026-08-01, 20260801, August 1, 2026 or 2026年8月1日.
    """

    stated_above: str

    @field_validator("stated_above")
    @classmethod
    def _finds_two_dates(cls, form: str) -> str:
        try:
            groups = re.compile(form).groups
        except re.error as trouble:
            raise ValueError(f"is no regular expression ({trouble})") from None
        if groups != 2:
            raise ValueError("must hold two groups in brackets: first and last day")
        return form


class SetAside(Declared):
    """Rows that are no data: totals, descriptions, summaries. They are counted and told."""

    what: Label
    when: Any


class CarryDown(Declared):
    """Cells that stand only in an order's first row and hold for its other rows too."""

    columns: tuple[str, ...] = Field(min_length=1)
    #: Only among rows that share these; left out, down to the next filled cell.
    within: Several = ()


class StatedTotal(Declared):
    """A total that the file states, to be compared with the sum of its rows."""

    stated: str
    sum_of: str


class FileForm(Declared):
    """How the file is written, where that cannot be seen from the file itself."""

    #: Are cells with separators inside put in quotes? Amazon's flat files never quote.
    quotes: bool = True
    #: Encodings to try where the text is no UTF-8 and no UTF-16, in this order.
    encodings: tuple[Literal["gb18030", "cp932", "cp1252"], ...] = ("gb18030", "cp932", "cp1252")
    #: Only this sheet of a workbook.
    sheet: str | None = None
    #: What stands in a cell that means: nothing known.
    empty_as: Several = ()
    #: Does a blank line end the table, because another one with other columns may follow?
    ends_at_blank_line: bool = False


class TableFill(Declared):
    """What becomes of the rows in one table."""

    #: table column -> a column of the file, or one of the ways to make a value.
    fill: Mapping[str, Any] = Field(min_length=1)
    #: Only these rows.
    when: Any = None
    #: Only the rows that no table before it takes.
    rest: bool = False
    #: One row for each of these, taken from its first row.
    once_per: Several = ()
    #: One row for each of these columns of amounts that holds something other than 0: column ->
    #: words of your own. ``{each: amount}``, ``{each: name}``, ``{each: number}`` and
    #: ``{each: <word>}`` are its values under ``fill``.
    for_each: Mapping[Identifier, Mapping[Identifier, str]] = Field(default_factory=dict)


class Source(Declared):
    """One kind of file: how to know it, what its columns are, which tables they fill."""

    source: Identifier
    name: Label
    platform: Platform | None = None
    #: A form of our own to be filled in by hand: ``review new template`` writes it.
    is_template: bool = False
    #: The rows are asked of a database at every ingest.
    asked_of: Query | None = Field(default=None, alias="from")
    #: Which facts of a store it speaks for.
    facts: tuple[Fact, ...] = Field(min_length=1)
    #: Which store: ``place`` (folder or workspace.yml), ``none`` (company-wide), or a column.
    #: ``{market: column}``, where a file of one account may hold several of its marketplaces.
    store: Literal["place", "none"] | StoreColumn | MarketColumn = "place"
    #: Which period: ``inside`` (it has dates), ``place``, or stated in the rows above the header.
    #: A file that has one of the columns under ``as_of`` needs no period of its own.
    #: ``place_too``: it has dates, and speaks for all days that its place names, of which some
    #: have no row.
    period: Literal["inside", "place", "place_too"] | StatedAbove = "inside"
    #: Columns whose latest day says how new the export is.
    as_of: Several = ()
    #: For how many days after a day the platform still changes what it says of it: sales put down
    #: to a click, late traffic. Until an export knows of a later day, the figures are preliminary.
    settles_after: int = Field(default=0, ge=0, le=365)
    #: The columns by which the file is recognised; all of them must be there.
    known_by: tuple[str, ...] = Field(min_length=2)
    columns: Mapping[Identifier, Column] = Field(min_length=1)
    #: Headers that are known and not read: free text, people, whatever no metric needs. ``*``
    #: stands for anything.
    ignored: tuple[str, ...] = ()
    file: FileForm = FileForm()
    set_aside: tuple[SetAside, ...] = ()
    carry_down: tuple[CarryDown, ...] = ()
    check_total: StatedTotal | None = None
    #: Values made from columns, each usable by those below it and by ``tables``.
    define: Mapping[Identifier, Any] = Field(default_factory=dict)
    tables: Mapping[str, TableFill] = Field(min_length=1)

    @field_validator("columns", mode="before")
    @classmethod
    def _short_form(cls, columns: Any) -> Any:
        """``price: UnitPrice`` is short for ``price: {header: UnitPrice}``."""
        if not isinstance(columns, Mapping):
            return columns
        return {
            key: {"header": value} if isinstance(value, str) else ({} if value is None else value)
            for key, value in columns.items()
        }

    def headers_of(self, column: str) -> tuple[str, ...]:
        """List the wordings under which a column may stand in the file."""
        return self.columns[column].header or (column,)

    @property
    def types(self) -> Mapping[str, str]:
        """Give what a value may name, with its type: the columns, and currencies of headers."""
        found: dict[str, str] = {column: about.type for column, about in self.columns.items()}
        found |= {
            currency_column(column): "text"
            for column in self.columns
            if any(CURRENCY in header for header in self.headers_of(column))
        }
        return found


def currency_column(column: str) -> str:
    """Name the value that holds the currency which a column's header states."""
    return f"{column} currency"
