"""The analyst's desk: one workspace, one period, and everything it is compared with.

A page opens one desk and asks it everything, so that all figures of a page share the same days,
the same baselines and the same cache.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from babel import Locale

from helpers.analysis.alignment import MovingEvent, events_by_name
from helpers.config.files_read import FilesRead
from helpers.config.workspace import PLATFORM_LABELS, Workspace, load_workspace
from helpers.metrics.catalogue import catalogue
from helpers.metrics.dimensions import SEPARATOR, UNKNOWN
from helpers.metrics.notes import write_note
from helpers.metrics.spans import OPENING_SLACK_DAYS
from helpers.paths import WorkspacePaths
from helpers.vocabulary.faults import AskedWrongly, Fault
from helpers.vocabulary.labels import LANGUAGES, Label, Language
from helpers.vocabulary.periods import Period, days_between, year_of
from helpers.vocabulary.units import Direction, Unit
from helpers.vocabulary.wording import LOCALE

if TYPE_CHECKING:
    import pandas as pd

    from helpers.tables.completeness import Readiness
    from helpers.tables.warehouse import Warehouse

Against = Literal["previous", "year_ago"]
#: A figure that is going to be asked for: metric, period, dimensions.
Asked = tuple[str, Period | None, tuple[str, ...]]

#: A store that sold nothing for so long probably lacks a file.
STORE_IS_BEHIND_DAYS = 7

#: So many kinds of files are named under an exhibit; of all others only their number is.
KINDS_NAMED = 3

#: What mainland readers expect to see; the Unicode names are longer or bare.
_MARKETS_ZH = {"HK": "中国香港", "MO": "中国澳门", "TW": "中国台湾"}
_MARKETS_EN = {"HK": "Hong Kong", "MO": "Macau"}
#: Tables about the files themselves.
_LOG = {"import_batches", "quarantine", "batch_covers", "restatements", "forecast_log"}
NOT_STATED = Label(en="Not stated", zh="未注明")


class KnownDays(tuple[date, date]):
    """First and last day of the data, which note who asks for them.

    The last day is another one with each new file, so pages about days long past do better to
    ask how much of them the data hold (``until``).
    """

    warehouse: Warehouse

    @classmethod
    def of(cls, warehouse: Warehouse) -> KnownDays:
        """Give the days of an open warehouse.

        Raises:
            AskedWrongly: Nothing was ingested yet.
        """
        with warehouse.notes.silently():
            found = warehouse.coverage()
        if found.first is None or found.last is None:
            raise AskedWrongly(Fault("--period", "there are no orders yet", "run `review ingest`"))
        days = cls((found.first, found.last))
        days.warehouse = warehouse
        return days

    def until(self, day: date) -> date:
        """Give the last day of the data, or ``day`` where they reach beyond it."""
        return self.warehouse.last_day(day) or day

    def __getitem__(self, place: Any) -> Any:
        """Give one of the two."""
        if place == 0:
            self.warehouse.first_day()
        else:
            self.warehouse.coverage()
        return super().__getitem__(place)

    def __iter__(self) -> Iterator[date]:
        """Give both."""
        self.warehouse.coverage()
        return super().__iter__()


@dataclass
class Desk:
    """One workspace and one period, open for questions.

    Attributes:
        period: The period asked for.
        elapsed: The part of it that the data cover; the period itself when complete.
        previous: The period before, clipped to as many days as have elapsed; None without data.
        year_ago: The same days one year earlier; None without data.
        coverage: First and last day with sales.
        files_read: Files of the workspace asked for so far, beside its tables: what a page
            depends on.
    """

    workspace: Workspace
    paths: WorkspacePaths
    warehouse: Warehouse
    period: Period
    language: Language
    coverage: tuple[date, date]
    files_read: FilesRead = field(init=False, repr=False)
    _tables: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)
    _measured: dict[tuple[str, str, tuple[str, ...]], pd.DataFrame] = field(
        default_factory=dict, repr=False
    )

    def __post_init__(self) -> None:
        self.files_read = FilesRead(self.paths.root)

    @property
    def currency(self) -> str:
        """The currency of all money that is not in a store's own."""
        return self.workspace.base_currency

    @property
    def is_complete(self) -> bool:
        """Tell whether the data reach the end of the period."""
        return self._last_until(self.period.end) >= self.period.end

    @property
    def elapsed(self) -> Period:
        """The days of the period that the data cover."""
        days = (self._last_until(self.period.end) - self.period.start).days + 1
        return self.period if self.is_complete else self.period.clipped(max(days, 1))

    def _last_until(self, day: date) -> date:
        """Give the last day of the data, or ``day`` where they reach beyond it."""
        known = self.coverage
        return known.until(day) if isinstance(known, KnownDays) else min(known[1], day)

    @property
    def previous(self) -> Period | None:
        """The period before, like for like; None where the data do not hold it."""
        return self._as_baseline(self.period.previous())

    @property
    def year_ago(self) -> Period | None:
        """The same days one year earlier; None where the data do not hold them."""
        return self._as_baseline(self.period.year_ago())

    def baseline(self, against: Against) -> Period | None:
        """Give one of the two baselines by name."""
        return self.previous if against == "previous" else self.year_ago

    def like_for_like(self, whole: Period) -> Period:
        """Clip ``whole`` to as many days as have elapsed of the desk's own period."""
        return whole if self.is_complete else whole.clipped(len(self.elapsed))

    @property
    def stores_behind(self) -> dict[str, date]:
        """Stores whose sales end long before the period's data do, with their last day.

        A closed store is not behind; a store that sells little may be.
        """
        closed = {store.id for store in self.workspace.stores if store.closed_on}
        return {
            store: last
            for store, (_, last) in sorted(self.warehouse.stores_until(self.elapsed.end).items())
            if store not in closed and (self.elapsed.end - last).days >= STORE_IS_BEHIND_DAYS
        }

    @cached_property
    def readiness(self) -> Readiness:
        """Say what the desk's period lacks, and what in it may still change."""
        from helpers.tables.completeness import readiness
        from helpers.tables.waivers import folders_of

        self.files_read.update(folders_of(self.period, self.workspace))
        return readiness(self.warehouse, self.workspace, self.period)

    @cached_property
    def moving_events(self) -> tuple[MovingEvent, ...]:
        """Feasts and selling events of all stores that fall on other days each year."""
        found = self.warehouse.sql(
            "SELECT event_id, first_day, last_day FROM calendar_events "
            "WHERE is_moving AND platform IS NULL AND country IS NULL"
        )
        return events_by_name(
            (str(name), first.date(), last.date())
            for name, first, last in found.itertuples(index=False)
        )

    def _as_baseline(self, whole: Period) -> Period | None:
        # A shop may sell nothing on the first days of a month; a baseline that starts later
        # than that is a stump, and a comparison with a stump is a false one.
        late = (self.coverage[0] - whole.start).days
        return None if late > OPENING_SLACK_DAYS else self.like_for_like(whole)

    def once(self, name: str, compute: Callable[[Desk], pd.DataFrame]) -> pd.DataFrame:
        """Give a table that several exhibits rest on, computed once; each gets a copy."""
        if name not in self._tables:
            self._tables[name] = compute(self)
        return self._tables[name].copy()

    # -- figures ---------------------------------------------------------------------------

    def measure(
        self, metric_ids: Sequence[str], period: Period | None = None, by: Sequence[str] = ()
    ) -> pd.DataFrame:
        """Compute metrics of one period (default: the desk's), each only once per process.

        Returns:
            The columns of ``metrics.compute``: metric, period, dimension, member, value, unit,
            status, numerator, denominator, note.
        """
        return self.measure_series(metric_ids, [period or self.period], by)

    def measure_series(
        self, metric_ids: Sequence[str], periods: Sequence[Period], by: Sequence[str] = ()
    ) -> pd.DataFrame:
        """Compute metrics of several periods in one pass; what is known already is reused."""
        import pandas as pd

        dims = tuple(by)
        self.foresee((metric, period, dims) for metric in metric_ids for period in periods)
        parts = [
            self._measured[metric, period.text, dims] for period in periods for metric in metric_ids
        ]
        return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)

    def foresee(self, wanted: Iterable[Asked]) -> None:
        """Measure what will be asked, all of it together; one by one costs a query each.

        Args:
            wanted: Metric, period and dimensions of each figure. What is known already is left
                out, and a period of None (a baseline that is not there) is passed over.
        """
        from helpers.metrics.figures import compute_or_recall

        lacking: dict[tuple[str, ...], dict[str, dict[str, Period]]] = {}
        for metric, period, dims in wanted:
            if period is not None and (metric, period.text, dims) not in self._measured:
                lacking.setdefault(dims, {}).setdefault(metric, {})[period.text] = period
        for dims, metrics in lacking.items():
            asked = {metric: list(periods.values()) for metric, periods in metrics.items()}
            found = compute_or_recall(self.warehouse, asked, dims)
            blocks = dict(list(found.groupby(["metric", "period"], sort=False)))
            for metric, periods in asked.items():
                for period in periods:
                    block = blocks.get((metric, period.text), found.iloc[0:0])
                    self._measured[metric, period.text, dims] = block

    def value(self, metric: str, period: Period | None = None) -> float | None:
        """Give one company-wide figure, or None where there is none."""
        frame = self.measure([metric], period)
        total = frame[frame["dimension"].fillna("") == ""]
        return number(total["value"].iloc[0]) if len(total) else None

    # -- names -----------------------------------------------------------------------------

    def metric_label(self, metric: str) -> str:
        """Give a metric's name in the desk's language."""
        return catalogue()[metric].label.text(self.language)

    def unit(self, metric: str) -> Unit:
        """Give a metric's unit."""
        return Unit(catalogue()[metric].unit)

    def direction(self, metric: str) -> Direction:
        """Say which way is good for a metric."""
        return Direction(catalogue()[metric].direction)

    def member_label(self, dimension: str, member: str) -> str:
        """Name a member of a dimension as a reader would; ``a,b`` with ``x|y`` likewise."""
        dimensions = dimension.split(",")
        # A single name may hold the separator itself: sellers write campaigns as "US | Kettle".
        values = member.split(SEPARATOR, len(dimensions) - 1)
        parts = zip(dimensions, values, strict=False)
        return " · ".join(self._one_label(one, value) for one, value in parts)

    def note_text(self, note: str) -> str:
        """Write the notes of a figure in the desk's language, stores by their names."""
        return write_note(note, self.language, self._store_names)

    @cached_property
    def _store_names(self) -> Mapping[str, str]:
        return {store.id: store.name.text(self.language) for store in self.workspace.stores}

    def _one_label(self, dimension: str, member: str) -> str:
        if member in ("", UNKNOWN):
            return NOT_STATED.text(self.language)
        match dimension:
            case "store":
                return self._store_names.get(member, member)
            case "platform":
                label = PLATFORM_LABELS.get(member)
                return label.text(self.language) if label else member
            case "market":
                return market_label(member, self.language)
            case "category":
                return self._category_names.get(member, member)
            case "product":
                return self.product_names.get(member, member)
            case _:
                return member

    @cached_property
    def product_names(self) -> Mapping[str, str]:
        """Name each article: the product master's name, else the one in the orders."""
        names: dict[str, str] = {}
        if self.warehouse.has("order_lines"):
            # One name per article: the one most often written, ties by the alphabet.
            found = self.warehouse.sql(
                """
                SELECT sku, product_name FROM order_lines
                WHERE sku IS NOT NULL AND product_name IS NOT NULL
                GROUP BY sku, product_name
                QUALIFY row_number() OVER (
                    PARTITION BY sku ORDER BY count(*) DESC, product_name) = 1
                ORDER BY sku
                """
            )
            names.update(zip(found["sku"], found["product_name"], strict=True))
        if self.warehouse.has("products"):
            column = f"name_{self.language}"
            found = self.warehouse.sql(
                f"SELECT sku, {column} AS name FROM products WHERE {column} IS NOT NULL ORDER BY 1"
            )
            names.update(zip(found["sku"], found["name"], strict=True))
        return names

    @cached_property
    def _category_names(self) -> Mapping[str, str]:
        if self.language == "en" or not self.warehouse.has("products"):
            return {}
        found = self.warehouse.sql(
            """
            SELECT category_en, min(category_zh) AS category_zh FROM products
            WHERE category_en IS NOT NULL AND category_zh IS NOT NULL GROUP BY category_en
            """
        )
        return dict(zip(found["category_en"], found["category_zh"], strict=True))

    # -- lineage ---------------------------------------------------------------------------

    def source_line(self, *tables: str) -> str:
        """Say where the figures come from: sources, days, files and rows.

        Args:
            tables: Names of tables; none means orders and order lines.
        """
        from helpers.analysis.wordings import phrase

        wanted = list(tables or ("order_lines",))
        if set(wanted) <= _LOG:
            count = len(self.warehouse.sql("SELECT batch_id FROM import_batches"))
            return phrase("source.log", self.language, files=f"{count:,}", plural=count != 1)
        lineage = self.warehouse.lineage(wanted, self.elapsed)
        if lineage.empty:
            return phrase("source.none", self.language)
        files, rows = int(lineage["files"].sum()), int(lineage["rows"].sum())
        return phrase(
            "source.line",
            self.language,
            sources=self._kinds_text(lineage),
            days=self._days_text(lineage["first_day"].min(), lineage["last_day"].max()),
            files=f"{files:,}",
            rows=f"{rows:,}",
            plural=files != 1,
        )

    def _kinds_text(self, lineage: pd.DataFrame) -> str:
        """Name the kinds of files, of many only those with the most rows."""
        from helpers.analysis.wordings import joined, phrase

        ordered = lineage.sort_values(["rows", "source"], ascending=[False, True])
        kinds = [self.source_label(one) for one in ordered["source"]]
        more = len(kinds) - KINDS_NAMED
        if more <= 0:
            return joined(kinds, self.language)
        names = ("、" if self.language == "zh" else ", ").join(kinds[:KINDS_NAMED])
        return phrase(
            "source.more",
            self.language,
            names=names,
            more=f"{more}",
            plural=more != 1,
        )

    def _days_text(self, first: Any, last: Any) -> str:
        import pandas as pd

        if pd.isna(first) or pd.isna(last):
            # Tables without days (the product master) speak for the whole period.
            return self.elapsed.label(self.language)
        days = days_between(pd.Timestamp(first).date(), pd.Timestamp(last).date())
        return days.label(self.language)

    def source_label(self, source: str) -> str:
        """Name a declared source as a reader would."""
        name = self._source_names.get(source)
        return name if name else source.replace("_", " ")

    @cached_property
    def _source_names(self) -> Mapping[str, str]:
        """Name the declared sources, built in and the company's own, as a reader would."""
        from helpers import sources
        from helpers.config.declarations import read_yaml

        self.files_read.add(self.paths.mappings.name)
        folders = (Path(str(sources.__file__)).parent / "families", self.paths.mappings)
        names: dict[str, str] = {}
        for path in sorted(file for folder in folders for file in folder.glob("*.yml")):
            content = read_yaml(path)
            label = content.get("name") if isinstance(content, dict) else None
            if isinstance(label, dict) and self.language in label:
                names[str(content["source"])] = str(label[self.language])
        return names


