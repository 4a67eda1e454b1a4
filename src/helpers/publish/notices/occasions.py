"""What there is to announce: of an edition, of pages that failed, of data that are late.

Everything said of an edition is read from what lies beside it, so that a dry run, a second try and
the publication itself say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.publish.editions import Edition, summary_of
from helpers.publish.holdings import RECORD
from helpers.publish.notices.announcing import Announcement
from helpers.publish.notices.words import said
from helpers.publish.words import STATUSES, review_title
from helpers.vocabulary.labels import LANGUAGES, Label
from helpers.vocabulary.periods import Period

if TYPE_CHECKING:
    from helpers.publish.book import EditionBuilt
    from helpers.reviews.run import RunReport


def of_edition(site: Path, edition: Edition) -> tuple[Announcement, ...]:
    """Say that an edition was published, and which of the year's targets it finds at risk."""
    found = [_about(edition, "published", status=STATUSES[edition.status])]
    summary = summary_of(site / edition.folder)
    at_risk = [summary[one].at_risk for one in LANGUAGES if one in summary]
    if at_risk and at_risk[0]:
        # An edition in one language says it in that one.
        lines = tuple(Label(zh=zh, en=en) for zh, en in zip(at_risk[0], at_risk[-1], strict=True))
        found.append(_about(edition, "target_at_risk", lines, count=len(lines)))
    moved = [summary[one].moved for one in LANGUAGES if one in summary]
    if moved and moved[0]:
        found.append(restated(edition, [
            Label(zh=zh, en=en) for zh, en in zip(moved[0], moved[-1], strict=True)
        ]))  # fmt: skip
    return tuple(found)


def of_release(report: RunReport, built: EditionBuilt | None) -> tuple[Announcement, ...]:
    """Say what came of a release: the edition if there is a new one, and the pages that failed.

    Args:
        report: The run.
        built: Its edition; None where nothing was published.
    """
    from helpers.publish.fallback import failures_of

    found: list[Announcement] = []
    edition = ""
    if built is not None:
        record = Edition.model_validate_json((built.edition / RECORD).read_text(encoding="utf-8"))
        edition = record.folder
        if built.is_new:
            found += of_edition(report.paths.site, record)
    if report.failed:
        review = report.review
        failures = failures_of(report)
        found.append(pages_failed(review.id, report.period, failures, edition, review.title))
    return tuple(found)


def sign_off_awaited(edition: Edition, who: Sequence[Label]) -> Announcement:
    """Say whose signature an edition waits for.

    Args:
        edition: A preliminary one.
        who: Name or role of each who has not signed.
    """
    waiting = tuple(said("waiting_for", what=one) for one in who)
    return _about(edition, "sign_off_awaited", waiting)


def restated(edition: Edition, moved: Sequence[Label]) -> Announcement:
    """Say which past figures an edition gives otherwise than they were last published.

    Args:
        edition: The one that restates them.
        moved: A sentence for each figure, with both values and the files that caused it.
    """
    return _about(edition, "restated", tuple(moved))


def data_late(
    review: str, period: Period, waiting: Sequence[Label], title: Label | None = None
) -> Announcement:
    """Say what a review that is due still waits for."""
    lines = tuple(said("waiting_for", what=one) for one in waiting)
    return _of_period("data_late", review, period, lines, title)


def pages_failed(
    review: str,
    period: Period,
    failures: Sequence[tuple[Label, str]],
    edition: str = "",
    title: Label | None = None,
) -> Announcement:
    """Say which pages failed and what readers see instead.

    Args:
        review: Its id.
        period: What it is about.
        failures: Title of each failed page, and why in the words of whatever failed.
        edition: The edition that was published without them; empty where none was.
        title: Name of the review, where it is not one of the usual ones.
    """
    lines = [said("page", page=page, why=why or "?") for page, why in failures]
    lines.append(said("stale_published" if edition else "nothing_published"))
    return _of_period(
        "page_failed", review, period, tuple(lines), title, edition=edition, count=len(failures)
    )


def of_test(review: str) -> Announcement:
    """Make a message that says nothing but that it arrived."""
    return Announcement(
        kind="published",
        review=review,
        period="",
        label=said("test"),
        detail=(said("test_detail"),),
    )


def _about(
    edition: Edition, kind: str, detail: tuple[Label, ...] = (), **values: Label | int
) -> Announcement:
    return _of_period(
        kind, edition.review, edition.span, detail, edition.title,
        edition=edition.folder, number=edition.number, **values,
    )  # fmt: skip


def _of_period(
    kind: str,
    review: str,
    period: Period,
    detail: tuple[Label, ...],
    title: Label | None,
    edition: str = "",
    **values: Label | int,
) -> Announcement:
    name = title or review_title(review)
    when = Label(en=period.label("en"), zh=period.label("zh"))
    return Announcement(
        kind=kind,
        review=review,
        period=str(period),
        edition=edition,
        label=said(kind, title=name, period=when, **values),
        detail=detail,
    )
