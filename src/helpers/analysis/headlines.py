"""Sentences made from numbers, in both languages: what to conclude from a frame.

Belongs here: choosing what is worth saying. The words stand in ``sentences.yml``; numbers are
written by ``vocabulary.wording``. A sentence says up or down only where the change stands out of
its own noise; otherwise it gives the number with its sign and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from babel.dates import format_date

from helpers.analysis.comparison import adds_up, is_level, judge_last
from helpers.analysis.desk import Against, Desk, number
from helpers.analysis.drivers import explain_gmv, movers
from helpers.analysis.forecast.choice import LEAST_MONTHS
from helpers.analysis.rates import judge_rates
from helpers.analysis.signal import MINIMUM_CASES
from helpers.analysis.wordings import (
    is_flat,
    joined,
    phrase,
    signed,
    size_of,
    starting,
    templates,
    within,
)
from helpers.metrics.catalogue import catalogue
from helpers.vocabulary.periods import parse_period
from helpers.vocabulary.units import Direction, Status, Unit
from helpers.vocabulary.wording import LOCALE, write_change, write_date, write_missing, write_value

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
#: A sentence names no more than so many figures; with their values, fewer.
LISTED, LISTED_WHOLE = 5, 3
_MOVED = ("signal_up", "signal_down")


# -- one figure ------------------------------------------------------------------------------


def headline(card: pd.DataFrame | Row, desk: Desk, metric: str | None = None) -> str:
    """Say what became of a figure, short enough to be grasped at a glance.

    One figure, its change, against what and, for GMV, the main driver; :func:`standing` says
    the rest.

    Args:
        card: A ``comparison.compare`` frame, or one of its rows.
        desk: The desk it was made at.
        metric: Which of the frame's metrics; the first one where not named.
    """
    row = _row_of(card, metric)
    if row is None:
        return phrase("ranking.none", desk.language)
    return _closed(starting(_in_short(row, desk)), desk)


def standing(card: pd.DataFrame | Row, desk: Desk, metric: str | None = None) -> str:
    """Say what the headline left out: normal range, other baseline, season, target.

    Returns:
        One sentence, and one more where the data stop before the period does; empty where there
        is nothing to add.
    """
    row = _row_of(card, metric)
    if row is None or number(row["value"]) is None:
        return ""
    against = _primary(row, desk)
    clauses = [_target_clause(row, desk)]
    if against is not None:
        clauses = [_worth(row, desk), *_asides(row, desk, against)]
    text = _joined_clauses(clauses, desk)
    if text:
        text = _closed(starting(text), desk)
    return (text + _preliminary(desk)).strip()


def in_full(card: pd.DataFrame | Row, desk: Desk, metric: str | None = None) -> str:
    """Say all there is about a figure in one sentence, as headline and standing say it in two."""
    row = _row_of(card, metric)
    if row is None:
        return phrase("ranking.none", desk.language)
    sentence = _closed(starting(fact(row, desk)), desk)
    return sentence if number(row["value"]) is None else sentence + _preliminary(desk)


def answers(desk: Desk, card: pd.DataFrame) -> list[str]:
    """Answer the home page's questions: how did we do, why, what else moved.

    Args:
        desk: The desk.
        card: A ``comparison.compare`` frame without dimensions, the main figure first.

    Returns:
        Three to seven sentences: the main figure, short; what it is worth; contribution where it
        is known; what drove it, and where; what else stands out, or that nothing does; stores
        whose data stop early.
    """
    rows = _rows(card)
    if not rows:
        return [phrase("ranking.none", desk.language)]
    told = [headline(card, desk), standing(card, desk)]
    profit = next((row for row in rows[1:] if row["metric"] == "contribution"), None)
    if profit and profit["value"] is not None:
        told.append(_closed(starting(fact(profit, desk)), desk))
    against = _primary(rows[0], desk)
    if against and rows[0]["metric"] in ("gmv", "net_sales"):
        told.append(drivers_takeaway(explain_gmv(desk, against), desk, against))
        for dimension in ("market", "store"):
            parts = movers(desk, dimension, against=against)
            if len(parts) > 1:
                told.append(movers_takeaway(parts, desk, against))
                break
    told.append(_others_moved(rows[1:], desk))
    told += [
        phrase(
            "source.behind",
            desk.language,
            store=desk.member_label("store", store),
            day=write_date(last, desk.language),
        )
        for store, last in desk.stores_behind.items()
    ]
    return [one for one in told if one]


def comparison_takeaway(card: pd.DataFrame, desk: Desk) -> str:
    """Say which of a frame's figures, or which members, moved beyond normal variation."""
    rows = [row for row in _rows(card) if row["value"] is not None]
    if not rows:
        return phrase("ranking.none", desk.language)
    judged = [row for row in rows if row["signal"] != "not_enough_data"]
    if not judged:
        return _known(rows, desk)
    moved = [row for row in judged if row["signal"] in _MOVED]
    if len({row["metric"] for row in rows}) > 1 and rows[0]["dimension"]:
        lower = within if desk.language == "en" else str
        moved = [row | {"label": lower(_with_member(row, desk))} for row in moved]
    if rows[0]["dimension"]:
        moved.sort(key=lambda row: (row["metric"] != rows[0]["metric"], -abs(row["value"])))
    counts: Row = {"count": str(len(moved)), "all": str(len(judged))}
    one = "_one" if len(judged) == 1 else ""
    if not moved:
        return _closed(phrase(f"card.quiet{one}", desk.language, **counts), desk)
    listed = joined([_moved_name(row, desk) for row in moved[:LISTED]], desk.language)
    key = f"card.signals{one}" if len(moved) <= LISTED else "card.signals_among"
    return _closed(phrase(key, desk.language, list=listed, **counts), desk)


