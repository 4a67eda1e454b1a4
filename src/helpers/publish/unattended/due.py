"""Publish whatever is due and not yet published; ask nobody, and say what is waited for.

What is due follows from the declared calendar and the day; what is published from the editions on
the site; what is ready from the tables. Nothing is remembered but what saves a look, so a call that
was killed, or one too many, does no harm.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from helpers.config.workspace import Workspace, load_workspace
from helpers.paths import NOTEBOOKS, WorkspacePaths
from helpers.publish.editions import Edition, Editions
from helpers.publish.holdings import RECORD
from helpers.publish.unattended.hands import Hands, Readied, data_begin, real_hands, remember_begin
from helpers.publish.unattended.report import DueReport, Item, counted
from helpers.publish.unattended.waiting import Waited
from helpers.publish.unattended.words import DATA_BEGIN, dated
from helpers.reviews.deadlines import Schedule, Slot, Stage
from helpers.reviews.declarations import Review, load_reviews
from helpers.reviews.holding import hold
from helpers.reviews.journal import Entry, asked_by, entries, recording
from helpers.reviews.keeping import tidy
from helpers.vocabulary.faults import ReviewError
from helpers.vocabulary.labels import LANGUAGES, Label

#: So far back one looks for what was never published, past the bound of catch-up.
_LONG_AGO = 240


def due(
    workspace: str | None,
    today: date | None = None,
    *,
    dry_run: bool = False,
    hands: Hands | None = None,
    notebooks: Path = NOTEBOOKS,
    now: datetime | None = None,
    told: Callable[[str], None] = lambda line: None,
    **how: Any,
) -> DueReport:
    """Publish what is due, oldest first.

    Args:
        workspace: The company's folder; None for ``REVIEW_WORKSPACE`` or the demo company.
        today: Taken for today; by default the day that it is in the workspace's time zone.
        dry_run: Only say what would be done; nothing is taken in, written or locked.
        hands: What does the work; the real things by default.
        notebooks: The folder of ``reviews.yml``.
        now: The moment, for tests.
        told: Given a line whenever a period was dealt with.
        how: Handed to ``publish.release.release``: jobs, engine, languages, audience.

    Raises:
        DeclarationFaulty: ``workspace.yml`` or ``reviews.yml`` is unsound.
        HeldByAnother: ``review due`` or ``review backfill`` is at work in this workspace.
    """
    declared, paths = load_workspace(workspace)
    zone = ZoneInfo(declared.time_zone)
    now = now or datetime.now(UTC)
    today = today or now.astimezone(zone).date()
    hands = hands or real_hands(workspace, paths, notebooks, how)
    schedule = Schedule(declared.calendar, declared.fiscal_year_start)
    reviews = schedule.chosen(load_reviews(notebooks).reviews)
    if dry_run:
        return _look(declared, paths, schedule, reviews, today, hands)
    with hold(paths, "review due"):
        notes = _clock_notes(entries(paths, months=2), today, zone)
        with recording(paths, "due") as run:
            found = _look(declared, paths, schedule, reviews, today, None)
            with asked_by("due"):
                report = _work(found, declared, paths, hands, told)
            report = replace(report, notes=(*notes, *report.notes))
            failures = [one for item in report.items for one in item.failures]
            waiting = [item.told(today) for item in report.items if item.state == "waiting"]
            run.note(
                outcome=report.outcome,
                failures=(*report.failures, *failures),
                notes=(*report.notes, *waiting),
            )
        tidy(paths, declared.calendar.keep, now)
    return report


# -- what there is -------------------------------------------------------------------------------


def _look(
    workspace: Workspace,
    paths: WorkspacePaths,
    schedule: Schedule,
    reviews: Sequence[Review],
    today: date,
    hands: Hands | None,
) -> DueReport:
    """Say what is due; with ``hands``, also whether its data are there."""
    known = Editions.on(paths.site)
    history = entries(paths, months=3)
    begin = data_begin(paths)
    items: list[Item] = []
    notes: list[str] = []
    for review in reviews:
        due_now, too_old = _due_periods(schedule, review, today, known)
        for slot in due_now:
            edition = _led_to(known, slot)
            item = _found(slot, today, edition, history)
            if item.state == "ready" and not begin.has_beginning(slot.period):
                item = replace(item, state="before_data", awaiting=dated(DATA_BEGIN, begin.first))
            items.append(item)
        items.append(Item(schedule.next_slot(review, today), "not_due"))
        if too_old:
            first, last = str(too_old[0].period), str(too_old[-1].period)
            notes.append(
                f"{review.id}: not in place and too old to make up for: "
                f"{counted(len(too_old), 'period')}; `review backfill {review.id} --from {first} "
                f"--to {last}`"
            )
    items.sort(key=_order)
    if hands is not None and any(item.state == "ready" for item in items):
        items, _ = _with_readiness(items, workspace, paths, hands)
    years = {day.year for item in items for day in (item.slot.preliminary,) if day}
    notes += [
        f"calendar: no made-up working days of {year} are known for {workspace.calendar.country} "
        "(yet); its working days may be a few days off"
        for year in sorted(years)
        if not schedule.working_days.is_announced(year)
    ]
    return DueReport(today, tuple(items), tuple(notes))


def _due_periods(
    schedule: Schedule, review: Review, today: date, known: Editions
) -> tuple[list[Slot], list[Slot]]:
    """List the periods to look after, oldest first, and those left behind by the bound."""
    bound = schedule.calendar.catch_up
    begun = min((one.start for one in known.spans.get(review.id, ())), default=date.max)
    found: list[Slot] = []
    too_old: list[Slot] = []
    for number, slot in enumerate(schedule.ended(review, today)):
        stage = slot.due(today)
        if stage is None:
            continue
        if len(found) < bound:
            found.append(slot)
        elif slot.period.start < begun or number > _LONG_AGO:
            break
        elif not _is_met(stage, slot, _led_to(known, slot)):
            too_old.append(slot)
    return found[::-1], too_old[::-1]


def _led_to(known: Editions, slot: Slot) -> Edition | None:
    """Give the edition of a period that readers see."""
    return next(iter(known.standing(slot.review.id, str(slot.period))), None)


def _is_met(stage: Stage, slot: Slot, edition: Edition | None) -> bool:
    """Tell whether the edition that readers see is what the stage asks for."""
    if edition is None:
        return False
    if edition.status == "final":
        return True
    through = edition.data_through
    return stage == "preliminary" and through is not None and through >= slot.period.end


def _found(slot: Slot, today: date, edition: Edition | None, history: Sequence[Entry]) -> Item:
    stage = slot.due(today)
    assert stage is not None
    is_met = _is_met(stage, slot, edition) and not _lacks_pages(slot, history)
    shown = (edition.folder, str(edition.status)) if edition else ("", "")
    return Item(slot, "in_place" if is_met else "ready", stage, *shown)


def _lacks_pages(slot: Slot, history: Sequence[Entry]) -> bool:
    """Tell whether pages failed when the period was last released: they are tried again."""
    of_it = [
        one
        for one in history
        if (one.kind, one.review, one.period) == ("publish", slot.review.id, str(slot.period))
        and one.outcome not in ("refused", "running")
    ]
    return bool(of_it) and any(page.status == "failed" for page in of_it[-1].pages)


def _order(item: Item) -> tuple[Any, ...]:
    """What is not due comes last; the rest oldest first, a month before the year it ends."""
    period = item.slot.period
    return item.state == "not_due", period.end, len(period), item.slot.review.id


def _with_readiness(
    items: Sequence[Item], workspace: Workspace, paths: WorkspacePaths, hands: Hands
) -> tuple[list[Item], date | None]:
    """Say of each period whether its data are there, and since when there are data at all.

    The second is None where no period asks for earlier days.
    """
    asked = [item for item in items if item.state == "ready"]
    answers = list(hands.readiness(workspace, paths, [item.slot.period for item in asked]))
    first = next((one.begin for one in answers if one.begin is not None), None)
    left = iter(answers)
    told = [_readied(item, next(left)) if item.state == "ready" else item for item in items]
    return told, first


def _readied(item: Item, found: Readied) -> Item:
    if found.begin is not None:
        return replace(item, state="before_data", awaiting=dated(DATA_BEGIN, found.begin))
    if found.lacking:
        return replace(item, state="waiting", awaiting=found.lacking)
    return item


def _clock_notes(history: Sequence[Entry], today: date, zone: ZoneInfo) -> Iterator[str]:
    """Say that the day lies before the last run, as after a clock was set back."""
    if not history:
        return
    last = max(one.started for one in history).astimezone(zone).date()
    if today < last:
        yield (
            f"clock: today is {today}, but the last run was on {last}; if nobody asked for that "
            "day, see to the clock. Nothing published is taken back"
        )


# -- what is done --------------------------------------------------------------------------------


def _work(
    found: DueReport,
    workspace: Workspace,
    paths: WorkspacePaths,
    hands: Hands,
    told: Callable[[str], None],
) -> DueReport:
    found = _led_on(found, hands)
    found = replace(found, items=tuple(_standing(item, paths, hands) for item in found.items))
    if not _ready(found):
        _announce(workspace, paths, found)
        return found
    memory = hands.memory
    if memory and (known := memory.recall(found.today, [_asked(one) for one in _ready(found)])):
        waiting = tuple(
            replace(one, state="waiting", awaiting=known.awaiting[_asked(one)])
            if one.state == "ready"
            else one
            for one in found.items
        )
        found = replace(found, items=waiting, failures=(*found.failures, *known.failures))
        _announce(workspace, paths, found)
        return found
    before = memory.look() if memory else None
    failures: Sequence[str] = ()
    try:
        failures = hands.ingest(workspace, paths)
        items = list(found.items)
        if not data_begin(paths).is_known:  # other tables now, which may reach further back
            items = [_asked_again(item) for item in items]
        items, first = _with_readiness(items, workspace, paths, hands)
        if first is not None:
            remember_begin(paths, first)
    except ReviewError as trouble:
        # Without the tables nothing can be released; what is in place stays.
        said = tuple(map(str, trouble.faults))
        return replace(found, items=tuple(_failed(one, said) for one in found.items))
    done: list[Item] = []
    for item in items:
        if item.state == "ready":
            item = _release(item, hands)
            told(item.told(found.today))
        done.append(item)
    report = replace(found, items=tuple(done), failures=(*found.failures, *failures))
    if memory and before:
        waited = {_asked(one): one.awaiting for one in done if one.state == "waiting"}
        awaiting = {name: one for name, one in waited.items() if one}
        memory.remember(before, found.today, workspace, Waited(awaiting, tuple(failures)))
    _announce(workspace, paths, report)
    return report


def _ready(found: DueReport) -> list[Item]:
    return [one for one in found.items if one.state == "ready"]


def _asked(item: Item) -> str:
    """Name what is asked of the tables for a period."""
    return f"{item.slot.review.id} {item.slot.period} {item.stage}"


def _led_on(found: DueReport, hands: Hands) -> DueReport:
    """Lead readers to what a call that died had put in its place: it is never made again."""
    try:
        if not hands.lead():
            return found
    except ReviewError as trouble:
        return replace(found, failures=tuple(map(str, trouble.faults)))
    note = "readers are led to what was in place and not told to them yet"
    return replace(found, notes=(*found.notes, note))


def _standing(item: Item, paths: WorkspacePaths, hands: Hands) -> Item:
    """Leave alone what a release would only give again: a final edition that is not signed yet."""
    if item.state != "ready" or not item.edition or hands.stands(item.slot) != item.edition:
        return item
    return _shown(replace(item, state="unchanged"), paths.site / item.edition)


def _asked_again(item: Item) -> Item:
    if item.state != "before_data":
        return item
    return replace(item, state="ready", awaiting=None)


def _failed(item: Item, said: tuple[str, ...]) -> Item:
    return replace(item, state="failed", failures=said) if item.state == "ready" else item


def _release(item: Item, hands: Hands) -> Item:
    """Release one period; whatever is wrong with it, the others have their turn."""
    try:
        released = hands.release(item.slot)
    except ReviewError as trouble:
        return _failed(item, tuple(map(str, trouble.faults)))
    except Exception as trouble:  # noqa: BLE001 - the other periods have their turn
        traceback.print_exc(file=sys.stderr)
        name = f"{item.slot.review.id} {item.slot.period}"
        return _failed(item, (f"{name}: {type(trouble).__name__}: {trouble}; see the log",))
    built = released.edition
    done = replace(
        item,
        state="published" if built.is_new else "unchanged",
        edition=f"{item.slot.review.id}/{item.slot.period}/r{built.number}",
        failures=tuple(str(page.fault) for page in released.report.failed),
    )
    return _shown(done, built.edition)


def _shown(item: Item, folder: Path) -> Item:
    """Add what the record of the edition in a folder says of it."""
    record = (folder / RECORD).read_text(encoding="utf-8")
    edition = Edition.model_validate_json(record)
    said = [edition.awaiting[one] for one in LANGUAGES if one in edition.awaiting]
    awaiting = Label(zh=said[0], en=said[-1]) if said else None
    return replace(item, status=edition.status, awaiting=awaiting)


def _announce(workspace: Workspace, paths: WorkspacePaths, report: DueReport) -> None:
    """Tell who asked for it which data are late; what could not be delivered goes out again."""
    from helpers.publish.notices.announcing import announce
    from helpers.publish.notices.occasions import data_late

    announce(
        workspace,
        paths,
        [
            data_late(
                item.slot.review.id, item.slot.period, [item.awaiting], item.slot.review.title
            )
            for item in report.items
            if item.state == "waiting" and item.awaiting is not None
        ],
    )
