"""The formula language: which rows, which of them, and what is made of them.

The words are few and closed, so that each means one portable Ibis expression and one sentence on
the definitions page. A new kind of formula is a new small class here, with its worked example.

*Rows* are named once (``rows:`` of a catalogue file): a table, conditions, and when a row counts:
on the table's own day; on another date column (``day: promised_on``); while it is valid
(``standing: {since: active_from, until: active_to}``, on the period's last day); or with its
store's last report of the period (``last_report: true``, a state).

*Conditions* test one column, or the time elapsed between two, and all of them must hold. A column
of another table is looked up by key: ``products.launched_on``, ``orders.order_type``.

*Leaves* read one table: ``sum``, ``count``, ``count_distinct``, ``mean``, ``median``,
``quantile``, ``largest``, ``smallest``, ``snapshot``, ``reported``; ``typed`` is what a person
wrote down because no export holds it. *Compositions* read other metrics: ``ratio``,
``difference``, ``growth``, ``lift``, ``gap``, ``attainment``. ``computed`` is one Python function.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, StringConstraints, model_validator

from helpers.vocabulary.labels import Declared, Label

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
#: The days that a formula reads; all but the period itself end with the period.
Over = Literal["period", "last_30_days", "last_90_days", "last_180_days", "last_365_days",
               "year_to_date", "since_start"]  # fmt: skip
#: Days of each window of fixed length.
DAYS_OF: dict[str, int] = {
    "last_30_days": 30, "last_90_days": 90, "last_180_days": 180, "last_365_days": 365,
}  # fmt: skip
#: Tables whose columns a condition may look up, and the key they are looked up by.
LOOKED_UP: dict[str, tuple[str, ...]] = {
    "products": ("sku",),
    "orders": ("store_id", "order_id"),
    "customers": ("store_id", "customer_key"),
    "suppliers": ("supplier_id",),
    "stores": ("store_id",),
}
SECONDS_OF: dict[str, int] = {"hours": 3_600, "days": 86_400}


class Elapsed(Declared):
    """Time from one moment of a row to another; unknown where either is not filled.

    Days of date columns are whole; hours and days of timestamps have fractions. It is negative
    where the second moment comes first (delivered before the day that was promised).
    """

    from_: str = Field(alias="from")
    to: str
    unit: Literal["hours", "days"] = "days"

    @property
    def columns(self) -> tuple[str, str]:
        """Name the two columns."""
        return self.from_, self.to

    def __str__(self) -> str:
        return f"{self.unit} from {self.from_} to {self.to}"


#: Tests that compare with a number, and how they are written.
NUMBER_TESTS = {"at_least": ">=", "at_most": "<=", "above": ">", "below": "<"}
#: Tests that compare with another column of the row.
COLUMN_TESTS = {"after": ">", "not_after": "<="}
_TESTS = ("equals", "one_of", "not_one_of", "is_known", "within_days", *NUMBER_TESTS,
          *COLUMN_TESTS)  # fmt: skip


class Condition(Declared):
    """One test on one column or on the time elapsed; the set is closed so every engine runs it.

    A row whose column is empty meets no test but ``is_known: false`` and ``not_one_of``. Money is
    compared in the base currency.
    """

    column: str = ""
    elapsed: Elapsed | None = None
    equals: str | bool | None = None
    one_of: tuple[str, ...] | None = None
    not_one_of: tuple[str, ...] | None = None
    is_known: bool | None = None
    #: The row's day lies at most so many days after this column's date.
    within_days: int | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    above: Decimal | None = None
    below: Decimal | None = None
    #: The column lies after, or not after, this other column of the row.
    after: str | None = None
    not_after: str | None = None

    @model_validator(mode="after")
    def _tests_one_thing(self) -> Condition:
        if bool(self.column) == (self.elapsed is not None):
            raise ValueError("tests either a column or the time elapsed")
        given = [name for name in _TESTS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of {', '.join(_TESTS)}")
        if self.elapsed is not None and given[0] not in (*NUMBER_TESTS, "is_known"):
            raise ValueError(f"the time elapsed knows no {given[0]}")
        return self

    @property
    def test(self) -> str:
        """Name the test."""
        return next(name for name in _TESTS if getattr(self, name) is not None)

    @property
    def columns(self) -> tuple[str, ...]:
        """Name every column that is read."""
        if self.elapsed is not None:
            return self.elapsed.columns
        other = self.after or self.not_after
        return (self.column, other) if other else (self.column,)

    def __str__(self) -> str:
        subject = self.column or str(self.elapsed)
        given = getattr(self, self.test)
        match self.test:
            case "equals":
                return f"{subject} = {str(given).lower()}"
            case "one_of":
                return f"{subject} in ({', '.join(given)})"
            case "not_one_of":
                return f"{subject} not in ({', '.join(given)})"
            case "within_days":
                return f"day - {subject} <= {given} d"
            case "is_known":
                return f"{subject} is {'known' if given else 'unknown'}"
            case test:
                return f"{subject} {(NUMBER_TESTS | COLUMN_TESTS)[test]} {given}"


class Standing(Declared):
    """Rows that are valid for a while: from the first column's date until the second's.

    An empty ``since`` is from ever, an empty ``until`` is until further notice.
    """

    since: str
    until: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Name the columns."""
        return (self.since, self.until) if self.until else (self.since,)


