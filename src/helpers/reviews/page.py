"""What a notebook sits down at: the desk, the plan, and exhibits that bear missing data.

A notebook names, calls and shows. Everything it would otherwise need an ``if`` for is here: a
figure whose source this company does not supply becomes one quiet sentence saying what to supply,
and sources, definitions, language and currency reach every exhibit without being typed.
"""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from helpers.analysis.desk import Desk, fiscal_year_of, open_desk
from helpers.config.files_read import fingerprint_of
from helpers.metrics.catalogue import catalogue_of
from helpers.plan.loading import FILES, Plan, load_plan, plan_years
from helpers.plan.models import QUARTERS, Quarter
from helpers.plan.promises import targets_frame, year_targets_frame
from helpers.plan.watched import watched
from helpers.reviews.columns import columns_of
from helpers.reviews.endangered import carried_targets
from helpers.reviews.engines import READS_TO
from helpers.reviews.figures import PLAN, Figure, beside, figures_in, once, write_figures
from helpers.reviews.foretold import carried_forecasts
from helpers.reviews.notices import Notice, Sentences, absent, plan_source
from helpers.reviews.readers import together

if TYPE_CHECKING:
    import pandas as pd

    from helpers.charts.grids import Column

_OPEN: list[Page] = []
#: Keywords that mean the same to a drawing and to the sentence above it.
_SHARED = ("metric", "against", "member")


def open_page(
    period: str, language: str, workspace: str, kind: Literal["month", "year"] = "month"
) -> Page:
    """Sit down at a workspace and period; the first call of every notebook.

    Args:
        period: As a person writes it, or ``last``.
        language: ``"zh"`` or ``"en"``.
        workspace: The company's folder; a relative one is taken from here, else from the
            project's root.
        kind: What the page is about: a ``month``, or for annual pages a ``year``.
    """
    _refuse_missing_glyphs()
    page = Page(open_desk(workspace, period, language, kind=kind))
    _OPEN.append(page)
    return page


def page_of(period: str, language: str, workspace: str) -> Page:
    """Give the page that the notebook has opened at a period, or open it."""
    asked = (period, language)
    opened = (one for one in _OPEN if (one.desk.period.text, one.desk.language) == asked)
    return next(opened, None) or open_page(period, language, workspace)