def notes(card: pd.DataFrame) -> list[str]:
    """Collect what must be said beside the figures, each once (already in the desk's language)."""
    return list(dict.fromkeys(str(one) for one in card["note"] if isinstance(one, str) and one))


def fact(row: Row, desk: Desk) -> str:
    """Say one compared figure as a clause without a full stop."""
    language = desk.language
    sentence = _value_clause(row, desk)
    if number(row["value"]) is None:
        return sentence
    against = _primary(row, desk)
    if against is None:
        return _joined_clauses([sentence, _before(row, desk)], desk)
    comma = "，" if language == "zh" else ", "
    sentence += comma + _change(row, desk, against)
    return _joined_clauses([sentence, *_asides(row, desk, against)], desk)


def _value_clause(row: Row, desk: Desk) -> str:
    """Say the figure itself, or why there is none."""
    language = desk.language
    name, when = _name_of(row, desk), when_text(desk)
    value = number(row["value"])
    if value is None:
        reason = write_missing(row["status"], language)
        if row["note"]:
            reason += f"，{row['note']}" if language == "zh" else f": {row['note']}"
        return phrase("fact.missing", language, name=name, when=when, reason=reason)
    kind = "fact.rate" if _is_level(row) else "fact.amount"
    return phrase(kind, language, name=name, value=_write(row, value, desk), when=when)


def _in_short(row: Row, desk: Desk) -> str:
    """Say the figure, its change and what drove it."""
    language, unit = desk.language, Unit(row["unit"])
    sentence = _value_clause(row, desk)
    if number(row["value"]) is None:
        return sentence
    against = _primary(row, desk)
    if against is None:
        return _joined_clauses([sentence, _before(row, desk)], desk)
    change = number(row[f"{against}_change"]) or 0.0
    base = base_text(desk, against, short=True)
    sentence += ("，" if language == "zh" else ", ") + _moved_by(row, change, base, desk)
    if row["signal"] == "noise":
        return sentence + phrase("verdict.noise", language)
    if row["signal"] not in _MOVED:
        return sentence
    upward = row["signal"] == "signal_up"
    if (change > 0) is not upward or is_flat(change, unit):
        # Growth that falls short of the season's: the short sentence must not sound like praise.
        return sentence + phrase(f"verdict.yet_{'above' if upward else 'below'}", language)
    is_main = row["metric"] == "gmv" and not row["dimension"]
    return sentence + _because(desk, against) if is_main else sentence


def _before(row: Row, desk: Desk) -> str:
    """Name the baseline where a percentage of it would mislead (a loss, nought), or say none is."""
    baselines: tuple[Against, ...] = ("previous", "year_ago")
    for against in baselines:
        before, period = number(row[against]), desk.baseline(against)
        if before is not None and period is not None:
            key = "in" if period.kind in ("month", "quarter", "year", "week") else "over"
            when = phrase(f"when.{key}", desk.language, period=period.label(desk.language))
            written = _write(row, before, desk)
            return phrase("change.before", desk.language, before=written, when=when)
    return phrase("change.none", desk.language)


def _worth(row: Row, desk: Desk) -> str:
    """Say where the figure lies in its normal range, or that nobody can tell."""
    language, signal = desk.language, row["signal"]
    low, high = number(row["normal_low"]), number(row["normal_high"])
    if signal not in (*_MOVED, "noise"):
        return "" if is_level(row["metric"]) else phrase("standing.untested", language)
    text = ""
    if row["signal_method"] == "interval":
        text = phrase("standing.real", language) if signal in _MOVED else ""
    elif low is not None and high is not None:
        side = {"signal_up": "above", "signal_down": "below"}.get(signal, "noise")
        season = "season_" if row["signal_method"] == "seasonal" else ""
        ends: Row = {"low": _write(row, low, desk), "high": _write(row, high, desk)}
        text = phrase(f"standing.{season}{side}", language, **ends)
    return text + _favour(row, desk) if text else ""


def _asides(row: Row, desk: Desk, against: Against) -> list[str]:
    """Say what else is known beside the leading change: other baseline, season, target."""
    language, unit = desk.language, Unit(row["unit"])
    tails = []
    other: Against = "year_ago" if against == "previous" else "previous"
    change = number(row[f"{other}_change"])
    if change is not None and desk.period.kind != "year":
        tails.append(
            phrase(
                "change.signed",
                language,
                signed=_signed_change(change, unit, desk),
                base=base_text(desk, other),
            )
        )
    if row["signal"] in _MOVED and row["signal_method"] == "plain" and _has_season(desk):
        tails.append(phrase("verdict.season_inside", language))
    if target := _target_clause(row, desk):
        tails.append(target)
    return tails


