"""Months in words: a course, cohorts, the pace towards a target, what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.analysis.comparison import is_level, judge_last
from helpers.analysis.desk import Desk, number
from helpers.analysis.forecast.choice import LEAST_MONTHS
from helpers.analysis.headlines.phrases import (
    Row,
    closed,
    joined_clauses,
    month_name,
    records,
    spoken,
    with_member,
    write,
)
from helpers.analysis.rates import judge_rates
from helpers.analysis.signal import MINIMUM_CASES
from helpers.analysis.wordings import phrase, within
from helpers.vocabulary.units import Status
from helpers.vocabulary.wording import write_date, write_value

if TYPE_CHECKING:
    import pandas as pd


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
                month=month_name(running["month"].iloc[-1], desk),
                day=write_date(desk.elapsed.end, language),
            )
        )
    return closed(joined_clauses(told, desk), desk)


def _finished_trend(
    finished: pd.DataFrame, history: pd.DataFrame, desk: Desk, metric: str, member: str
) -> str:
    language = desk.language
    row = records(finished)[-1]
    values = [float(value) for value in finished["value"]]
    named: Row = {
        "name": with_member(row, desk) if member else spoken(metric, desk),
        "month": month_name(row["month"], desk),
        "value": write(row, values[-1], desk),
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
            mean=write(row, sum(past) / len(past), desk),
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
            month=month_name(last["cohort"], desk),
            rate=write_value(float(last["active"]) / float(last["size"]), "percent", language),
        )
        verdict = {"signal_up": "better", "signal_down": "worse", "noise": "noise"}
        if judged.signal in verdict:
            text += phrase(f"cohort.{verdict[judged.signal]}", language)
    return closed(text, desk)


def pace_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Say how many targets are on pace, which is furthest behind and what it still needs."""
    language = desk.language
    if frame.empty:
        return phrase("pace.none", language)
    rows = records(frame)
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
                actual=write(worst, float(worst["actual"]), desk),
                target=write(worst, float(worst["target"]), desk),
                **named,
            )
        else:
            text += phrase(
                "pace.worst", language, index=write_value(index, "percent", language), **named
            )
            required = number(worst["required_monthly"])
            if required is not None:
                text += phrase("pace.required", language, required=write(worst, required, desk))
            chance = number(worst["chance"])
            if required is not None and chance is not None:
                # Whole points, and never certain: it rests on a dozen misses.
                points = min(max(round(chance * 100), 1), 99)
                text += phrase("pace.chance", language, chance=f"{points}%")
    if unknown:
        text += phrase("pace.unknown", language, count=str(len(unknown)))
    return closed(text, desk)


def outlook_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Say what the next month is expected to bring, its range, and how good such forecasts were."""
    language = desk.language
    made = frame[frame["kind"] == "forecast"] if len(frame) else frame
    if made.empty:
        return phrase("outlook.none", language, months=str(LEAST_MONTHS))
    row = records(made)[0]
    text = phrase(
        "outlook.next",
        language,
        month=month_name(row["month"], desk),
        value=write(row, float(row["value"]), desk),
        low=write(row, float(row["lower"]), desk),
        high=write(row, float(row["upper"]), desk),
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
    return closed(text, desk)
