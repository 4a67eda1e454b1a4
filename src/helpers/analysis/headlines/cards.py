"""One figure in words: its value, whether it moved, against what, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.analysis.comparison import is_level
from helpers.analysis.desk import Against, Desk, number
from helpers.analysis.drivers import explain_gmv, movers
from helpers.analysis.headlines.phrases import (
    Row,
    base_text,
    closed,
    joined_clauses,
    name_of,
    preliminary,
    records,
    row_of,
    rows_of,
    signed_change,
    spoken,
    when_text,
    with_member,
    write,
)
from helpers.analysis.headlines.reasons import drivers_takeaway, movers_takeaway
from helpers.analysis.wordings import is_flat, joined, phrase, size_of, starting, within
from helpers.metrics.catalogue import catalogue
from helpers.vocabulary.units import Direction, Unit
from helpers.vocabulary.wording import write_date, write_missing, write_value

if TYPE_CHECKING:
    import pandas as pd

#: A sentence names no more than so many figures; with their values, fewer.
LISTED, LISTED_WHOLE = 5, 3
_MOVED = ("signal_up", "signal_down")


def headline(card: pd.DataFrame | Row, desk: Desk, metric: str | None = None) -> str:
    """Say what became of a figure, short enough to be grasped at a glance.

    One figure, its change, against what and, for GMV, the main driver; :func:`standing` says
    the rest.

    Args:
        card: A ``comparison.compare`` frame, or one of its rows.
        desk: The desk it was made at.
        metric: Which of the frame's metrics; the first one where not named.
    """
    row = row_of(card, metric)
    if row is None:
        return phrase("ranking.none", desk.language)
    return closed(starting(_in_short(row, desk)), desk)


def standing(card: pd.DataFrame | Row, desk: Desk, metric: str | None = None) -> str:
    """Say what the headline left out: normal range, other baseline, season, target.

    Returns:
        One sentence, and one more where the data stop before the period does; empty where there
        is nothing to add.
    """
    row = row_of(card, metric)
    if row is None or number(row["value"]) is None:
        return ""
    against = _primary(row, desk)
    clauses = [_target_clause(row, desk)]
    if against is not None:
        clauses = [_worth(row, desk), *_asides(row, desk, against)]
    text = joined_clauses(clauses, desk)
    if text:
        text = closed(starting(text), desk)
    return (text + preliminary(desk)).strip()


def in_full(card: pd.DataFrame | Row, desk: Desk, metric: str | None = None) -> str:
    """Say all there is about a figure in one sentence, as headline and standing say it in two."""
    row = row_of(card, metric)
    if row is None:
        return phrase("ranking.none", desk.language)
    sentence = closed(starting(fact(row, desk)), desk)
    return sentence if number(row["value"]) is None else sentence + preliminary(desk)


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
    rows = rows_of(card)
    if not rows:
        return [phrase("ranking.none", desk.language)]
    told = [headline(card, desk), standing(card, desk)]
    profit = next((row for row in rows[1:] if row["metric"] == "contribution"), None)
    if profit and profit["value"] is not None:
        told.append(closed(starting(fact(profit, desk)), desk))
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
    rows = [row for row in rows_of(card) if row["value"] is not None]
    if not rows:
        return phrase("ranking.none", desk.language)
    judged = [row for row in rows if row["signal"] != "not_enough_data"]
    if not judged:
        return _known(rows, desk)
    moved = [row for row in judged if row["signal"] in _MOVED]
    if len({row["metric"] for row in rows}) > 1 and rows[0]["dimension"]:
        lower = within if desk.language == "en" else str
        moved = [row | {"label": lower(with_member(row, desk))} for row in moved]
    if rows[0]["dimension"]:
        moved.sort(key=lambda row: (row["metric"] != rows[0]["metric"], -abs(row["value"])))
    counts: Row = {"count": str(len(moved)), "all": str(len(judged))}
    one = "_one" if len(judged) == 1 else ""
    if not moved:
        return closed(phrase(f"card.quiet{one}", desk.language, **counts), desk)
    listed = joined([_moved_name(row, desk) for row in moved[:LISTED]], desk.language)
    key = f"card.signals{one}" if len(moved) <= LISTED else "card.signals_among"
    return closed(phrase(key, desk.language, list=listed, **counts), desk)


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
        return joined_clauses([sentence, _before(row, desk)], desk)
    comma = "，" if language == "zh" else ", "
    sentence += comma + _change(row, desk, against)
    return joined_clauses([sentence, *_asides(row, desk, against)], desk)


def _value_clause(row: Row, desk: Desk) -> str:
    """Say the figure itself, or why there is none."""
    language = desk.language
    name, when = name_of(row, desk), when_text(desk)
    value = number(row["value"])
    if value is None:
        reason = write_missing(row["status"], language)
        if row["note"]:
            reason += f"，{row['note']}" if language == "zh" else f": {row['note']}"
        return phrase("fact.missing", language, name=name, when=when, reason=reason)
    kind = "fact.rate" if _is_level(row) else "fact.amount"
    return phrase(kind, language, name=name, value=write(row, value, desk), when=when)


def _in_short(row: Row, desk: Desk) -> str:
    """Say the figure, its change and what drove it."""
    language, unit = desk.language, Unit(row["unit"])
    sentence = _value_clause(row, desk)
    if number(row["value"]) is None:
        return sentence
    against = _primary(row, desk)
    if against is None:
        return joined_clauses([sentence, _before(row, desk)], desk)
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
            written = write(row, before, desk)
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
        ends: Row = {"low": write(row, low, desk), "high": write(row, high, desk)}
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
                signed=signed_change(change, unit, desk),
                base=base_text(desk, other),
            )
        )
    if row["signal"] in _MOVED and row["signal_method"] == "plain" and _has_season(desk):
        tails.append(phrase("verdict.season_inside", language))
    if target := _target_clause(row, desk):
        tails.append(target)
    return tails


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
            low=write(row, float(row["normal_low"]), desk),
            high=write(row, float(row["normal_high"]), desk),
        )
    return text + _favour(row, desk)


def _moved_by(row: Row, change: float, base: str, desk: Desk) -> str:
    """Say a change: up or down where it is a signal, else the signed number."""
    language, unit = desk.language, Unit(row["unit"])
    if is_flat(change, unit):
        return phrase("change.flat", language, base=base)
    if row["signal"] not in _MOVED:
        written = signed_change(change, unit, desk)
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
    values = {row["kind"]: float(row["value"]) for row in records(ladder)}
    change = values["end"] - values["start"]
    effects = ladder[ladder["kind"] == "effect"]
    with_it = effects[effects["value"].astype(float) * change > 0]
    if with_it.empty:
        return ""
    most = max(records(with_it), key=lambda row: abs(row["value"]))
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
        written = write(row, row["value"], desk)
        against = _primary(row, desk)
        is_compared |= any(number(row[one]) is not None for one in ("previous", "year_ago"))
        if against is not None:
            is_compared = True
            change = signed_change(number(row[f"{against}_change"]) or 0.0, row["unit"], desk)
            base = base_text(desk, against, short=True)
            change = phrase("change.signed", language, signed=change, base=base)
            written = phrase("card.one", language, name=written, change=change)
        name = name_of(row, desk)
        if told and language == "en":
            name = within(name)
        key = "card.known_next" if told else "card.known_first"
        told.append(phrase(key, language, name=name, value=written))
    listed = phrase("card.known", language, list=joined(told, language), when=when_text(desk))
    reason = "" if is_compared else phrase("change.none", language)
    if is_compared and not all(is_level(row["metric"]) for row in rows):
        reason = phrase("card.untested", language)
    return closed(starting(joined_clauses([listed, reason], desk)), desk)


def _others_moved(rows: Sequence[Row], desk: Desk) -> str:
    judged = [row for row in rows if row["signal"] in (*_MOVED, "noise")]
    if not judged:
        return ""
    moved = [row for row in judged if row["signal"] in _MOVED]
    if not moved:
        return closed(phrase("card.others_quiet", desk.language), desk)
    listed = joined([_moved_name(row, desk) for row in moved[:LISTED]], desk.language)
    return closed(phrase("card.also", desk.language, list=listed), desk)


def _moved_name(row: Row, desk: Desk) -> str:
    language, unit = desk.language, Unit(row["unit"])
    name = str(row["label"]) if row["dimension"] else spoken(row["metric"], desk)
    if language == "en" and not row["dimension"]:
        name = within(name)
    against = _primary(row, desk)
    if against is None:
        return name
    change = number(row[f"{against}_change"]) or 0.0
    upward = row["signal"] == "signal_up"
    written = signed_change(change, unit, desk)
    if is_flat(change, unit) or (change > 0) is not upward:
        # High or low for what is usual, yet not moving that way: the change would belie it.
        if row["signal_method"] == "interval":
            return phrase("card.one", language, name=name, change=written)
        season = "season_" if row["signal_method"] == "seasonal" else ""
        side = phrase(f"card.{season}{'above' if upward else 'below'}", language)
        value = write(row, float(row["value"]), desk)
        written = phrase("card.judged_value", language, value=value, judgement=side)
    elif against == "year_ago" and desk.period.kind != "year":
        written = phrase("change.signed", language, signed=written, base=base_text(desk, against))
    good = Direction(row["direction"]).judge(1.0 if upward else -1.0)
    if not good:
        return phrase("card.one", language, name=name, change=written)
    judgement = phrase(f"card.{'good' if good > 0 else 'bad'}", language)
    return phrase("card.judged", language, name=name, change=written, judgement=judgement)


def _target_clause(row: Row, desk: Desk) -> str:
    target, value = number(row["target"]), number(row["value"])
    if target is None or value is None:
        return ""
    language, unit = desk.language, Unit(row["unit"])
    written = write(row, target, desk)
    share = number(row["attainment"])
    if unit.changes_in_points or share is None:
        gap = value - target
        if is_flat(gap, unit):
            return phrase("target.rate_met", language, target=written)
        size = size_of(gap, Unit.PERCENT, language) if unit.changes_in_points else None
        return phrase(
            f"target.rate_{'above' if gap > 0 else 'below'}",
            language,
            size=size or write(row, abs(gap), desk),
            target=written,
        )
    return phrase(
        "target.reached", language, share=write_value(share, "percent", language), target=written
    )


def _has_season(desk: Desk) -> bool:
    return desk.period.kind in ("month", "quarter", "week")