def when_text(desk: Desk) -> str:
    """Say when: in November 2011, or over the days that have elapsed."""
    named = desk.elapsed.label(desk.language)
    key = "when.in" if desk.elapsed.kind in ("month", "quarter", "year", "week") else "when.over"
    return phrase(key, desk.language, period=named)


def base_text(desk: Desk, against: Against, *, short: bool = False) -> str:
    """Name a baseline: the month before, the same days of last year, 环比, 同比.

    ``short`` leaves out the year of a month that the sentence has named already.
    """
    baseline = desk.baseline(against)
    whole = desk.period.previous() if against == "previous" else desk.period.year_ago()
    if baseline is None:
        return whole.label(desk.language)
    if desk.period.kind == "year":
        against = "year_ago"
    is_near = short and whole.kind == "month" and whole.start.year == desk.period.start.year
    named = (
        format_date(whole.start, "LLLL", locale=LOCALE[desk.language])
        if is_near
        else whole.label(desk.language)
    )
    key = f"base.{against}"
    if baseline.text != whole.text or not desk.is_complete:
        key += "_same_days" if whole.kind == "month" else "_same_part"
        period = named if whole.kind == "month" else baseline.label(desk.language)
    elif whole.kind not in ("month", "quarter", "year", "week") and against == "previous":
        key, period = "base.previous_named", whole.label(desk.language)
    else:
        period = named
    return phrase(key, desk.language, period=period)


# -- why -------------------------------------------------------------------------------------


def drivers_takeaway(
    frame: pd.DataFrame, desk: Desk, against: Against = "previous", member: str = ""
) -> str:
    """Name the largest effects of a ladder (``explain_gmv``, ``products.explain_products``)."""
    language = desk.language
    chosen = frame
    if "member" in frame and len(frame):
        chosen = frame[frame["member"] == member]
    if chosen.empty:
        return phrase("driver.none", language)
    ends = {row["kind"]: float(row["value"]) for row in _records(chosen)}
    change = ends["end"] - ends["start"]
    effects = [
        (str(row["label"]), float(row["value"]))
        for row in _records(chosen[chosen["kind"] == "effect"])
        if abs(float(row["value"])) >= 0.005
    ]
    effects.sort(key=lambda one: -abs(one[1]))
    base = base_text(desk, against)
    name = _subject(chosen, desk)

    def listed(some: Sequence[tuple[str, float]]) -> str:
        names = [
            phrase(
                "driver.one",
                language,
                driver=within(label) if language == "en" else label,
                value=_signed_money(value, desk),
            )
            for label, value in some
        ]
        return joined(names, language)

    with_it = [one for one in effects if one[1] * change > 0]
    against_it = [one for one in effects if one[1] * change < 0]
    if not with_it or abs(change) < 0.0005 * abs(ends["start"]):
        ups = [one for one in effects if one[1] > 0]
        downs = [one for one in effects if one[1] < 0]
        if not ups or not downs:
            return _closed(phrase("driver.unchanged", language, base=base, name=name), desk)
        text = phrase(
            "driver.flat", language, base=base, name=name, ups=listed(ups), downs=listed(downs)
        )
        return _closed(starting(text), desk)
    text = phrase(
        "driver.all",
        language,
        name=name,
        change=_signed_money(change, desk),
        base=base,
        main=listed(with_it[:1]),
    )
    if rest := [one for one in with_it[1:] if abs(one[1]) >= 0.05 * abs(change)]:
        text += phrase("driver.also", language, others=listed(rest))
    if minus := [one for one in against_it if abs(one[1]) >= 0.05 * abs(change)]:
        text += phrase("driver.against", language, others=listed(minus))
    return _closed(starting(text), desk)


def movers_takeaway(frame: pd.DataFrame, desk: Desk, against: Against = "previous") -> str:
    """Name the members that moved a figure most, and those that went the other way."""
    language = desk.language
    rows = [row for row in _records(frame) if number(row["change"]) is not None]
    if not rows:
        return phrase("movers.none", language)
    named = [row for row in rows if row["member"] != "others"]
    base = base_text(desk, against)
    unit = Unit(rows[0]["unit"])
    name = _subject(frame, desk)

    def one(row: Row) -> str:
        change = number(row["change"]) or 0.0
        written = (
            signed(change, unit, language, row["currency"])
            if unit is not Unit.PERCENT
            else _signed_change(change, unit, desk)
        )
        return phrase("driver.one", language, driver=str(row["label"]), value=written)

    adds_up = any(number(row["share_of_change"]) is not None for row in rows)
    named.sort(key=lambda row: -abs(number(row["change"]) or 0.0))
    if not adds_up:
        return _closed(
            starting(phrase("movers.level", language, name=name, first=one(named[0]), base=base)),
            desk,
        )
    total = sum(number(row["change"]) or 0.0 for row in rows)
    with_it = [row for row in named if (number(row["change"]) or 0.0) * total > 0]
    against_it = [row for row in named if (number(row["change"]) or 0.0) * total < 0]
    if not with_it:
        first, *_ = named
        return _closed(
            starting(phrase("movers.level", language, name=name, first=one(first), base=base)), desk
        )
    text = phrase(
        "movers.up" if total > 0 else "movers.down",
        language,
        name=name,
        change=signed(total, unit, language, rows[0]["currency"]),
        base=base,
        first=one(with_it[0]),
    )
    worth_it = 0.05 * abs(total)
    if others := [row for row in with_it[1:3] if abs(number(row["change"]) or 0.0) >= worth_it]:
        text += phrase(
            "movers.next", language, others=joined([one(row) for row in others], language)
        )
    if minus := [row for row in against_it[:2] if abs(number(row["change"]) or 0.0) >= worth_it]:
        text += phrase(
            "movers.against", language, others=joined([one(row) for row in minus], language)
        )
    return _closed(starting(text), desk)


