"""The shape of a metric, and the catalogue read from ``catalog/*.yml``.

Shape is Python, content is YAML: an analyst adds a metric by adding a block with its worked
example. The formula is data, so the text on the definitions page and the query are one thing.
There is no free-text arithmetic; a new kind of formula is a new small class here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, StringConstraints, model_validator

from helpers.config.declarations import declare, read_yaml
from helpers.metrics.dimensions import DIMENSIONS, can_be_cut
from helpers.metrics.facts import facts
from helpers.vocabulary.faults import AskedWrongly, DeclarationFaulty, Fault
from helpers.vocabulary.labels import Declared, Label, Words
from helpers.vocabulary.units import Direction, Status, Unit

CATALOG = Path(__file__).parent / "catalog"

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Over = Literal["period", "last_30_days", "last_90_days", "last_365_days", "since_start"]
#: Days of each window that ends with the period; the period itself and "since the start" vary.
DAYS_OF: dict[str, int] = {"last_30_days": 30, "last_90_days": 90, "last_365_days": 365}


class Condition(Declared):
    """One test on one column; the set is closed so that every engine can run it."""

    column: str
    equals: str | bool | None = None
    one_of: tuple[str, ...] | None = None
    is_known: bool | None = None
    #: The row's day lies at most so many days after this column's date.
    within_days: int | None = None

    @model_validator(mode="after")
    def _tests_one_thing(self) -> Condition:
        given = [n for n in ("equals", "one_of", "is_known", "within_days")
                 if getattr(self, n) is not None]  # fmt: skip
        if len(given) != 1:
            raise ValueError("needs exactly one of equals, one_of, is_known, within_days")
        return self

    def __str__(self) -> str:
        if self.equals is not None:
            return f"{self.column} = {str(self.equals).lower()}"
        if self.one_of is not None:
            return f"{self.column} in ({', '.join(self.one_of)})"
        if self.within_days is not None:
            return f"day - {self.column} <= {self.within_days} d"
        return f"{self.column} is {'known' if self.is_known else 'unknown'}"


class RowSet(Declared):
    """Named rows of one table, such as the placed sale lines; declared once, used by many."""

    table: str
    where: tuple[Condition, ...] = ()
    label: Label


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


class Snapshot(_Leaf):
    """Add up one column at the last day in the period for which each store reports it."""

    kind: Literal["snapshot"]
    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Name the columns that hold the figure."""
        return (self.column,)

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


class Computed(Declared):
    """One function of ``metrics.computed``, for what the other kinds cannot say."""

    kind: Literal["computed"]
    function: Id
    tables: tuple[str, ...] = Field(min_length=1)
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


Leaf = Sum | Count | CountDistinct | Snapshot | Reported
Formula = Annotated[
    Sum | Count | CountDistinct | Snapshot | Reported | Computed | Ratio | Difference | Growth,
    Field(discriminator="kind"),
]
#: Formulas whose values are totals and may stand in a ratio.
TOTALS = (Sum, Count, CountDistinct, Snapshot, Reported, Computed, Difference)


class Benchmark(Declared):
    """A figure of the source documents, with the document it stands in."""

    source: Literal["S0", "S1", "S2", "S3", "S4"]
    says: Label


class Coverage(Declared):
    """A metric that says how much of the rows the figure stands on."""

    metric: Id
    #: ``True``: below 100 % the figure is n/a. ``False``: the gap is told beside the figure.
    complete: bool


class Expected(Declared):
    """One row that the example must give."""

    value: float | None = None
    status: Status = Status.OK
    member: str = ""


class Example(Declared):
    """Rows and the answer worked out by hand; columns left out take harmless values."""

    given: Mapping[str, tuple[Mapping[str, Any], ...]]
    period: str = "2025-10"
    by: tuple[str, ...] = ()
    expect: float | tuple[Expected, ...]

    @property
    def expected(self) -> tuple[Expected, ...]:
        """Give the answer as rows."""
        if isinstance(self.expect, tuple):
            return self.expect
        return (Expected(value=self.expect),)


