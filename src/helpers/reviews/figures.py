"""The figures that a page showed, without their words: what later editions are compared with.

``page.show`` notes every figure of the frames it draws. A figure of the catalogue is known by
what it says (metric, period, dimension, member), wherever it is shown; any other number of a
table or drawing by its place there (exhibit, row, column). Neither knows a language, so the two
languages of a page must show the same figures, and a difference is a fault; so is a figure of the
catalogue that has two values in one edition, be it on two pages or twice on one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.vocabulary.faults import Fault, WorkFailed
from helpers.vocabulary.periods import Period, parse_period
from helpers.vocabulary.units import Status, Unit

if TYPE_CHECKING:
    import pandas as pd

    from helpers.analysis.desk import Desk

#: Columns that name a row in no language. The first of these whose first column is there tells
#: the rows of a frame apart; texts such as a reason or a scope may be worded for the reader.
_KEYS = (
    ("target_id",), ("rule", "item", "scope"), ("pair", "store", "member"),
    ("check", "store", "item"), ("table",), ("file",), ("risk",), ("carrier", "lane"),
    ("cohort", "month"), ("store", "member"), ("dimension", "member", "step", "month"),
    ("member", "month"), ("step",), ("reason",),
)  # fmt: skip
#: A frame of these is about figures of the catalogue.
_MEASURED = {"metric", "dimension", "member", "value"}
#: What follows from other columns, or says how sure a figure is: it is told by those.
_FOLLOWS = (
    "_change", "_share", "share_", "signal_", "normal_", "attainment", "numerator", "denominator",
)  # fmt: skip
#: A ladder of steps and a forecast hold values that are not the metric's own.
_NOT_ITS_OWN = {"step", "kind"}
_OTHERS = "others"
#: Stands among the tables behind an exhibit that shows what the plan asks.
PLAN = "plan"
#: Two sums of the same doubles differ in their last digits; stored money has four decimals, and
#: ten million of its terms stay within this share of their sum.
RELATIVE_NOISE = ABSOLUTE_NOISE = 1e-9


@dataclass(frozen=True)
class Figure:
    """One number that a reader saw.

    Attributes:
        metric: Id of the catalogue; empty where a table shows something else.
        period: The days it is of, as periods are written; a clipped one by its days.
        dimension: As ``review metrics`` names it; for a place in a table the columns of its key.
        member: Likewise; empty for the whole company.
        value: At full precision; None where it was not available.
        unit: The currency of money, else a unit.
        status: As figures have it.
        column: Empty for the metric itself; else which column (``target`` is the plan's).
        exhibit: Empty for the metric itself; else the exhibit whose place this is.
        page: The first page and exhibit it stands on, such as ``executive#executive-figures``.
    """

    metric: str
    period: str
    dimension: str
    member: str
    value: float | None
    unit: str
    status: str
    column: str = ""
    exhibit: str = ""
    page: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """Say which figure it is, whatever its value."""
        return (
            self.exhibit,
            self.metric,
            self.column,
            self.dimension,
            self.member,
            self.period,
        )

    @property
    def is_of_the_catalogue(self) -> bool:
        """Tell a figure that means the same wherever it stands."""
        return not self.exhibit


def is_same(one: float | None, other: float | None) -> bool:
    """Tell whether two values are the same but for the noise of adding doubles.

    >>> is_same(0.1 + 0.2, 0.3), is_same(100.0, 100.01), is_same(None, 0.0)
    (True, False, False)
    """
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=RELATIVE_NOISE, abs_tol=ABSOLUTE_NOISE)


# -- noting what a frame shows -------------------------------------------------------------------


def figures_in(
    frame: pd.DataFrame,
    desk: Desk,
    exhibit: str,
    *,
    metric: str = "",
    against: str = "previous",
    columns: Sequence[Any] = (),
    rows: int | None = None,
) -> Iterator[Figure]:
    """Read the figures that an exhibit shows out of its frame.

    Args:
        frame: What is drawn.
        desk: The period and its baselines.
        exhibit: Id of the exhibit.
        metric: What is drawn, where the frame does not say it.
        against: Which baseline a column ``previous`` is of.
        columns: Of a table, those that are shown (``charts.grids.Column``).
        rows: Of a table, how many rows are shown.
    """
    if frame.empty:
        return
    names = [str(name) for name in frame.columns]
    if not columns and set(names) >= _MEASURED and not _NOT_ITS_OWN & set(names):
        yield from _measured(frame, desk, against)
        return
    chosen_key = next((key for key in _KEYS if key[0] in names), ())
    keys = [name for name in chosen_key if name in names]
    if not keys:
        return
    shown = frame if rows is None else frame.head(rows)
    units = {one.name: str(one.change_of or one.unit or "") for one in columns if one.is_number}
    chosen = [
        name
        for name in (units if columns else names)
        if name not in keys and _is_number(shown[name]) and not _follows(name)
    ]
    seen: dict[str, int] = {}
    for record in shown.to_dict("records"):
        member = "|".join(_text(record[name]) for name in keys)
        seen[member] = seen.get(member, 0) + 1
        if seen[member] > 1:
            member = f"{member}#{seen[member]}"
        for name in chosen:
            unit = units.get(name) or _text(record.get("unit"))
            value = _number(record[name])
            status = _text(record.get("status"))
            if status not in set(Status):
                status = Status.OK if value is not None else Status.NOT_ENOUGH_DATA
            yield Figure(
                metric=_text(record.get("metric")) or metric,
                period=desk.elapsed.text,
                dimension=",".join(keys),
                member=member,
                value=value,
                unit=_money(record, desk) if unit == Unit.MONEY else unit,
                status=str(status),
                column=name,
                exhibit=exhibit,
            )


def _measured(frame: pd.DataFrame, desk: Desk, against: str) -> Iterator[Figure]:
    baselines = {"previous": desk.previous, "year_ago": desk.year_ago}
    if "year_ago" not in frame.columns and against == "year_ago":
        baselines = {"previous": desk.year_ago}
    for record in frame.to_dict("records"):
        unit = _text(record.get("unit"))
        figure = Figure(
            metric=_text(record["metric"]),
            period=_period_of(record, desk),
            dimension=_text(record["dimension"]),
            member=_text(record["member"]),
            value=_number(record["value"]),
            unit=_money(record, desk) if unit == Unit.MONEY else unit,
            status=_text(record.get("status")) or str(Status.OK),
        )
        if figure.member == _OTHERS:  # of whom, depends on who is named beside
            continue
        yield figure
        for name, baseline in baselines.items():
            before = _number(record.get(name))
            if before is not None and baseline is not None:
                yield replace(figure, period=baseline.text, value=before, status=str(Status.OK))
        target = _number(record.get("target"))
        if target is not None:
            yield replace(figure, value=target, status=str(Status.OK), column="target")


def _period_of(record: Mapping[Any, Any], desk: Desk) -> str:
    """Name the days of a row; a month that is still running by those it has."""
    elapsed: Period = desk.elapsed
    if "month" not in record:
        return elapsed.text
    month = parse_period(_text(record["month"]))
    if elapsed.end in month:
        return month.clipped((elapsed.end - month.start).days + 1).text
    return month.text


def _money(record: Mapping[Any, Any], desk: Desk) -> str:
    return _text(record.get("currency")) or desk.currency


def _follows(name: str) -> bool:
    return name.startswith(_FOLLOWS) or name.endswith(_FOLLOWS) or name in ("rank", "share")


def _is_number(column: Any) -> bool:
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    if is_bool_dtype(column):
        return False
    if is_numeric_dtype(column):
        return True
    known = column.dropna()
    return len(known) > 0 and all(
        isinstance(one, int | float) and not isinstance(one, bool) for one in known
    )


def _number(value: object) -> float | None:
    if value is None or isinstance(value, str) or value != value:
        return None
    return float(value)  # type: ignore[arg-type]


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value)


# -- keeping them --------------------------------------------------------------------------------


def beside(output: Path) -> Path:
    """Say where the figures of an executed page are kept."""
    return output.with_suffix(".figures.json")


def write_figures(
    path: Path, figures: Iterable[Figure], behind: Mapping[str, Sequence[str]] | None = None
) -> None:
    """Write figures down, one a line, in one order whoever showed them first.

    Args:
        path: Where to.
        figures: What was shown.
        behind: For each exhibit the tables that its numbers come from.
    """
    lines = (
        json.dumps(_as_record(one), ensure_ascii=False) for one in sorted(figures, key=_in_order)
    )
    exhibits = {name: sorted(tables) for name, tables in (behind or {}).items()}
    path.write_text(
        f'{{"behind": {json.dumps(exhibits, sort_keys=True)},\n'
        + '"figures": [\n' + ",\n".join(lines) + "\n]}\n",
        encoding="utf-8",
    )  # fmt: skip


def read_figures(path: Path) -> tuple[Figure, ...]:
    """Read figures; those of a page or edition that kept none are none."""
    return tuple(Figure(**one) for one in _read(path)["figures"])


def read_behind(path: Path) -> dict[str, tuple[str, ...]]:
    """Read for each exhibit the tables that its numbers come from."""
    return {name: tuple(tables) for name, tables in _read(path)["behind"].items()}


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {"behind": {}, "figures": []}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def once(figures: Iterable[Figure]) -> tuple[Figure, ...]:
    """Keep each figure once: the first that has a value, from the place where it stands first.

    A figure of the catalogue that says something else the second time is kept beside the first,
    for ``gather`` to find; money of another currency is another figure.
    """
    kept: dict[tuple[str, ...], list[Figure]] = {}
    for one in figures:
        known = kept.setdefault(one.key, [])
        if not known:
            known.append(one)
        elif known[0].value is None and one.value is not None:
            known[0] = replace(one, page=known[0].page or one.page)
        elif not any(_agree(first, one) for first in known):
            known.append(one)
    return tuple(sorted((one for each in kept.values() for one in each), key=_in_order))


def _agree(first: Figure, second: Figure) -> bool:
    """Tell whether a reader of both is told one thing; what is n/a here may be known there."""
    if not first.is_of_the_catalogue or second.value is None:
        return True
    return first.unit == second.unit and is_same(first.value, second.value)


def gather(pages: Mapping[str, Sequence[tuple[str, Path]]]) -> tuple[Figure, ...]:
    """Gather the figures of an edition from those kept beside its pages.

    Args:
        pages: For each language the pages in reading order: file name and executed notebook.

    Raises:
        WorkFailed: A page shows other figures in one language than in another, or one figure has
            two values in the edition.
    """
    faults: list[Fault] = []
    found: list[Figure] = []
    languages = list(pages)
    for twins in zip(*pages.values(), strict=True):
        name = twins[0][0]
        each = [once(read_figures(beside(notebook))) for _, notebook in twins]
        for language, figures in zip(languages[1:], each[1:], strict=True):
            faults += _disagreements(name, languages[0], each[0], language, figures)
        found += [replace(one, page=f"{name}#{one.page}") for one in each[0]]
    gathered = once(found)
    faults += _contradictions(gathered)
    if faults:
        raise WorkFailed(faults)
    first = {one.key: one for one in reversed(gathered)}
    return tuple(sorted(first.values(), key=_in_order))


def gather_behind(pages: Iterable[tuple[str, Path]]) -> dict[str, tuple[str, ...]]:
    """Gather for each exhibit of an edition the tables behind it; every language has the same."""
    found: dict[str, tuple[str, ...]] = {}
    for _, notebook in pages:
        found |= read_behind(beside(notebook))
    return found


def _disagreements(
    page: str, one: str, first: Sequence[Figure], other: str, second: Sequence[Figure]
) -> Iterator[Fault]:
    mine, theirs = ({figure.key: figure for figure in each} for each in (first, second))
    different = [
        key
        for key in sorted({*mine, *theirs})
        if key not in mine or key not in theirs or not is_same(mine[key].value, theirs[key].value)
    ]
    if not different:
        return
    told = []
    for key in different[:3]:
        name = " ".join(part for part in key if part)
        values = (mine.get(key), theirs.get(key))
        said = [_said(found) for found in values]
        told.append(f"{name}: {said[0]} in {one}, {said[1]} in {other}")
    if more := len(different) - len(told):
        told.append(f"{more} more")
    what = f"its languages show different figures ({'; '.join(told)})"
    yield Fault(page, what, "run both languages again; a sort or a label may decide a figure")


def _contradictions(figures: Sequence[Figure]) -> Iterator[Fault]:
    """Name both places of each figure that has two values in one edition."""
    stands: dict[tuple[str, ...], Figure] = {}
    for one in figures:
        first = stands.setdefault((*one.key, one.unit), one)
        if first is not one and first.is_of_the_catalogue:
            what = (
                f"{' '.join(part for part in one.key if part)} is {_said(first)} there"
                f" and {_said(one)} on {one.page}"
            )
            way_out = "run both pages again; if they still differ, one of them measures by itself"
            yield Fault(first.page, what, way_out)


def _said(figure: Figure | None) -> str:
    if figure is None:
        return "not shown"
    return "n/a" if figure.value is None else f"{figure.value:.12g}"


def _in_order(figure: Figure) -> tuple[str, ...]:
    return figure.key


def _as_record(figure: Figure) -> dict[str, Any]:
    """Leave out what is empty for most, so that years of editions stay small."""
    record = asdict(figure)
    return {
        name: value
        for name, value in record.items()
        if value != "" or name not in ("column", "exhibit", "page")
    }