def bridge_takeaway(frame: pd.DataFrame, desk: Desk, member: str = "") -> str:
    """Say what is left of sales after the deductions, and which of them is the largest."""
    language = desk.language
    chosen = frame[frame["member"] == member] if len(frame) else frame
    if chosen.empty:
        return phrase("bridge.none", language)
    rows = _records(chosen)
    start = next(row for row in rows if row["kind"] == "start")
    end = next(row for row in rows if row["kind"] == "end")
    effects = [row for row in rows if row["kind"] == "effect"]
    value, share = float(end["value"]), number(end["share_of_gmv"])
    text = phrase(
        "bridge.contribution" if value >= 0 else "bridge.loss",
        language,
        share=write_value(share, Unit.PERCENT, language),
        start=within(start["label"]) if language == "en" else start["label"],
        end=within(end["label"]) if language == "en" else end["label"],
        value=_money(value, desk),
        whole=_money(float(start["value"]), desk),
    )
    if effects and min(row["value"] for row in effects) < 0:
        largest = min(effects, key=lambda row: row["value"])
        label = largest["label"]
        text += phrase(
            "bridge.largest",
            language,
            label=within(label) if language == "en" else label,
            value=_money(-largest["value"], desk),
        )
    if end["step"] == "net_sales":
        name = desk.metric_label("contribution")
        text += phrase("bridge.stops", language, name=within(name) if language == "en" else name)
    return _closed(starting(text), desk)


# -- rankings, time, customers ---------------------------------------------------------------


def trend_takeaway(history: pd.DataFrame, desk: Desk, metric: str, member: str = "") -> str:
    """Say where the last finished month stands in its history."""
    language = desk.language
    chosen = history[(history["metric"] == metric) & (history["member"].fillna("") == member)]
    chosen = chosen[chosen["value"].notna()].sort_values("month_start")
    if chosen.empty:
        return phrase("trend.none", language)
    running = chosen[chosen["status"] == Status.PRELIMINARY]
    finished = chosen[chosen["status"] != Status.PRELIMINARY]
    told = []
    if len(finished):
        told.append(_finished_trend(finished, history, desk, metric, member))
    if len(running):
        told.append(
            phrase(
                "trend.running",
                language,
                month=_month(running["month"].iloc[-1], desk),
                day=write_date(desk.elapsed.end, language),
            )
        )
    return _closed(_joined_clauses(told, desk), desk)


def _finished_trend(
    finished: pd.DataFrame, history: pd.DataFrame, desk: Desk, metric: str, member: str
) -> str:
    language = desk.language
    row = _records(finished)[-1]
    values = [float(value) for value in finished["value"]]
    named: Row = {
        "name": _with_member(row, desk) if member else _spoken(metric, desk),
        "month": _month(row["month"], desk),
        "value": _write(row, values[-1], desk),
    }
    if len(values) < 3:
        return phrase("trend.only", language, **named)
    if values[-1] > max(values[:-1]):
        text = phrase("trend.highest", language, count=str(len(values)), **named)
    elif values[-1] < min(values[:-1]):
        text = phrase("trend.lowest", language, count=str(len(values)), **named)
    else:
        past = values[:-1]
        text = phrase(
            "trend.level",
            language,
            count=str(len(past)),
            mean=_write(row, sum(past) / len(past), desk),
            **named,
        )
    if is_level(metric):
        return text
    judged = judge_last(desk, history, metric, member)
    season = "season_" if judged.method == "seasonal" else ""
    match judged.signal:
        case "signal_up":
            return text + phrase(f"trend.{season}above", language)
        case "signal_down":
            return text + phrase(f"trend.{season}below", language)
        case "noise":
            return text + phrase(f"trend.{season}noise", language)
    return text + phrase("trend.untested", language)


