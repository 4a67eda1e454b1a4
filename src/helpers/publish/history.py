"""What ran, for readers of the portal and for ``review editions``: journal and editions, in rows.

The portal's page is a function of the journal, as it stands when the portal is built, and is
built with it: a call that found nothing to do rebuilds no portal. It says so, and
``review editions`` tells what has run since.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.publish.content import shown_html
from helpers.publish.editions import Edition, history_of, newest
from helpers.publish.history_words import HISTORY, KINDS, OUTCOMES
from helpers.publish.templates import heading, render
from helpers.publish.words import REVIEWS
from helpers.reviews.journal import Entry, PageNote, read_journal
from helpers.vocabulary.labels import Label, Language
from helpers.vocabulary.wording import write_date

#: So many runs stand on the page; the journal has them all.
_SHOWN = 60
_MEGABYTE = 1_000_000
#: What a run that changed nothing is counted under.
_TELLING = ("done", "partly", "failed", "refused", "interrupted")


# -- for machines and the command line -------------------------------------------------------------


def editions_in_rows(paths: WorkspacePaths, review: str | None = None) -> list[dict[str, Any]]:
    """List every edition that was ever published, oldest first.

    Returns:
        review, period, edition, status, data_through, shown (are readers led to it?), withdrawn,
        pruned, bytes, signed, awaiting, published (when, by the journal) and seconds; what is not
        known is None.
    """
    every = [one for one in history_of(paths.site) if review in (None, one.review)]
    led_to = {one.folder for one in newest(every)}
    made = {
        entry.edition: entry
        for entry in read_journal(paths).entries
        if entry.kind == "publish" and entry.edition and entry.outcome in ("done", "partly")
    }
    return [_edition_row(paths.site, one, made.get(one.folder), led_to) for one in every]


def runs_in_rows(
    paths: WorkspacePaths, count: int, review: str | None = None
) -> tuple[list[dict[str, Any]], list[str]]:
    """List the last ``count`` runs, oldest first, and the lines that could not be read."""
    journal = read_journal(paths)
    told = [one for one in journal.entries if review in (None, one.review)]
    return [one.as_dict() for one in told[-count:]], [str(one) for one in journal.unread]


def _edition_row(site: Path, one: Edition, entry: Entry | None, led_to: set[str]) -> dict[str, Any]:
    return {
        "review": one.review,
        "period": one.period,
        "edition": f"r{one.number}",
        "status": one.status,
        "data_through": str(one.data_through) if one.data_through else None,
        "shown": one.folder in led_to,
        "withdrawn": one.withdrawn is not None,
        "pruned": str(one.pruned) if one.pruned else None,
        "bytes": sum(f.stat().st_size for f in (site / one.folder).rglob("*") if f.is_file()),
        "signed": one.signed.get("en"),
        "awaiting": one.awaiting.get("en"),
        "published": entry.as_dict()["started"] if entry else None,
        "seconds": round(entry.seconds, 1) if entry and entry.seconds is not None else None,
    }


# -- for the portal --------------------------------------------------------------------------------


def history_cells(
    language: Language,
    entries: Sequence[Entry],
    editions: Iterable[Edition],
    time_zone: str,
    pid: int | None = None,
) -> list[dict[str, Any]]:
    """Make the portal's page.

    Args:
        language: In which language.
        entries: The journal.
        editions: Whose reviews have names of their own.
        time_zone: In which times are told.
        pid: The process that publishes now; its own run is told without an end.
    """
    pid = os.getpid() if pid is None else pid
    titles = {one.review: one.title for one in editions}
    told = [one for one in entries if _is_telling(one, pid)]
    since = told[-_SHOWN].started if len(told) > _SHOWN else datetime.min.replace(tzinfo=UTC)
    left_out = sum(one.started >= since and not _is_telling(one, pid) for one in entries)
    shown = [_row(one, titles, language, ZoneInfo(time_zone)) for one in reversed(told[-_SHOWN:])]
    words = {name: label.text(language) for name, label in HISTORY.items()}
    html = render(
        "history.html",
        {
            "words": words,
            "rows": shown,
            "quiet": words["quiet"].format(count=left_out) if left_out else "",
            "zone": words["zone"].format(zone=time_zone),
        },
    )
    return [heading(words["history"]), shown_html(html)]


def history_beside(
    site: Path, workspace: Workspace, language: Language, editions: Iterable[Edition]
) -> list[dict[str, Any]]:
    """Make the page from the journal, as it stands now, of the workspace that a site lies in.

    Cron writes a line every hour for years; no more months are read than the page needs.
    """
    paths, pid = WorkspacePaths(site.parent), os.getpid()
    told: Sequence[Entry] = ()
    for months in (3, 12, None):
        told = read_journal(paths, months).entries
        if sum(_is_telling(one, pid) for one in told) > _SHOWN:
            break
    return history_cells(language, told, editions, workspace.time_zone)


def _is_telling(entry: Entry, pid: int) -> bool:
    return entry.outcome in _TELLING or _is_this_run(entry, pid)


def _is_this_run(entry: Entry, pid: int) -> bool:
    return entry.outcome == "running" and entry.pid == pid and entry.kind in ("publish", "rollback")


def _row(
    entry: Entry, titles: Mapping[str, Label], language: Language, zone: ZoneInfo
) -> dict[str, Any]:
    when = entry.started.astimezone(zone)
    title = titles.get(entry.review) or REVIEWS.get(entry.review)
    name = title.text(language) if title else entry.review
    # A run that goes on knows only what it was asked for.
    period = "" if entry.period in ("last", "all") else entry.period
    what = [KINDS[entry.kind].text(language), name, period]
    return {
        "day": write_date(date(when.year, when.month, when.day), language),
        "time": f"{when:%H:%M}",
        "what": " ".join(one for one in what if one),
        "edition": entry.edition.rsplit("/", 1)[-1],
        "outcome": entry.outcome,
        "outcome_label": OUTCOMES[entry.outcome].text(language),
        "took": "" if entry.seconds is None else _duration(entry.seconds, language),
        "read": _read(entry, language),
        "pages": _pages(entry.pages, language),
        "failed": [_place(one) for one in entry.failures[:5]],
        "more": max(len(entry.failures) - 5, 0),
    }


def _duration(seconds: float, language: Language) -> str:
    """Write how long it took, to what matters.

    >>> _duration(0.4, "en"), _duration(75, "en"), _duration(3725, "zh")
    ('0.4 s', '1 min 15 s', '1小时2分')
    """
    whole = round(seconds)
    if whole >= 3600:
        hours, minutes = whole // 3600, whole % 3600 // 60
        return f"{hours}小时{minutes}分" if language == "zh" else f"{hours} h {minutes} min"
    if whole >= 60:
        minutes, rest = divmod(whole, 60)
        return f"{minutes}分{rest}秒" if language == "zh" else f"{minutes} min {rest} s"
    shown = f"{seconds:.1f}" if seconds < 10 else str(whole)
    return f"{shown}秒" if language == "zh" else f"{shown} s"


def _read(entry: Entry, language: Language) -> str:
    parts = []
    if entry.files_read is not None:
        parts.append(HISTORY["files"].text(language).format(count=f"{entry.files_read:,}"))
    if entry.rows_read is not None:
        parts.append(HISTORY["rows"].text(language).format(count=f"{entry.rows_read:,}"))
    if entry.bytes_read is not None:
        parts.append(f"{entry.bytes_read / _MEGABYTE:,.1f} MB")
    return ("，" if language == "zh" else ", ").join(parts)


def _pages(pages: Sequence[PageNote], language: Language) -> str:
    counts = {state: sum(one.status == state for one in pages) for state in
              ("ran", "up_to_date", "failed")}  # fmt: skip
    parts = [
        HISTORY[f"pages_{state}"].text(language).format(count=count)
        for state, count in counts.items()
        if count
    ]
    return ("，" if language == "zh" else ", ").join(parts)


def _place(failure: str) -> str:
    """Keep where something failed, without the folders of this machine; the log has the rest.

    >>> _place("/home/a/inbox/x.csv: is no export; see y")
    'x.csv'
    """
    return failure.partition(": ")[0].replace("\\", "/").rsplit("/", 1)[-1][:80]
