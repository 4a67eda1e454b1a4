"""How much, against what: the figures an executive reads first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.charts.absent import nothing_to_show
from helpers.charts.bars import Row, Ruler, bar, bar_list, tick
from helpers.charts.exhibit import Exhibit
from helpers.charts.markup import Markup, tag
from helpers.charts.notation import (
    ACTUAL,
    BAD,
    EXPECTED,
    GOOD,
    LANDING,
    LAST_PERIOD,
    LAST_YEAR,
    MOVED,
    NOT_AVAILABLE,
    PRELIMINARY,
    SIGNALS,
    TARGET,
    THIS_PERIOD,
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
    en="Value of the period, against {baselines}", zh="本期数值，对比{baselines}"
)
_CARDS_ALONE = Label(en="Value of the period", zh="本期数值")
_MEASURED_BY = {
    "previous_change": Label(en="last period", zh="上期"),
    "year_ago_change": Label(en="last year", zh="去年同期"),
    "target": Label(en="target", zh="目标"),
}
_AGAINST = {
    "previous": (LAST_PERIOD, Label(en="vs last period", zh="较上期")),
    "year_ago": (LAST_YEAR, Label(en="vs last year", zh="较去年同期")),
}
#: On a card the line above already says "against".
_SHORT = {
    "previous": Label(en="last period", zh="较上期"),
    "year_ago": Label(en="last year", zh="较去年同期"),
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
    if card.empty:
        return nothing_to_show(card, id=id, takeaway=takeaway, source=source, language=language,
                               measure=measure, notes=notes)  # fmt: skip
    needs(card, id, "metric", "value", "unit")
    rows = rows_of(card)
    subjects = [_subject_of(row, language, currency) for row in rows]
    if not any(number_of(row.get("target")) is not None for row in rows):
        # A plan without a target for any of them: said once, by leaving the line out.
        rows = [{key: value for key, value in row.items() if key != "target"} for row in rows]
    cards = [_card(row, one, against or {}) for row, one in zip(rows, subjects, strict=True)]
    said = [_said(row, one) for row, one in zip(rows, subjects, strict=True)]
    return Exhibit(
        id=id,
        takeaway=takeaway,
        measure=measure or _measured_against(rows, language),
        source=source,
        alt=ended(sentence(said, language), language),
        data=worth_saving(card, language),
        table=tag("ul", cards, class_="ex-cards"),
        language=language,
        notes=(*notes, *notes_of(card, language)),
        kind="kpi_cards",
        headings=headings(card, language),
    )


def _measured_against(rows: list[dict[str, Any]], language: Language) -> str:
    """Name what the cards hold their figures against: what the frame brings, and nothing else."""
    names = [
        label.text(language)
        for column, label in _MEASURED_BY.items()
        if any(column in row for row in rows)
    ]
    if not names:
        return _CARDS_ALONE.text(language)
    listed = names[0]
    if len(names) > 1:
        comma, last = ("、", "与") if language == "zh" else (", ", " and ")
        listed = comma.join(names[:-1]) + last + names[-1]
    return _CARDS_MEASURE.text(language).format(baselines=listed)


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
    side = {"signal_up": 1.0, "signal_down": -1.0}.get(signal)
    judged = news(side, one.direction).css if side else "even"
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
            *(
                _baseline(row, column, one, against)
                for column in _AGAINST
                if f"{column}_change" in row
            ),
            _against_target(row, one),
            class_="ex-card-against",
        )
        if value is not None
        else None,
        tag("p", _signal_words(row, one), class_=f"ex-card-signal ex-is-{signal}")
        if signal in SIGNALS and value is not None and not _is_never_judged(row)
        else None,
        class_=f"ex-card ex-marked-{judged}",
    )  # fmt: skip


def _is_never_judged(row: dict[str, Any]) -> bool:
    """Tell a level, which no normal range holds for, from a figure whose history is too short."""
    declared = catalogued(text_of(row.get("metric")))
    is_level = declared is not None and declared.grain in ("moment", "window")
    return is_level and text_of(row.get("signal")) == "not_enough_data"


def _signal_words(row: dict[str, Any], one: Subject) -> str:
    """Say whether the value is out of the ordinary, and where the ordinary lies."""
    signal = text_of(row.get("signal"))
    words = SIGNALS[signal].text(one.language)
    low, high = number_of(row.get("normal_low")), number_of(row.get("normal_high"))
    if signal not in MOVED or low is None or high is None:
        return words
    ends = f"{one.write(low)}–{one.write(high)}"
    return f"{words}（{ends}）" if one.language == "zh" else f"{words} ({ends})"


def _baseline(row: dict[str, Any], column: str, one: Subject, against: dict[str, str]) -> Markup:
    language = one.language
    name = against.get(column) or _SHORT[column].text(language)
    verdict = one.news_of(row, f"{column}_change")
    before, value = number_of(row.get(column)), number_of(row.get("value"))
    if verdict is None and before is not None and value is not None:
        # Of a loss, or of nought, there is no percentage: the difference itself.
        return _line(name, one.write_signed(value - before), "", "ex-even", one.write(before))
    if verdict is None:
        return _line(name, write_missing(Status.NO_BASELINE, language), "", "ex-missing")
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
        verdict = one.news_of(row, f"{column}_change")
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


_PACE_MEASURE = Label(
    en="Reached so far as a share of the target, which is the outlined bar",
    zh="累计完成占目标的比例，空心框为目标",
)
_VERDICT_NEWS = {
    "met": 1, "ahead": 1, "on_track": 1, "under": 1,
    "missed": -1, "behind": -1, "at_risk": -1, "over": -1,
}  # fmt: skip
_OF = Label(en="{actual} of {target}", zh="{actual}，目标{target}")
_LANDS = Label(en="heading for {landing}", zh="预计达成{landing}")
_BETWEEN = Label(en=" (80% range {low} to {high})", zh="（80%区间{low}至{high}）")


def bullet_bars(
    pace: pd.DataFrame,
    *,
    id: str,
    takeaway: str,
    source: str,
    language: Language = "en",
    currency: str = "",
    measure: str | None = None,
    notes: tuple[str, ...] = (),
) -> Exhibit:
    """Hold figures against their targets: how far, how far one should be, where it is heading.

    Each bar is drawn against its own target, so that targets of different units stand below each
    other. For rates, which have no pace, only bar and target are drawn.

    Args:
        pace: As ``pace`` gives it: label, actual, target; and, where known, metric, scope, unit,
            currency, attainment, expected, landing, landing_low and landing_high, verdict,
            verdict_label, status.
        id: Slug of the exhibit.
        takeaway: What to conclude.
        source: Exports and days behind the numbers.
        language: ``"zh"`` or ``"en"``.
        currency: Of money whose ``unit`` is not already an ISO code.
        measure: Replaces the standard line.
        notes: Shown beside the frame's own notes.
    """
    if pace.empty:
        return nothing_to_show(pace, id=id, takeaway=takeaway, source=source, language=language,
                               measure=measure, notes=notes)  # fmt: skip
    needs(pace, id, "label", "actual", "target")
    rows, said = [], []
    records = rows_of(pace)
    ruler = Ruler(0.0, _furthest(records))
    for row in records:
        one = _subject_of(row, language, currency)
        actual, target = number_of(row["actual"]), number_of(row["target"])
        verdict = text_of(row.get("verdict"))
        words = text_of(row.get("verdict_label")) or verdict
        judged = _verdict_news(verdict, actual, target, one, words)
        parts: list[Markup] = []
        if target:
            parts.append(bar(ruler, 0, 1, "ex-pl"))
            landing, expected = number_of(row.get("landing")), number_of(row.get("expected"))
            if landing is not None:
                parts.append(bar(ruler, 0, max(landing / target, 0), "ex-fc"))
            if actual is not None:
                parts.append(bar(ruler, 0, max(actual / target, 0), "ex-ac ex-thin"))
            if expected is not None:
                parts.append(tick(ruler, expected / target, "ex-expected"))
        share = number_of(row.get("attainment"))
        if share is None and actual is not None and target:
            share = actual / target
        is_rate = one.unit.changes_in_points
        value = (
            one.write(actual, row.get("status"))
            if is_rate or share is None
            else (write_value(share, "percent", language))
        )
        under = _OF.text(language).format(actual=one.write(actual, row.get("status")),
                                          target=one.write(target))  # fmt: skip
        if (landing := number_of(row.get("landing"))) is not None:
            comma = "，" if language == "zh" else ", "
            under += comma + _LANDS.text(language).format(landing=one.write(landing))
            low, high = (number_of(row.get(name)) for name in ("landing_low", "landing_high"))
            if low is not None and high is not None:
                under += _BETWEEN.text(language).format(low=one.write(low), high=one.write(high))
        scope = text_of(row.get("scope"))
        name = label_of(row) + (f" · {scope}" if scope else "")
        if actual is None:
            value = NOT_AVAILABLE.text(language)
        rows.append(Row(name, parts, value, judged=judged, under=under, is_missing=actual is None))
        said.append(f"{name} {under}{f' ({words})' if words else ''}")
    keys = [("ex-key-ac", THIS_PERIOD.text(language)), ("ex-key-pl", TARGET.text(language))]
    if any(number_of(row.get("landing")) is not None for row in records):
        keys.append(("ex-key-fc", LANDING.text(language)))
    if any(number_of(row.get("expected")) is not None for row in records):
        keys.append(("ex-key-expected", EXPECTED.text(language)))
    return Exhibit(
        id=id,
        takeaway=takeaway,
        measure=measure or _PACE_MEASURE.text(language),
        source=source,
        alt=ended(sentence(said, language), language),
        data=worth_saving(pace, language),
        table=bar_list(rows, language, keys),
        language=language,
        notes=(*notes, *notes_of(pace, language)),
        kind="bullet_bars",
        headings=headings(pace, language),
    )


def _furthest(records: list[dict[str, Any]]) -> float:
    """Leave room for the longest bar, but let no runaway flatten all the others."""
    shares = [1.0]
    for row in records:
        target = number_of(row["target"])
        for column in ("actual", "landing", "expected"):
            value = number_of(row.get(column))
            if target and value is not None:
                shares.append(value / target)
    return min(max(shares) * 1.02, 2.0)


def _verdict_news(
    verdict: str, actual: float | None, target: float | None, one: Subject, words: str
) -> News | None:
    if verdict == "not_enough_data" or actual is None or target is None:
        return News(ACTUAL, "soft", Label(en=words, zh=words)) if words else None
    if verdict not in _VERDICT_NEWS:
        return target_news(actual, target, one.direction)
    good = _VERDICT_NEWS[verdict] > 0
    word = Label(en=words, zh=words)
    return News(GOOD, "good", word) if good else News(BAD, "bad", word)