def ranking_takeaway(frame: pd.DataFrame, desk: Desk, metric: str = "gmv") -> str:
    """Name the first of a ranking (``top_products``, a ``compare`` frame by members, movers)."""
    language = desk.language
    rows = [row for row in _records(frame) if number(row["value"]) is not None]
    if not rows:
        return phrase("ranking.none", language)
    rows.sort(key=lambda row: -float(row["value"]))
    for row in rows:
        row.setdefault("unit", str(desk.unit(metric)))
        row.setdefault("currency", desk.currency)
    if len(rows) == 1:
        only = _write(rows[0], float(rows[0]["value"]), desk)
        label = str(rows[0]["label"])
        return _closed(phrase("ranking.only", language, label=label, value=only), desk)
    total = sum(float(row["value"]) for row in rows)
    has_share = "share" in rows[0]
    # Customers of two markets may be the same person: such counts have no shares.
    dimension = str(rows[0].get("dimension") or "")
    is_whole = adds_up(metric, dimension) and Unit(desk.unit(metric)).is_amount
    text = phrase(
        "ranking.first",
        language,
        label=str(rows[0]["label"]),
        value=_write(rows[0], float(rows[0]["value"]), desk),
    )
    share = number(rows[0]["share"]) if has_share else None
    if share is None and is_whole and total > 0 and not has_share:
        share = float(rows[0]["value"]) / total
    if share is not None:
        of_what = "share_of_merchandise" if metric == "merchandise_gmv" else "share"
        text += phrase(
            f"ranking.{of_what}", language, share=write_value(share, "percent", language)
        )
    if len(rows) > 1:
        text += phrase(
            "ranking.next",
            language,
            label=str(rows[1]["label"]),
            value=_write(rows[1], float(rows[1]["value"]), desk),
        )
    if has_share and len(rows) > 2:
        together = sum(number(row["share"]) or 0.0 for row in rows)
        text += phrase(
            "ranking.top",
            language,
            count=str(len(rows)),
            share=write_value(together, "percent", language),
        )
    if entered := sum(row.get("standing") == "entered" for row in rows):
        text += phrase("ranking.entered", language, count=str(entered), plural=entered != 1)
    return _closed(text, desk)


def pareto_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Say how few products make the first 60 % of sales."""
    if frame.empty:
        return phrase("ranking.none", desk.language)
    leading = frame[frame["abc_class"] == "A"]
    text = phrase(
        "ranking.pareto",
        desk.language,
        count=f"{len(leading):,}",
        all=f"{len(frame):,}",
        share=write_value(float(leading["share"].sum()), "percent", desk.language),
    )
    return _closed(text, desk)


def cohort_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Say how many new customers came back in the next month, and whether the latest differ."""
    language = desk.language
    if frame.empty:
        return phrase("cohort.unknown", language)
    second = frame[(frame["month"] == 1) & frame["is_mature"] & ~frame["is_opening"].astype(bool)]
    second = second[(second["size"] >= MINIMUM_CASES) & second["active"].notna()]
    if second.empty:
        return phrase("cohort.none", language)
    rows = second.sort_values("cohort_start").to_dict("records")
    came, joined_in = (sum(float(row[name]) for row in rows) for name in ("active", "size"))
    text = phrase(
        "cohort.average",
        language,
        rate=write_value(came / joined_in, "percent", language),
        count=str(len(rows)),
        plural=len(rows) != 1,
    )
    if len(rows) > 1:
        last = rows[-1]
        before = (came - float(last["active"]), joined_in - float(last["size"]))
        judged = judge_rates(before, (float(last["active"]), float(last["size"])))
        text += phrase(
            "cohort.latest",
            language,
            month=_month(last["cohort"], desk),
            rate=write_value(float(last["active"]) / float(last["size"]), "percent", language),
        )
        verdict = {"signal_up": "better", "signal_down": "worse", "noise": "noise"}
        if judged.signal in verdict:
            text += phrase(f"cohort.{verdict[judged.signal]}", language)
    return _closed(text, desk)


# -- targets, advertising, traffic, returns, outlook ----------------------------------


def pace_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Say how many targets are on pace, which is furthest behind and what it still needs."""
    language = desk.language
    if frame.empty:
        return phrase("pace.none", language)
    rows = _records(frame)
    good = [row for row in rows if row["verdict"] in ("met", "ahead", "on_track")]
    unknown = [row for row in rows if row["verdict"] == "not_enough_data"]
    if len(rows) == 1:
        text = phrase(f"pace.{'single' if good else 'single_not'}", language)
    else:
        text = phrase(
            "pace.all", language, good=str(len(good)), count=str(len(rows)), plural=len(good) != 1
        )
    behind = [row for row in rows if row["verdict"] in ("behind", "at_risk", "missed")]
    if behind:
        worst = min(behind, key=lambda row: number(row["pace_index"]) or row["attainment"] or 0.0)
        name = within(worst["label"]) if language == "en" else str(worst["label"])
        if worst["dimension"]:
            name += f"（{worst['scope']}）" if language == "zh" else f" ({worst['scope']})"
        named: Row = {"name": name}
        index = number(worst["pace_index"])
        if index is None:
            text += phrase(
                "pace.level",
                language,
                actual=_write(worst, float(worst["actual"]), desk),
                target=_write(worst, float(worst["target"]), desk),
                **named,
            )
        else:
            text += phrase(
                "pace.worst", language, index=write_value(index, "percent", language), **named
            )
            required = number(worst["required_monthly"])
            if required is not None:
                text += phrase("pace.required", language, required=_write(worst, required, desk))
            chance = number(worst["chance"])
            if required is not None and chance is not None:
                # Whole points, and never certain: it rests on a dozen misses.
                points = min(max(round(chance * 100), 1), 99)
                text += phrase("pace.chance", language, chance=f"{points}%")
    if unknown:
        text += phrase("pace.unknown", language, count=str(len(unknown)))
    return _closed(text, desk)


def advertising_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Say what advertising returned, which campaign did best, and what was spent for nothing."""
    language = desk.language
    if frame.empty or frame["spend"].isna().all():
        return phrase("advertising.none", language)
    spend = float(frame["spend"].sum())
    sales = number(frame["sales"].sum(min_count=1))
    named: Row = {"spend": _money(spend, desk), "when": when_text(desk)}
    if sales is None or not spend:
        return _closed(starting(phrase("advertising.spend", language, **named)), desk)
    text = phrase(
        "advertising.total", language, roas=write_value(sales / spend, "times", language), **named
    )
    # A campaign is called the best only on enough orders and a share of the money that counts.
    fair = frame[(frame["orders"] >= MINIMUM_CASES) & (frame["spend"] >= 0.02 * spend)]
    if len(fair) > 1:
        best = fair.sort_values("roas", ascending=False).iloc[0]
        text += phrase(
            "advertising.best",
            language,
            label=str(best["label"]),
            roas=write_value(float(best["roas"]), "times", language),
        )
    waste = frame[(frame["orders"] == 0) & (frame["spend"] > 0)]
    if len(waste):
        text += phrase(
            "advertising.waste",
            language,
            spend=_money(float(waste["spend"].sum()), desk),
            count=str(len(waste)),
            plural=len(waste) != 1,
        )
    return _closed(starting(text), desk)


