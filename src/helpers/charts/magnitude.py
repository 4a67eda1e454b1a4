"""How much, against what: the figures an executive reads first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.charts.exhibit import Exhibit
from helpers.charts.markup import Markup, tag
from helpers.charts.notation import (
    LAST_PERIOD,
    LAST_YEAR,
    PRELIMINARY,
    SIGNALS,
    TARGET,
    News,
    news,
    target_news,
)
from helpers.charts.subject import (
    Subject,
    catalogued,
    ended,
    label_of,
    missing_status,
    needs,
    notes_of,
    number_of,
    rows_of,
    sentence,
    subject,
    text_of,
)
from helpers.charts.words import headings, worth_saving
from helpers.vocabulary.labels import Label, Language
from helpers.vocabulary.units import Status
from helpers.vocabulary.wording import write_missing, write_value

if TYPE_CHECKING:
    import pandas as pd

_CARDS_MEASURE = Label(
    en="Value of the period, against last period, last year and target",
    zh="本期数值，对比上期、去年同期与目标",
)
_AGAINST = {
    "previous": (LAST_PERIOD, Label(en="vs last period", zh="较上期")),
    "year_ago": (LAST_YEAR, Label(en="vs last year", zh="较去年同期")),
}
_OF_TARGET = Label(en="of target", zh="目标完成率")
_NO_TARGET = Label(en="no target set", zh="未设目标")


def kpi_cards(
    card: pd.DataFrame,
    *,
    id: str,
    takeaway: str,
    source: str,
    language: Language = "en",
    currency: str = "",
    measure: str | None = None,
    against: dict[str, str] | None = None,
    notes: tuple[str, ...] = (),
) -> Exhibit:
    """Show one card per figure: the value big, then last period, last year and target.

    Use it at the top of a page for up to a dozen figures. For one figure through time use
    :func:`helpers.charts.change_over_time.trend`.

    Args:
        card: As ``compare`` gives it: metric, value, unit; and, where known, label, member,
            status, note, previous, previous_change, year_ago, year_ago_change, target,
            attainment, signal.
        id: Slug of the exhibit.
        takeaway: What to conclude.
        source: Exports and days behind the numbers.
        language: ``"zh"`` or ``"en"``.
        currency: Of money whose ``unit`` is not already an ISO code.
        measure: Replaces the standard line.
        against: Better names of the baselines, such as ``{"previous": "vs September"}``.
        notes: Shown beside the frame's own notes.
    """
    needs(card, id, "metric", "value", "unit")
    rows = rows_of(card)
    subjects = [_subject_of(row, language, currency) for row in rows]
    cards = [_card(row, one, against or {}) for row, one in zip(rows, subjects, strict=True)]
    said = [_said(row, one) for row, one in zip(rows, subjects, strict=True)]
    return Exhibit(
        id=id,
        takeaway=takeaway,
        measure=measure or _CARDS_MEASURE.text(language),
        source=source,
        alt=ended(sentence(said, language), language),
        data=worth_saving(card),
        table=tag("ul", cards, class_="ex-cards"),
        language=language,
        notes=(*notes, *notes_of(card)),
        kind="kpi_cards",
        headings=headings(card, language),
    )


def _subject_of(row: dict[str, Any], language: Language, currency: str = "") -> Subject:
    """Read one row's metric; rows of a card have different units."""
    metric = text_of(row.get("metric"))
    declared = None if text_of(row.get("metric_label")) else catalogued(metric)
    return subject(
        metric,
        language,
        unit=text_of(row.get("unit")) or None,
        currency=text_of(row.get("currency")) or currency,
        direction=text_of(row.get("direction")) or None,
        name=text_of(row.get("metric_label")) or (None if declared else label_of(row)),
    )