@dataclass
class Page:
    """One page being written: its figures, its plan, and how both are shown."""

    desk: Desk
    #: Year -> the files of its plan as they were when it was loaded.
    _plans: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    #: What the page has shown so far.
    figures: list[Figure] = field(default_factory=list, repr=False)
    #: The tables behind each exhibit, the plan's among them.
    behind: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    # -- the plan ----------------------------------------------------------------------------

    @cached_property
    def plan(self) -> Plan:
        """The plan of the business year that the page's period lies in."""
        return self._plan_of(self._year)

    @cached_property
    def plan_ahead(self) -> Plan:
        """The plan of the year to come, or this year's where none is written yet."""
        ahead = self._year + 1
        if ahead in plan_years(self.desk.paths):
            return self._plan_of(ahead)
        self.desk.files_read.add(f"plan/{ahead}")  # the page is another one when it is written
        return self._plan_of(self._year)

    @cached_property
    def targets(self) -> pd.DataFrame:
        """What the plan asks of the page's period."""
        return targets_frame(self.plan, self.desk)

    @cached_property
    def year_targets(self) -> pd.DataFrame:
        """What the plan asks of the whole year."""
        return year_targets_frame(self.plan, self.desk)

    @property
    def quarter(self) -> Quarter:
        """The quarter of the business year that the page's last day lies in."""
        start = self.desk.workspace.fiscal_year_start
        return QUARTERS[(self.desk.elapsed.end.month - start) % 12 // 3]

    @property
    def _year(self) -> int:
        return int(fiscal_year_of(self.desk.elapsed.end, self.desk.workspace).text)

    def _plan_of(self, year: int) -> Plan:
        """Load a plan; the page depends on those of its files that it looks into."""
        files = self.desk.files_read
        folder = self.desk.paths.plan / str(year)
        prints = {name: fingerprint_of(folder / name) for name in FILES}
        self._plans[str(year)] = prints
        plan = load_plan(self.desk.paths, year, self.desk.workspace)
        return watched(plan, lambda name: files.take({f"plan/{year}/{name}": prints[name]}))

    # -- what is shown -----------------------------------------------------------------------

    def show(
        self,
        draw: Callable[..., Any],
        frame: pd.DataFrame,
        *args: Any,
        id: str,
        says: Callable[..., str],
        reads: Sequence[str] = (),
        plan: Plan | None = None,
        defines: Sequence[str] = (),
        about: pd.DataFrame | None = None,
        needs: Sequence[str] = (),
        even_empty: bool = False,
        **how: Any,
    ) -> Any:
        """Draw a frame as an exhibit, or say in one sentence why there is nothing to draw.

        Args:
            draw: A function of ``charts``.
            frame: What it draws; empty where there is no source, no baseline or no event.
            args: Further positional arguments of ``draw``.
            id: Slug of the exhibit.
            says: A function of ``analysis.headlines`` or ``reviews.takeaways`` that words the
                takeaway from the frame and the desk.
            reads: The tables behind the figures; by default those of the frame's metrics.
            plan: Given, the figures come from this plan.
            defines: Metrics whose definition is printed below, because operators differ on it.
            about: The frame that the takeaway is about, where it is not the one that is drawn.
            needs: Tables without which the figures, though there, would say nothing.
            even_empty: The sentence has something to say of an empty frame: nothing was amiss.
            how: Keywords of ``draw``. ``metric``, ``against``, ``member``, language and currency
                reach ``draw`` and ``says`` where they take them.
        """
        from helpers.charts.exhibit import Exhibit

        desk = self.desk
        tables = tuple(reads) or self.tables_behind(frame, how.get("metric"))
        lacking = [table for table in needs if not desk.warehouse.has(table)]
        silent = _has_nothing(frame) or (about is not None and _has_nothing(about))
        if lacking or (silent and not even_empty):
            return absent(id, desk, lacking or tables, plan)
        shared = {name: how.pop(name) for name in _SHARED if name in how}
        if silent:
            return Notice(id, says(frame, desk, **_taken(says, shared)), desk.language)
        self._note_figures(frame, about, id, args, {**how, **shared})
        self.behind[id] = (*tables, *([PLAN] if plan is not None else ()))
        notes = (*how.pop("notes", ()), *self._definitions(defines))
        offered = {"language": desk.language, "currency": desk.currency, "notes": notes, **shared}
        drawn = draw(
            frame,
            *args,
            id=id,
            takeaway=says(frame if about is None else about, desk, **_taken(says, shared)),
            source=self._source(tables, plan),
            **_taken(draw, offered),
            **how,
        )
        if not isinstance(drawn, Exhibit):
            return drawn
        return replace(
            drawn,
            behind=tables,
            carried={**carried_forecasts(frame), **carried_targets(frame, desk)},
        )

    def show_member(
        self,
        draw: Callable[..., Any],
        frame: pd.DataFrame,
        member: str,
        *,
        metric: str,
        **how: Any,
    ) -> Any:
        """Draw the months of one member of a ``history`` frame; the largest if none is named."""
        if not _has_nothing(frame):
            member = member or _largest(frame)
            frame = frame[frame["member"] == member]
            of_member = self.desk.member_label(str(frame["dimension"].iloc[0]), member)
            how["name"] = f"{self.desk.metric_label(metric)} · {of_member}"
        return self.show(draw, frame, metric=metric, member=member, **how)

    def say(
        self, sentences: Sequence[str], id: str, plan: Plan | None = None
    ) -> Sentences | Notice:
        """Show sentences made from numbers as a list; those from a plan need one to be there."""
        if plan is not None and plan.is_empty:
            return absent(id, self.desk, (), plan)
        return Sentences(id, tuple(sentences), self.desk.language)

    def columns(self, name: str) -> list[Column]:
        """Give a set of table columns declared in ``notebooks/columns.yml``."""
        return columns_of(name)

    def tables_behind(self, frame: pd.DataFrame, metric: str | None = None) -> tuple[str, ...]:
        """Name the tables that the metrics of a frame stand on."""
        named = set(frame["metric"].dropna()) if "metric" in frame.columns else set()
        known = catalogue_of(self.desk.workspace)
        metrics = named | ({metric} if metric else set())
        return tuple(sorted({t for one in metrics if one in known for t in known[one].tables}))

    def _source(self, tables: Sequence[str], plan: Plan | None) -> str:
        joint = "；" if self.desk.language == "zh" else "; "
        parts = [self.desk.source_line(*tables)] if tables or plan is None else []
        if plan is not None:
            parts.append(plan_source(plan, self.desk.language))
        return joint.join(parts)

    def _definitions(self, metrics: Sequence[str]) -> list[str]:
        language = self.desk.language
        colon = "：" if language == "zh" else ": "
        known = catalogue_of(self.desk.workspace)
        found = [known[one] for one in metrics]
        return [
            f"{one.label.text(language)}{colon}{one.definition.text(language)}"
            for one in found
            if one.definition is not None
        ]

    def _note_figures(
        self,
        frame: pd.DataFrame,
        about: pd.DataFrame | None,
        exhibit: str,
        args: Sequence[Any],
        how: Mapping[str, Any],
    ) -> None:
        """Note what an exhibit shows, and what the sentence above it is about."""
        against = how.get("against") or "previous"
        columns = args[0] if args and isinstance(args[0], list) else ()
        found = list(
            figures_in(
                frame,
                self.desk,
                exhibit,
                metric=how.get("metric") or "",
                against=against,
                columns=columns,
                rows=how.get("rows"),
            )
        )
        if about is not None:
            found += figures_in(about, self.desk, exhibit, against=against)
        self.figures += [replace(one, page=exhibit) for one in found]

    # -- what was read -----------------------------------------------------------------------

    @property
    def reads(self) -> dict[str, Any]:
        """Say which parts of the tables and which files the page has read so far, as they were.

        Returns:
            What ``ReadNotes.as_json`` gives, and files: path -> fingerprint; plans: year -> the
            files of its plan, all of which must be sound.
        """
        warehouse = self.desk.warehouse
        told = warehouse.notes.as_json(warehouse.partitions)
        return {**told, "files": dict(self.desk.files_read.prints), "plans": self._plans}


def write_down_reads() -> None:
    """Write down what the page read and which figures it showed; the runner's last cell."""
    where = os.environ.get(READS_TO)
    if not where:
        return
    reads = together(page.reads for page in _OPEN)
    Path(where).write_text(json.dumps(reads), encoding="utf-8")
    shown = once(one for page in _OPEN for one in page.figures)
    behind = {name: tables for page in _OPEN for name, tables in page.behind.items()}
    write_figures(beside(Path(where)), shown, behind)


def _has_nothing(frame: pd.DataFrame) -> bool:
    """Tell whether there is not one figure to draw."""
    return frame.empty or ("value" in frame.columns and bool(frame["value"].isna().all()))


def _largest(frame: pd.DataFrame) -> str:
    """Name the member with the largest value in the last month."""
    last = frame[(frame["month"] == frame["month"].max()) & frame["value"].notna()]
    return str(last.sort_values("value")["member"].iloc[-1]) if len(last) else ""


def _taken(function: Callable[..., Any], offered: dict[str, Any]) -> dict[str, Any]:
    """Keep the keywords that a function takes."""
    takes = inspect.signature(function).parameters
    return {name: value for name, value in offered.items() if name in takes}


def _refuse_missing_glyphs() -> None:
    """A label that would print boxes stops the page: it must not reach a reader."""
    import warnings

    warnings.filterwarnings("error", message=r"Glyph .* missing from")