def funnel_takeaway(frame: pd.DataFrame, desk: Desk, against: Against = "previous") -> str:
    """Say what share of visits became orders, and which step changed most."""
    language = desk.language
    rows = [row for row in _records(frame) if number(row["value"]) is not None]
    if len(rows) < 2:
        return phrase("funnel.none", language)
    visits = next((row for row in rows if row["step"] in ("sessions", "visitors")), rows[0])
    last = rows[-1]
    lower = within if language == "en" else str
    base_value = float(visits["value"])
    if base_value <= 0:
        return phrase("funnel.none", language)
    text = phrase(
        "funnel.rate",
        language,
        rate=write_value(float(last["value"]) / base_value, "percent", language),
        first=lower(str(visits["label"])),
        last=lower(str(last["label"])),
    )
    before, was = number(visits["previous"]), number(last["previous"])
    if before and was is not None:
        change = float(last["value"]) / base_value - was / before
        text += phrase(
            "funnel.change",
            language,
            signed=_signed_change(change, Unit.PERCENT, desk),
            base=base_text(desk, against),
        )
    moved = [row for row in rows if row["signal"] in _MOVED and row["step"] != visits["step"]]
    if moved:
        most = max(moved, key=lambda row: abs(row["rate_change"] / row["rate"]))
        text += phrase(
            "funnel.weakest",
            language,
            label=lower(str(most["rate_label"])),
            signed=_signed_change(float(most["rate_change"]), Unit.PERCENT, desk),
        )
    return _closed(starting(text), desk)


def returns_takeaway(
    products: pd.DataFrame, desk: Desk, reasons: pd.DataFrame | None = None
) -> str:
    """Say which products come back more than chance allows, and why buyers say so."""
    language = desk.language
    told = []
    if not products.empty:
        worse = products[products["is_worse"]]
        average = write_value(number(products["average"].iloc[0]), "percent", language)
        if len(worse):
            told.append(
                phrase(
                    "returns.worse",
                    language,
                    count=str(len(worse)),
                    average=average,
                    label=str(worse["label"].iloc[0]),
                    rate=write_value(float(worse["value"].iloc[0]), "percent", language),
                    plural=len(worse) != 1,
                )
            )
        else:
            told.append(phrase("returns.fine", language, average=average))
    if reasons is not None and not reasons.empty:
        told.append(
            phrase(
                "returns.reason",
                language,
                label=str(reasons["label"].iloc[0]),
                share=write_value(float(reasons["share"].iloc[0]), "percent", language),
                count=f"{reasons['value'].sum():,.0f}",
            )
        )
    if not told:
        return phrase("returns.none", language)
    full_stop = "" if language == "zh" else " "
    return full_stop.join(_closed(one, desk) for one in told)