class RowSet(Declared):
    """Named rows of one table, such as the placed sale lines; declared once, used by many.

    Attributes:
        day: The date that puts a row into a period, where it is not the table's own.
        standing: Rows count where they are valid on the period's last day.
        last_report: Rows count that are of their store's last report in the period (of each of
            its warehouses' last).
    """

    table: str
    where: tuple[Condition, ...] = ()
    label: Label
    day: str | None = None
    standing: Standing | None = None
    last_report: bool = False

    @model_validator(mode="after")
    def _counts_in_one_way(self) -> RowSet:
        if sum(map(bool, (self.day, self.standing, self.last_report))) > 1:
            raise ValueError("takes one of day, standing, last_report")
        return self


class _Leaf(Declared):
    """A formula that reads one table."""

    rows: str
    where: tuple[Condition, ...] = ()
    over: Over = "period"
    #: A column that a store must fill for the figure to have a source, besides its own.
    needs_column: str | None = None
    _set: RowSet = PrivateAttr()

    @property
    def table(self) -> str:
        """Name the table that is read."""
        return self._set.table

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Everything a row must meet."""
        return (*self._set.where, *self.where)

    @property
    def day(self) -> str | None:
        """Name the date column that puts a row into a period, where the rows name their own."""
        return self._set.day

    @property
    def standing(self) -> Standing | None:
        """Say how long a row is valid, where that is what counts."""
        return self._set.standing

    @property
    def last_report(self) -> bool:
        """Tell whether only the last report of the period counts."""
        return self._set.last_report

    def _tail(self) -> str:
        where = f" where {' and '.join(map(str, self.where))}" if self.where else ""
        over = "" if self.over == "period" else f", {self.over.replace('_', ' ')}"
        return f"{self.rows.replace('_', ' ')}{where}{over}"


class Sum(_Leaf):
    """Add up one column (or several, row by row)."""

    kind: Literal["sum"]
    column: str | tuple[str, ...]
    times: Decimal = Decimal(1)

    @property
    def columns(self) -> tuple[str, ...]:
        """Name the columns that hold the figure."""
        return (self.column,) if isinstance(self.column, str) else self.column

    def __str__(self) -> str:
        factor = "" if self.times == 1 else f"{self.times} × "
        return f"{factor}sum({' + '.join(self.columns)}) over {self._tail()}"


class Count(_Leaf):
    """Count rows."""

    kind: Literal["count"]

    @property
    def columns(self) -> tuple[str, ...]:
        """Name the columns that hold the figure."""
        return ()

    def __str__(self) -> str:
        return f"count({self._tail()})"


class CountDistinct(_Leaf):
    """Count the different values; with ``store_id`` among them they add up over stores."""

    kind: Literal["count_distinct"]
    columns: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_key(self) -> CountDistinct:
        if len([c for c in self.columns if c != "store_id"]) != 1:
            raise ValueError("counts one column, with or without store_id")
        return self

    @property
    def key(self) -> str:
        """Name the column whose values are told apart."""
        return next(column for column in self.columns if column != "store_id")

    @property
    def within_store(self) -> bool:
        """Tell whether the same value in two stores counts twice."""
        return "store_id" in self.columns

    def __str__(self) -> str:
        return f"count distinct({', '.join(self.columns)}) over {self._tail()}"


class Statistic(_Leaf):
    """A figure of the single rows' values: of a column, or of the time elapsed in each row.

    Rows that leave the value empty do not count. Of fewer than ``minimum`` rows there is no
    figure (``not_enough_data``).
    """

    column: str = ""
    elapsed: Elapsed | None = None
    minimum: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _of_one_thing(self) -> Statistic:
        if bool(self.column) == (self.elapsed is not None):
            raise ValueError("is taken either of a column or of the time elapsed")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Name the columns that hold the figure."""
        return self.elapsed.columns if self.elapsed else (self.column,)

    @property
    def name(self) -> str:
        """Name the figure as formulas are written."""
        return str(self.kind)  # type: ignore[attr-defined]

    def __str__(self) -> str:
        return f"{self.name}({self.column or self.elapsed}) over {self._tail()}"


class Mean(Statistic):
    """Add up the values and divide by the rows that have one, after grouping."""

    kind: Literal["mean"]


class Median(Statistic):
    """The value that half of the rows do not exceed; asked at the grain, never combined."""

    kind: Literal["median"]


class Quantile(Statistic):
    """The value that the share ``at`` of the rows does not exceed (0.9: nine in ten)."""

    kind: Literal["quantile"]
    at: float = Field(gt=0, lt=1)

    @property
    def name(self) -> str:
        """Name the figure as formulas are written."""
        return f"quantile {self.at}"