def open_desk(
    workspace: str | None = None,
    period: str = "last",
    language: str = "zh",
    *,
    kind: Literal["month", "quarter", "week", "year"] = "month",
) -> Desk:
    """Open a workspace at a period.

    Args:
        workspace: Folder of the workspace; None for ``REVIEW_WORKSPACE`` or the demo company.
        period: A period as DESIGN 5 writes it; ``last`` is the last complete one in the data.
        language: ``"zh"`` or ``"en"``.
        kind: What ``last`` means: a ``month``, or for annual pages a ``year``.

    Raises:
        AskedWrongly: Nothing was ingested, or the period is none or outside the data.
        DeclarationFaulty: ``workspace.yml`` is unsound.
    """
    from helpers.tables.warehouse import Warehouse

    declared, paths = load_workspace(workspace)
    return desk_at(Warehouse.open(paths, declared), period, language, kind=kind)


def desk_at(
    warehouse: Warehouse,
    period: str = "last",
    language: str = "zh",
    *,
    kind: Literal["month", "quarter", "week", "year"] = "month",
) -> Desk:
    """Open a desk on a warehouse that is open already; as ``open_desk`` otherwise."""
    if language not in LANGUAGES:
        raise AskedWrongly(Fault("--lang", f"{language!r} is no language", "write zh or en"))
    chosen = warehouse.resolve_period(period, kind)
    return Desk(
        warehouse.workspace,
        warehouse.paths,
        warehouse,
        chosen,
        language,
        KnownDays.of(warehouse),
    )


def market_label(code: str, language: Language) -> str:
    """Name a country or region.

    >>> market_label("GB", "zh"), market_label("DE", "en")
    ('英国', 'Germany')
    """
    own = _MARKETS_ZH if language == "zh" else _MARKETS_EN
    return own.get(code) or Locale.parse(LOCALE[language]).territories.get(code) or code


def fiscal_year_of(day: date, workspace: Workspace) -> Period:
    """Give the business year that holds ``day``."""
    return year_of(day, workspace.fiscal_year_start)


def number(value: object) -> float | None:
    """Read a cell as a number, with every kind of missing value as None."""
    import pandas as pd

    return None if value is None or pd.isna(value) else float(value)  # type: ignore[call-overload,arg-type]
