"""The shape of a metric, and the catalogue read from ``catalog/*.yml``.

Shape is Python, content is YAML: an analyst adds a metric by adding a block with its worked
example. The formula is data (``metrics.formulas``), so the text on the definitions page and the
query are one thing. There is no free-text arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field, PrivateAttr, model_validator

from helpers.config.declarations import declare, read_yaml
from helpers.metrics.dimensions import DIMENSIONS, can_be_cut
from helpers.metrics.facts import facts
from helpers.metrics.formulas import (
    LOOKED_UP,
    NEVER_ADDITIVE,
    TOTALS,
    Attainment,
    Computed,
    Condition,
    Count,
    CountDistinct,
    Difference,
    Formula,
    Gap,
    Growth,
    Id,
    Leaf,
    Lift,
    Ratio,
    RowSet,
    Statistic,
    Sum,
    Typed,
)
from helpers.vocabulary.faults import AskedWrongly, DeclarationFaulty, Fault
from helpers.vocabulary.labels import Declared, Label, Words
from helpers.vocabulary.units import Direction, Status, Unit

CATALOG = Path(__file__).parent / "catalog"


#: ``day`` any run of days; ``reported`` only the days a platform reports together; ``moment``
#: the state at the period's end; ``window`` fixed days that end with it.
Grain = Literal["day", "reported", "moment", "window"]


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


class Variant(Declared):
    """Another definition that some operators use for the same name.

    A company chooses one in ``workspace.yml`` (``definitions: {aov: per_customer}``); from then
    on the metric *is* that, wherever it shows, with this definition printed under it.
    """

    label: Label
    formula: Formula
    definition: Label
    example: Example
    grain: Grain | None = None


class Metric(Declared):
    """One thing we measure, declared once and read by every page, test and chart.

    Attributes:
        grain: ``day`` any run of days; ``reported`` only the days a platform reports together;
            ``moment`` the state at the period's end; ``window`` fixed days ending with it.
        additive: Do the members of every dimension it can be cut by add up to the total?
        definition: Printed under the figure where operators differ about it.
        coverage: The metric that says on how much of the rows this figure stands.
        variants: Other definitions of the same name, of which a company may choose one.
        variant: The one that was chosen, or nothing.
    """

    id: Id
    label: Label
    question: Label
    formula: Formula
    unit: Unit
    direction: Direction
    grain: Grain
    additive: bool
    owner: Words
    example: Example
    benchmark: Benchmark | None = None
    definition: Label | None = None
    coverage: Coverage | None = None
    variants: Mapping[Id, Variant] = Field(default_factory=dict)
    variant: str = ""
    _tables: tuple[str, ...] = PrivateAttr(default=())

    @model_validator(mode="after")
    def _says_which(self) -> Metric:
        if self.variants and self.definition is None:
            raise ValueError("has variants, so its own definition must be told")
        return self

    def as_variant(self, name: str) -> Metric:
        """Give the metric as one of its variants defines it."""
        one = self.variants[name]
        changes = {
            "formula": one.formula, "definition": one.definition, "example": one.example,
            "grain": one.grain or self.grain, "variant": name,
        }  # fmt: skip
        return self.model_copy(update=changes)

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
            and self.unit.is_amount
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
        case Attainment(of=of):
            return (of,) if of else ()
        case Lift(of=of, over=other) | Gap(of=of, over=other):
            return (of, other)
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

    def choosing(self, definitions: Mapping[str, str]) -> Catalogue:
        """Give the catalogue in which some metrics are what one of their variants says.

        Raises:
            DeclarationFaulty: Names every metric or variant that is not there.
        """
        if not definitions:
            return self
        faults = []
        for metric_id, name in definitions.items():
            where = f"workspace.yml: definitions: {metric_id}"
            if metric_id not in self._metrics or not self._metrics[metric_id].variants:
                known = ", ".join(one.id for one in self.values() if one.variants)
                faults.append(Fault(where, "no such metric has variants", f"known: {known}"))
            elif name not in (variants := self._metrics[metric_id].variants):
                known = ", ".join(variants)
                faults.append(Fault(where, f"no variant named {name!r}", f"known: {known}"))
        if faults:
            raise DeclarationFaulty(faults)
        chosen = {
            one: metric.as_variant(definitions[one]) if one in definitions else metric.model_copy()
            for one, metric in self._metrics.items()
        }
        return _hung_together(chosen)


class CatalogFile(Declared):
    """One file of the catalogue."""

    rows: Mapping[Id, RowSet] = Field(default_factory=dict)
    metrics: Mapping[Id, Mapping[str, Any]] = Field(default_factory=dict)


@cache
def catalogue() -> Catalogue:
    """Read the catalogue that ships with the package, once."""
    return read_catalogue(sorted(CATALOG.glob("*.yml")))


def catalogue_of(workspace: Any) -> Catalogue:
    """Give the catalogue with the definitions that a company chose (``Workspace.definitions``).

    Raises:
        DeclarationFaulty: A metric or variant it names is not there.
    """
    return _catalogue_with(tuple(sorted(workspace.definitions.items())))


@cache
def _catalogue_with(definitions: tuple[tuple[str, str], ...]) -> Catalogue:
    return catalogue().choosing(dict(definitions))


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
    return _hung_together(metrics)


def _hung_together(metrics: Mapping[str, Metric]) -> Catalogue:
    """Tell every metric which tables it stands on."""
    for metric in metrics.values():
        metric._tables = tuple(sorted(_tables_of(metric, metrics)))
    return Catalogue(metrics)


def _tables_of(metric: Metric, metrics: Mapping[str, Metric]) -> set[str]:
    if isinstance(metric.formula, Computed):
        return set(metric.formula.tables)
    if isinstance(metric.formula, Leaf | Typed):
        return {metric.formula.table}
    own = {"targets"} if isinstance(metric.formula, Attainment) else set()
    return own.union(*(_tables_of(metrics[one], metrics) for one in needs(metric)))


def _cross_check(
    rows: Mapping[str, RowSet], metrics: Mapping[str, Metric], places: Mapping[str, str]
) -> list[Fault]:
    """Check references both ways: nothing missing, nothing unused."""
    faults: list[Fault] = []
    used_rows: set[str] = set()
    for name, row_set in rows.items():
        faults.extend(_check_rows(places[name], row_set))
    variants = [
        one.as_variant(name) for one in metrics.values() for name in one.variants
    ]  # fmt: skip
    for metric in (*metrics.values(), *variants):
        where = f"{places[metric.id]}{f': {metric.variant}' if metric.variant else ''}"
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
            if isinstance(formula, Statistic) and formula.elapsed:
                faults.extend(_check_moments(where, formula.table, formula.elapsed.columns))
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
            elif isinstance(metrics[one].formula, Growth | Attainment):
                kind = metrics[one].formula.kind
                faults.append(
                    Fault(where, f"{one!r} is a {kind}, and nothing is made of such",
                          "name the metric behind it")
                )  # fmt: skip
        if metric.coverage and metric.coverage.metric not in metrics:
            faults.append(Fault(where, f"coverage {metric.coverage.metric!r} is not a metric",
                                "correct its spelling"))  # fmt: skip
        if metric.additive and isinstance(formula, NEVER_ADDITIVE):
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
    for variant in variants if not faults else ():
        faults.extend(_circles({**metrics, variant.id: variant}, places))
    return faults


def _named(formula: Leaf) -> tuple[str, ...]:
    return (*formula.columns, *([formula.needs_column] if formula.needs_column else []))


def _check_rows(where: str, rows: RowSet) -> Iterator[Fault]:
    """A row set names columns that are there, and dates that put its rows into a period."""
    moments = (
        *((rows.day,) if rows.day else ()),
        *(rows.standing.columns if rows.standing else ()),
    )
    yield from _check_columns(where, rows.table, rows.where, moments)
    fact = facts().get(rows.table)
    if fact is None:
        return
    yield from _check_moments(where, rows.table, moments)
    if fact.day is None and not moments:
        yield Fault(where, f"no day puts rows of {rows.table} into a period",
                    "name one with day, or with standing")  # fmt: skip


def _check_columns(
    where: str, table: str, conditions: Iterable[Condition], columns: Iterable[str]
) -> Iterator[Fault]:
    if table not in facts():
        yield Fault(where, f"{table!r} is no table", f"known: {', '.join(facts())}")
        return
    known = set(facts()[table].columns)
    for other, keys in LOOKED_UP.items():
        if other != table and known.issuperset(keys):
            known |= {f"{other}.{column}" for column in facts()[other].columns}
    for condition in conditions:
        columns = (*columns, *condition.columns)
        if condition.elapsed:
            yield from _check_moments(where, table, condition.elapsed.columns)
    for column in columns:
        if column not in known:
            close = get_close_matches(column, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(sorted(known))}"
            yield Fault(where, f"{table} has no column {column!r}", hint)


def _check_moments(where: str, table: str, columns: Iterable[str]) -> Iterator[Fault]:
    """Time is told by dates and timestamps."""
    for column in columns:
        kind = facts()[table].columns.get(column, "date") if table in facts() else "date"
        if kind not in ("date", "timestamp"):
            yield Fault(where, f"{table}.{column} is a {kind} and no moment", "name a date column")


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