class Metric(Declared):
    """One thing we measure, declared once and read by every page, test and chart.

    Attributes:
        grain: ``day`` any run of days; ``reported`` only the days a platform reports together;
            ``moment`` the state at the period's end; ``window`` fixed days ending with it.
        additive: Do the members of every dimension it can be cut by add up to the total?
        definition: Printed under the figure where operators differ about it.
        coverage: The metric that says on how much of the rows this figure stands.
    """

    id: Id
    label: Label
    question: Label
    formula: Formula
    unit: Unit
    direction: Direction
    grain: Literal["day", "reported", "moment", "window"]
    additive: bool
    owner: Words
    example: Example
    benchmark: Benchmark | None = None
    definition: Label | None = None
    coverage: Coverage | None = None
    _tables: tuple[str, ...] = PrivateAttr(default=())

    @property
    def tables(self) -> tuple[str, ...]:
        """Name the tables it stands on, directly or through other metrics."""
        return self._tables

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Name what it can be cut by."""
        return tuple(one for one in DIMENSIONS if all(can_be_cut(t, [one]) for t in self.tables))

    @property
    def adds_over_time(self) -> bool:
        """Tell whether months add up to a year: sales and orders do, stock and rates do not."""
        kinds = (Sum, Count, CountDistinct, Difference)
        within_store = not isinstance(self.formula, CountDistinct) or self.formula.within_store
        return (
            self.grain in ("day", "reported")
            and within_store
            and isinstance(self.formula, kinds)
            and self.unit in (Unit.MONEY, Unit.COUNT, Unit.UNITS)
        )


def needs(metric: Metric) -> tuple[str, ...]:
    """Name the metrics that the formula reads."""
    match metric.formula:
        case Ratio(numerator=numerator, denominator=denominator):
            return (numerator, denominator)
        case Difference(plus=plus, minus=minus):
            return (*plus, *minus)
        case Growth(of=of):
            return (of,)
        case _:
            return ()


class Catalogue(Mapping[str, Metric]):
    """All metrics by id; asking for an unknown one says what was probably meant."""

    def __init__(self, metrics: Mapping[str, Metric]):
        self._metrics = MappingProxyType(dict(metrics))

    def __getitem__(self, metric_id: str) -> Metric:
        return self._metrics[metric_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._metrics)

    def __len__(self) -> int:
        return len(self._metrics)

    def chosen(self, metric_ids: Iterable[str]) -> tuple[Metric, ...]:
        """Give the metrics with these ids, in this order, each once.

        Raises:
            AskedWrongly: Names every id that is not in the catalogue.
        """
        ids = tuple(dict.fromkeys(metric_ids))
        faults = []
        for one in ids:
            if one not in self._metrics:
                close = get_close_matches(one, self._metrics, n=3)
                hint = f"did you mean {' or '.join(close)}?" if close else "see review metrics"
                faults.append(Fault("--metric", f"no metric named {one!r}", hint))
        if faults:
            raise AskedWrongly(faults)
        return tuple(self._metrics[one] for one in ids)


class CatalogFile(Declared):
    """One file of the catalogue."""

    rows: Mapping[Id, RowSet] = Field(default_factory=dict)
    metrics: Mapping[Id, Mapping[str, Any]] = Field(default_factory=dict)


@cache
def catalogue() -> Catalogue:
    """Read the catalogue that ships with the package, once."""
    return read_catalogue(sorted(CATALOG.glob("*.yml")))


def read_catalogue(files: Sequence[Path]) -> Catalogue:
    """Read and cross-check catalogue files.

    Raises:
        DeclarationFaulty: Carries every fault: keys, references in both directions, columns.
    """
    faults: list[Fault] = []
    rows: dict[str, RowSet] = {}
    metrics: dict[str, Metric] = {}
    places: dict[str, str] = {}
    for path in files:
        try:
            content = declare(read_yaml(path), CatalogFile, path.name)
        except DeclarationFaulty as trouble:
            faults.extend(trouble.faults)
            continue
        for name, one in content.rows.items():
            if name in rows:
                faults.append(Fault(f"{path.name}: rows {name}", "stands twice", "keep one"))
            rows[name] = one
            places.setdefault(name, f"{path.name}: rows {name}")
        for name, block in content.metrics.items():
            if name in metrics:
                faults.append(Fault(f"{path.name}: {name}", "stands twice", "keep one"))
            try:
                metrics[name] = declare({"id": name, **block}, Metric, f"{path.name}: {name}")
                places[name] = f"{path.name}: {name}"
            except DeclarationFaulty as trouble:
                faults.extend(trouble.faults)
    if not faults:
        faults.extend(_cross_check(rows, metrics, places))
    if faults:
        raise DeclarationFaulty(faults)
    for metric in metrics.values():
        metric._tables = tuple(sorted(_tables_of(metric, metrics)))
    return Catalogue(metrics)


def _tables_of(metric: Metric, metrics: Mapping[str, Metric]) -> set[str]:
    if isinstance(metric.formula, Computed):
        return set(metric.formula.tables)
    if isinstance(metric.formula, Leaf):
        return {metric.formula.table}
    return set().union(*(_tables_of(metrics[one], metrics) for one in needs(metric)))


def _cross_check(
    rows: Mapping[str, RowSet], metrics: Mapping[str, Metric], places: Mapping[str, str]
) -> list[Fault]:
    """Check references both ways: nothing missing, nothing unused."""
    faults: list[Fault] = []
    used_rows: set[str] = set()
    for name, row_set in rows.items():
        faults.extend(_check_columns(places[name], row_set.table, row_set.where, ()))
    for metric in metrics.values():
        where = places[metric.id]
        formula = metric.formula
        if isinstance(formula, Leaf):
            if formula.rows not in rows:
                close = get_close_matches(formula.rows, rows, n=1)
                hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(rows)}"
                faults.append(Fault(where, f"{formula.rows!r} names no rows", hint))
                continue
            used_rows.add(formula.rows)
            formula._set = rows[formula.rows]
            faults.extend(_check_columns(where, formula.table, formula.where, _named(formula)))
        if isinstance(formula, Computed):
            faults.extend(_check_function(where, formula))
        for one in needs(metric):
            if one not in metrics:
                close = get_close_matches(one, metrics, n=1)
                hint = f"did you mean {close[0]!r}?" if close else "declare it first"
                faults.append(Fault(where, f"{one!r} is not a metric", hint))
            elif isinstance(formula, Ratio | Difference) and not isinstance(
                metrics[one].formula, TOTALS
            ):
                kind = metrics[one].formula.kind
                faults.append(
                    Fault(where, f"{one!r} is a {kind}, and a {formula.kind} takes totals only",
                          "name the totals behind it")
                )  # fmt: skip
        if metric.coverage and metric.coverage.metric not in metrics:
            faults.append(Fault(where, f"coverage {metric.coverage.metric!r} is not a metric",
                                "correct its spelling"))  # fmt: skip
        if metric.additive and isinstance(formula, Ratio | Growth | CountDistinct | Reported):
            faults.append(Fault(where, f"a {formula.kind} does not add up", "additive: false"))
        for one in metric.example.by:
            if one not in DIMENSIONS:
                faults.append(Fault(f"{where}: example", f"{one!r} is no dimension",
                                    f"known: {', '.join(DIMENSIONS)}"))  # fmt: skip
        for table in metric.example.given:
            if table not in facts():
                faults.append(Fault(f"{where}: example", f"{table!r} is no table",
                                    f"known: {', '.join(facts())}"))  # fmt: skip
    faults.extend(
        Fault(places[name], "is used by no metric", "remove it") for name in rows.keys() - used_rows
    )
    faults.extend(_circles(metrics, places))
    return faults


def _named(formula: Leaf) -> tuple[str, ...]:
    return (*formula.columns, *([formula.needs_column] if formula.needs_column else []))


def _check_columns(
    where: str, table: str, conditions: Iterable[Condition], columns: Iterable[str]
) -> Iterator[Fault]:
    if table not in facts():
        yield Fault(where, f"{table!r} is no table", f"known: {', '.join(facts())}")
        return
    known = set(facts()[table].columns)
    if "sku" in known:
        known |= {f"products.{column}" for column in facts()["products"].columns}
    for column in [*columns, *(condition.column for condition in conditions)]:
        if column not in known:
            close = get_close_matches(column, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(sorted(known))}"
            yield Fault(where, f"{table} has no column {column!r}", hint)


def _check_function(where: str, formula: Computed) -> Iterator[Fault]:
    from helpers.metrics import computed

    if formula.function not in computed.FUNCTIONS:
        known = ", ".join(computed.FUNCTIONS)
        yield Fault(where, f"metrics.computed has no {formula.function!r}", f"known: {known}")
    for table in formula.tables:
        if table not in facts():
            yield Fault(where, f"{table!r} is no table", f"known: {', '.join(facts())}")


def _circles(metrics: Mapping[str, Metric], places: Mapping[str, str]) -> Iterator[Fault]:
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> Iterator[Fault]:
        if name in path:
            yield Fault(places[name], f"reads itself: {' -> '.join((*path, name))}",
                        "break the circle")  # fmt: skip
        elif name not in done and name in metrics:
            done.add(name)
            for one in needs(metrics[name]):
                yield from walk(one, (*path, name))

    for name in metrics:
        yield from walk(name, ())