class Largest(Statistic):
    """The greatest value of all rows."""

    kind: Literal["largest"]


class Smallest(Statistic):
    """The least value of all rows."""

    kind: Literal["smallest"]


class Snapshot(_Leaf):
    """Add up one column at the last day in the period for which each store reports it."""

    kind: Literal["snapshot"]
    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Name the columns that hold the figure."""
        return (self.column,)

    @property
    def last_report(self) -> bool:
        """Tell whether only the last report of the period counts."""
        return True

    def __str__(self) -> str:
        return f"sum({self.column}) at the last snapshot of {self._tail()}"


class Reported(_Leaf):
    """Take a figure as the platform reports it, for exactly that scope and those days.

    For people counted once (unique visitors): two such figures are never added.
    """

    kind: Literal["reported"]
    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Name the columns that hold the figure."""
        return (self.column,)

    def __str__(self) -> str:
        return f"{self.column} as reported in {self._tail()}"


class Typed(Declared):
    """The newest figure that somebody typed in for this metric, dated in the period.

    One row of ``manual_kpis``: its ``scope`` is the member where the metric is cut, empty for the
    total. The figure always carries who typed it in and on what evidence.
    """

    kind: Literal["typed"]
    over: Over = "period"
    #: Add up all figures dated in the period (orders won off the platform, month by month)
    #: instead of taking the newest (a head count).
    add: bool = False

    @property
    def table(self) -> str:
        """Name the table that is read."""
        return "manual_kpis"

    def __str__(self) -> str:
        return "typed in (manual_kpis), added up" if self.add else "typed in (manual_kpis)"


class Computed(Declared):
    """One function of ``metrics.computed``, for what the other kinds cannot say.

    Attributes:
        either: One of the tables is enough; left out, the figure needs all of them.
    """

    kind: Literal["computed"]
    function: Id
    tables: tuple[str, ...] = Field(min_length=1)
    either: bool = False
    over: Over = "period"
    says: Label

    def __str__(self) -> str:
        return self.says.en


class Ratio(Declared):
    """Divide two totals *after* grouping, so that shares are never averaged."""

    kind: Literal["ratio"]
    numerator: Id
    denominator: Id
    times: Decimal = Decimal(1)

    def __str__(self) -> str:
        factor = "" if self.times == 1 else f" × {self.times}"
        return f"{self.numerator} ÷ {self.denominator}{factor}"


class Difference(Declared):
    """Add and subtract totals, each of which is counted once."""

    kind: Literal["difference"]
    plus: tuple[Id, ...] = Field(min_length=1)
    minus: tuple[Id, ...] = ()

    def __str__(self) -> str:
        return " − ".join([" + ".join(self.plus), *self.minus])


class Growth(Declared):
    """Compare with the period before or a year ago, like for like."""

    kind: Literal["growth"]
    of: Id
    against: Literal["previous", "year_ago"]

    def __str__(self) -> str:
        before = "the period before" if self.against == "previous" else "the same period a year ago"
        return f"{self.of} ÷ {self.of} of {before} − 1"


class Lift(Declared):
    """How much higher one figure is than another of the same days, as a share of the other.

    For rates and means: what video listings convert against those without. Both may be any
    metric but a growth.
    """

    kind: Literal["lift"]
    of: Id
    over: Id

    def __str__(self) -> str:
        return f"{self.of} ÷ {self.over} − 1"


class Gap(Declared):
    """How far one figure lies above another of the same days, in the unit of both."""

    kind: Literal["gap"]
    of: Id
    over: Id

    def __str__(self) -> str:
        return f"{self.of} − {self.over}"


class Attainment(Declared):
    """How much of what the plan asks was reached: actual ÷ target, upside down for costs.

    The actual is that of the target's own business year up to the period's end (a year's target
    is never asked of a month); the target's value is absolute, or starts from its baseline.
    Without ``of`` it is the mean over all of the plan's targets, none of which counts for more
    than 1, so that no success hides a miss.
    """

    kind: Literal["attainment"]
    of: Id | None = None

    def __str__(self) -> str:
        if self.of is None:
            return "mean of actual ÷ target over the plan's targets, each 1 at most"
        return f"{self.of} of the target's year so far ÷ its target in the plan"


#: Statistics that cannot be put together from those of parts: asked at the grain itself.
Whole = Median | Quantile | Largest | Smallest
Leaf = Sum | Count | CountDistinct | Mean | Whole | Snapshot | Reported
Formula = Annotated[
    Leaf | Typed | Computed | Ratio | Difference | Growth | Lift | Gap | Attainment,
    Field(discriminator="kind"),
]
#: Formulas whose values are totals and may stand in a ratio.
TOTALS = (Sum, Count, CountDistinct, Snapshot, Reported, Typed, Computed, Difference)
#: Formulas whose members never add up to the total.
NEVER_ADDITIVE = (Ratio, Growth, Lift, Gap, Attainment, CountDistinct, Reported, Statistic, Typed)