def outlook_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Say what the next month is expected to bring, its range, and how good such forecasts were."""
    language = desk.language
    made = frame[frame["kind"] == "forecast"] if len(frame) else frame
    if made.empty:
        return phrase("outlook.none", language, months=str(LEAST_MONTHS))
    row = _records(made)[0]
    text = phrase(
        "outlook.next",
        language,
        month=_month(row["month"], desk),
        value=_write(row, float(row["value"]), desk),
        low=_write(row, float(row["lower"]), desk),
        high=_write(row, float(row["upper"]), desk),
    )
    missed, naive = number(row["wape"]), number(row["naive_wape"])
    if missed is not None and naive is not None:
        text += phrase(
            "outlook.skill",
            language,
            count=str(int(row["scored_months"])),
            wape=write_value(missed, "percent", language),
            naive=write_value(naive, "percent", language),
        )
    if row["season"] == "once":
        text += phrase("outlook.once", language)
    return _closed(text, desk)


# -- parts of sentences ----------------------------------------------------------------------


def _primary(row: Row, desk: Desk) -> Against | None:
    """Choose the baseline a sentence leads with: the one that the verdict speaks of."""
    known = [one for one in ("previous", "year_ago") if number(row[f"{one}_change"]) is not None]
    if not known:
        return None
    prefers_year = row["signal_method"] == "seasonal" or desk.period.kind == "year"
    return "year_ago" if "year_ago" in known and prefers_year else known[0]  # type: ignore[return-value]


def _change(row: Row, desk: Desk, against: Against) -> str:
    """Say the change on the leading baseline, with what it is worth."""
    language, unit = desk.language, Unit(row["unit"])
    change = number(row[f"{against}_change"]) or 0.0
    base = base_text(desk, against)
    signal, method = row["signal"], row["signal_method"]
    text = _moved_by(row, change, base, desk)
    if signal == "noise":
        return text + phrase("verdict.noise", language)
    if signal not in _MOVED:
        # Nobody judges a level: to say that history is lacking would be untrue.
        return text if is_level(row["metric"]) else text + phrase("verdict.untested", language)
    upward = signal == "signal_up"
    if method == "interval":
        text += phrase("verdict.real", language)
    else:
        agrees = (change > 0) == upward and not is_flat(change, unit)
        season = "season_" if method == "seasonal" else ""
        still = "" if agrees else "still_"
        text += phrase(
            f"verdict.{season}{still}{'above' if upward else 'below'}",
            language,
            low=_write(row, float(row["normal_low"]), desk),
            high=_write(row, float(row["normal_high"]), desk),
        )
    return text + _favour(row, desk)


def _moved_by(row: Row, change: float, base: str, desk: Desk) -> str:
    """Say a change: up or down where it is a signal, else the signed number."""
    language, unit = desk.language, Unit(row["unit"])
    if is_flat(change, unit):
        return phrase("change.flat", language, base=base)
    if row["signal"] not in _MOVED:
        written = _signed_change(change, unit, desk)
        return phrase("change.signed", language, signed=written, base=base)
    rates = "rate_" if language == "zh" and _rises(row) else ""
    key = f"change.{rates}{'up' if change > 0 else 'down'}"
    return phrase(key, language, size=size_of(change, unit, language), base=base)


def _favour(row: Row, desk: Desk) -> str:
    """Say whether a signal is good news, where up is not."""
    direction = Direction(row["direction"])
    if direction is not Direction.LOWER_IS_BETTER or row["signal"] not in _MOVED:
        return ""
    comma = "，" if desk.language == "zh" else ": "
    good = direction.judge(1.0 if row["signal"] == "signal_up" else -1.0) > 0
    return comma + phrase(f"verdict.{'' if good else 'un'}favourable", desk.language)


def _is_level(row: Row) -> bool:
    """Tell a level (a rate, an average, a state) from an amount that adds up over days."""
    declared = catalogue()[row["metric"]]
    return (
        declared.formula.kind == "ratio"
        or declared.grain == "moment"
        or not Unit(row["unit"]).is_amount
    )


def _rises(row: Row) -> bool:
    """Chinese lets amounts grow (增长) and levels and costs rise (上升)."""
    return _is_level(row) or Direction(row["direction"]) is not Direction.HIGHER_IS_BETTER


def _because(desk: Desk, against: Against) -> str:
    """Name the largest driver of GMV, in the direction of the change."""
    ladder = explain_gmv(desk, against)
    if ladder.empty:
        return ""
    values = {row["kind"]: float(row["value"]) for row in _records(ladder)}
    change = values["end"] - values["start"]
    effects = ladder[ladder["kind"] == "effect"]
    with_it = effects[effects["value"].astype(float) * change > 0]
    if with_it.empty:
        return ""
    most = max(_records(with_it), key=lambda row: abs(row["value"]))
    language = desk.language
    driver = within(most["label"]) if language == "en" else str(most["label"])
    return phrase(
        f"driver.{'up' if change > 0 else 'down'}",
        language,
        driver=driver,
    )


def _known(rows: Sequence[Row], desk: Desk) -> str:
    """Say the figures themselves where no change of them can be judged."""
    language = desk.language
    told: list[str] = []
    is_compared = False
    for row in rows[:LISTED_WHOLE]:
        written = _write(row, row["value"], desk)
        against = _primary(row, desk)
        is_compared |= any(number(row[one]) is not None for one in ("previous", "year_ago"))
        if against is not None:
            is_compared = True
            change = _signed_change(number(row[f"{against}_change"]) or 0.0, row["unit"], desk)
            base = base_text(desk, against, short=True)
            change = phrase("change.signed", language, signed=change, base=base)
            written = phrase("card.one", language, name=written, change=change)
        name = _name_of(row, desk)
        if told and language == "en":
            name = within(name)
        key = "card.known_next" if told else "card.known_first"
        told.append(phrase(key, language, name=name, value=written))
    listed = phrase("card.known", language, list=joined(told, language), when=when_text(desk))
    reason = "" if is_compared else phrase("change.none", language)
    if is_compared and not all(is_level(row["metric"]) for row in rows):
        reason = phrase("card.untested", language)
    return _closed(starting(_joined_clauses([listed, reason], desk)), desk)


def _others_moved(rows: Sequence[Row], desk: Desk) -> str:
    judged = [row for row in rows if row["signal"] in (*_MOVED, "noise")]
    if not judged:
        return ""
    moved = [row for row in judged if row["signal"] in _MOVED]
    if not moved:
        return _closed(phrase("card.others_quiet", desk.language), desk)
    listed = joined([_moved_name(row, desk) for row in moved[:LISTED]], desk.language)
    return _closed(phrase("card.also", desk.language, list=listed), desk)


def _moved_name(row: Row, desk: Desk) -> str:
    language, unit = desk.language, Unit(row["unit"])
    name = str(row["label"]) if row["dimension"] else _spoken(row["metric"], desk)
    if language == "en" and not row["dimension"]:
        name = within(name)
    against = _primary(row, desk)
    if against is None:
        return name
    change = number(row[f"{against}_change"]) or 0.0
    upward = row["signal"] == "signal_up"
    written = _signed_change(change, unit, desk)
    if is_flat(change, unit) or (change > 0) is not upward:
        # High or low for what is usual, yet not moving that way: the change would belie it.
        if row["signal_method"] == "interval":
            return phrase("card.one", language, name=name, change=written)
        season = "season_" if row["signal_method"] == "seasonal" else ""
        side = phrase(f"card.{season}{'above' if upward else 'below'}", language)
        value = _write(row, float(row["value"]), desk)
        written = phrase("card.judged_value", language, value=value, judgement=side)
    elif against == "year_ago" and desk.period.kind != "year":
        written = phrase("change.signed", language, signed=written, base=base_text(desk, against))
    good = Direction(row["direction"]).judge(1.0 if upward else -1.0)
    if not good:
        return phrase("card.one", language, name=name, change=written)
    judgement = phrase(f"card.{'good' if good > 0 else 'bad'}", language)
    return phrase("card.judged", language, name=name, change=written, judgement=judgement)


def _subject(frame: pd.DataFrame, desk: Desk) -> str:
    metric = str(frame["metric"].iloc[0]) if "metric" in frame and len(frame) else "gmv"
    return _spoken(metric, desk)


def _spoken(metric: str, desk: Desk) -> str:
    """Name a metric as people say it: long names have a short one for sentences."""
    short = templates().get(f"name.{metric}")
    return phrase(f"name.{metric}", desk.language) if short else desk.metric_label(metric)


def _name_of(row: Row, desk: Desk) -> str:
    return _with_member(row, desk) if row["dimension"] else _spoken(row["metric"], desk)


def _target_clause(row: Row, desk: Desk) -> str:
    target, value = number(row["target"]), number(row["value"])
    if target is None or value is None:
        return ""
    language, unit = desk.language, Unit(row["unit"])
    written = _write(row, target, desk)
    share = number(row["attainment"])
    if unit.changes_in_points or share is None:
        gap = value - target
        if is_flat(gap, unit):
            return phrase("target.rate_met", language, target=written)
        size = size_of(gap, Unit.PERCENT, language) if unit.changes_in_points else None
        return phrase(
            f"target.rate_{'above' if gap > 0 else 'below'}",
            language,
            size=size or _write(row, abs(gap), desk),
            target=written,
        )
    return phrase(
        "target.reached", language, share=write_value(share, "percent", language), target=written
    )


def _preliminary(desk: Desk) -> str:
    if desk.is_complete:
        return ""
    space = "" if desk.language == "zh" else " "
    day = write_date(desk.elapsed.end, desk.language)
    return space + phrase("preliminary.note", desk.language, day=day)


def _with_member(row: Row, desk: Desk) -> str:
    if desk.language == "zh":
        return f"{row['label']}{_spoken(row['metric'], desk)}"
    return f"{_spoken(row['metric'], desk)} ({row['label']})"


def _row_of(card: pd.DataFrame | Row, metric: str | None) -> Row | None:
    if isinstance(card, dict):
        return card
    chosen = [row for row in _rows(card) if metric is None or row["metric"] == metric]
    return chosen[0] if chosen else None


def _records(frame: pd.DataFrame) -> list[Row]:
    return [{str(key): value for key, value in one.items()} for one in frame.to_dict("records")]


def _rows(card: pd.DataFrame) -> list[Row]:
    """Read rows with every missing number as None."""
    return [row | {"value": number(row["value"])} for row in _records(card)]


def _write(row: Row, value: float, desk: Desk) -> str:
    return write_value(
        value, Unit(row["unit"]), desk.language, row.get("currency") or desk.currency
    )


def _money(value: float, desk: Desk) -> str:
    return write_value(value, Unit.MONEY, desk.language, desk.currency)


def _signed_money(value: float, desk: Desk) -> str:
    return signed(value, Unit.MONEY, desk.language, desk.currency)


def _signed_change(change: float, unit: Unit, desk: Desk) -> str:
    return write_change(change, unit, desk.language)


def _month(text: str, desk: Desk) -> str:
    return parse_period(str(text)).label(desk.language)


def _has_season(desk: Desk) -> bool:
    return desk.period.kind in ("month", "quarter", "week")


def _joined_clauses(parts: Sequence[str], desk: Desk) -> str:
    return ("；" if desk.language == "zh" else "; ").join(part for part in parts if part)


def _closed(text: str, desk: Desk) -> str:
    return text + ("。" if desk.language == "zh" else ".")