def _card(row: dict[str, Any], one: Subject, against: dict[str, str]) -> Markup:
    language = one.language
    member = text_of(row.get("member")) and text_of(row.get("label") or row.get("member"))
    status = text_of(row.get("status"))
    value = number_of(row.get("value"))
    signal = text_of(row.get("signal"))
    moved = _news_of(row, "previous", one)
    judged = moved.css if signal in ("signal_up", "signal_down") and moved else "even"
    return tag(
        "li",
        tag(
            "p",
            one.name,
            tag("span", f" · {member}", class_="ex-soft") if member else None,
            tag("span", PRELIMINARY.text(language), class_="ex-flag")
            if status == Status.PRELIMINARY
            else None,
            class_="ex-card-name",
        ),
        tag("p", one.write(value, status), class_="ex-card-value" if value is not None
            else "ex-card-value ex-missing"),
        tag(
            "dl",
            *(_baseline(row, column, one, against) for column in _AGAINST),
            _against_target(row, one),
            class_="ex-card-against",
        )
        if value is not None
        else None,
        tag("p", SIGNALS[signal].text(language), class_=f"ex-card-signal ex-is-{signal}")
        if signal in SIGNALS and value is not None
        else None,
        class_=f"ex-card ex-marked-{judged}",
    )  # fmt: skip


def _news_of(row: dict[str, Any], column: str, one: Subject) -> News | None:
    change = number_of(row.get(f"{column}_change"))
    return None if change is None else news(change, one.direction)


def _baseline(row: dict[str, Any], column: str, one: Subject, against: dict[str, str]) -> Markup:
    language = one.language
    name = against.get(column) or _AGAINST[column][1].text(language)
    verdict = _news_of(row, column, one)
    if verdict is None:
        return _line(name, write_missing(Status.NO_BASELINE, language), "", "ex-missing")
    before = number_of(row.get(column))
    return _line(
        name,
        one.write_change(row[f"{column}_change"]),
        verdict.word.text(language) if verdict.word else "",
        f"ex-{verdict.css}",
        one.write(before) if before is not None else None,
    )


def _against_target(row: dict[str, Any], one: Subject) -> Markup | None:
    language = one.language
    if "target" not in row:
        return None
    target, value = number_of(row["target"]), number_of(row.get("value"))
    if target is None or value is None:
        return _line(TARGET.text(language), _NO_TARGET.text(language), "", "ex-missing")
    verdict = target_news(value, target, one.direction)
    share = number_of(row.get("attainment"))
    if share is None or one.unit.changes_in_points:
        written, name = one.write_signed(value - target), TARGET.text(language)
    else:
        written, name = write_value(share, "percent", language), _OF_TARGET.text(language)
    word = verdict.word.text(language) if verdict.word else ""
    return _line(name, written, word, f"ex-{verdict.css}", one.write(target))


def _line(name: str, written: str, word: str, css: str, base: str | None = None) -> Markup:
    return tag(
        "div",
        tag("dt", name),
        tag(
            "dd",
            tag("b", written),
            " ",
            tag("span", word, class_="ex-word") if word else None,
            class_=css,
        ),
        tag("dd", base or "", class_="ex-base"),
    )


def _said(row: dict[str, Any], one: Subject) -> str:
    """Say one card in words."""
    language = one.language
    name = one.name
    if text_of(row.get("member")):
        name += f" ({text_of(row.get('label') or row.get('member'))})"
    value = number_of(row.get("value"))
    if value is None:
        return f"{name} {write_missing(missing_status(row.get('status')), language)}"
    said = [f"{name} {one.write(value)}"]
    for column, (_, words) in _AGAINST.items():
        verdict = _news_of(row, column, one)
        if verdict is not None:
            word = f" ({verdict.word.text(language)})" if verdict.word else ""
            change = one.write_change(row[f"{column}_change"])
            said.append(f"{words.text(language)} {change}{word}")
    target = number_of(row.get("target"))
    if target is not None:
        met = target_news(value, target, one.direction).word
        word = f" ({met.text(language)})" if met else ""
        said.append(f"{TARGET.text(language)} {one.write(target)}{word}")
    return ("，" if language == "zh" else ", ").join(said)
