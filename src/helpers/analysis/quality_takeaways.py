"""What to conclude about the data behind a review, in one sentence for each exhibit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.analysis.desk import Desk
from helpers.analysis.quality import (
    fact_states,
    files_behind,
    missing_rates,
    quarantined,
    state_row,
    states_so_far,
    totals,
)
from helpers.analysis.reconciliation import reconcile
from helpers.analysis.wordings import joined, phrase, starting, within
from helpers.vocabulary.wording import write_value

if TYPE_CHECKING:
    import pandas as pd

_LISTED = 3


def overview(desk: Desk) -> list[str]:
    """Say in a few sentences whether one may rely on the figures of this period."""
    told = [status_sentence(desk), files_takeaway(files_behind(desk), desk)]
    views = reconcile(desk)
    if len(views):
        told.append(reconciled_takeaway(views, desk))
    for frame, says in (
        (quarantined(desk), quarantined_takeaway),
        (missing_rates(desk), rates_takeaway),
    ):
        if len(frame):
            told.append(says(frame, desk))
    ready = desk.readiness
    told += [
        _closed(starting(one.text(desk.language)), desk)
        for one in (*ready.admitted, *ready.unneeded)
    ]
    return told


def status_sentence(desk: Desk) -> str:
    """Say whether the period is complete, and what is open."""
    ready, period = desk.readiness, desk.period.label(desk.language)
    if not ready.complete:
        what = ready.lacks(desk.language)
        return _closed(phrase("quality.awaiting", desk.language, period=period, what=what), desk)
    if ready.missing:
        what = ready.awaiting(desk.language)
        return _closed(phrase("quality.settling", desk.language, period=period, what=what), desk)
    return _closed(phrase("quality.complete", desk.language, period=period), desk)


def days_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Say which stores and kinds of data lack days of the period."""
    period = desk.period.label(desk.language)
    lacking = frame[frame["state"] == "missing"][["group", "label"]].drop_duplicates()
    if lacking.empty:
        return _closed(phrase("quality.days_whole", desk.language, period=period), desk)
    named = [_pair(desk, group, label) for group, label in lacking.itertuples(index=False)]
    listed = _some(named, desk)
    text = phrase("quality.days_missing", desk.language, period=period, list=listed)
    return _closed(text, desk)


def months_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Say what lacks days in the months so far."""
    months = str(int(frame.groupby(["group", "label"])["length"].sum().max()))
    lacking = frame[frame["state"] == "missing"]
    if lacking.empty:
        return _closed(phrase("quality.months_whole", desk.language, count=months), desk)
    days: dict[tuple[str, str], int] = {}
    for one in _long_states(desk):
        days[one[0], one[1]] = one[2]
    (group, label), most = max(days.items(), key=lambda pair: pair[1])
    count = len(lacking[["group", "label"]].drop_duplicates())
    text = phrase(
        "quality.months_missing", desk.language, plural=count != 1, count=str(count),
        months=months, label=_pair(desk, group, label), days=str(most),
    )  # fmt: skip
    return _closed(text, desk)


def _long_states(desk: Desk) -> list[tuple[str, str, int]]:
    rows = [state_row(desk, one) for one in states_so_far(desk)]
    return [(r["store_label"], r["fact_label"], r["days_missing"] or 0) for r in rows]


def states_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Count what is final, what may change and what lacks days; name what looks odd.

    Args:
        frame: A frame of ``states_by_fact``; what is counted is each store's.
        desk: The desk.
    """
    each = fact_states(desk)
    counts = each["status"].value_counts().to_dict()
    absent = counts.pop("not_supplied", 0)
    text = phrase(
        "quality.states",
        desk.language,
        count=str(sum(counts.values())),
        final=str(counts.get("final", 0)),
        settling=str(counts.get("settling", 0)),
        missing=str(counts.get("partial", 0) + counts.get("missing", 0)),
    )
    if absent:
        text += phrase("quality.not_supplied", desk.language, count=str(absent))
    odd = each[each["remark"] != ""][["store_label", "fact_label"]]
    if len(odd):
        named = [_pair(desk, store, fact) for store, fact in odd.itertuples(index=False)]
        text += phrase("quality.flagged", desk.language, list=_some(named, desk))
    return _closed(text, desk)


def files_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Account for every row that was read."""
    sums = totals(frame)
    text = phrase(
        "quality.rows",
        desk.language,
        plural=sums.files != 1,
        files=f"{sums.files:,}",
        read=f"{sums.read:,}",
        kept=f"{sums.kept:,}",
        quarantined=f"{sums.quarantined:,}",
        duplicate=f"{sums.duplicate:,}",
        overruled=f"{sums.overruled:,}",
    )
    return _closed(text, desk)


def lineage_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Count the files and kinds of files behind the tables."""
    text = phrase(
        "quality.lineage",
        desk.language,
        files=f"{len(files_behind(desk)):,}",
        sources=str(frame["source_label"].nunique()),
        tables=str(frame["table"].nunique()),
    )
    return _closed(text, desk)


def quarantined_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Count what was set aside, and say most often why."""
    if frame.empty:
        return _closed(phrase("quality.none_quarantined", desk.language), desk)
    rows = int(frame["rows"].sum())
    reasons = frame.groupby("reason")["rows"].sum().sort_values(ascending=False)
    text = phrase(
        "quality.quarantined", desk.language, plural=rows != 1, rows=f"{rows:,}",
        files=str(frame["file"].nunique()), reason=str(reasons.index[0]),
    )  # fmt: skip
    return _closed(text, desk)


def warnings_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Count files with new columns, and other remarks."""
    if frame.empty:
        return _closed(phrase("quality.none_warned", desk.language), desk)
    drift = int(frame["is_drift"].sum())
    other = len(frame) - drift
    told = [
        phrase(f"quality.{key}", desk.language, plural=count != 1, count=str(count))
        for key, count in (("drifted", drift), ("warned", other))
        if count
    ]
    return " ".join(_closed(one, desk) for one in told).replace("。 ", "。")


def rates_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Name the currencies that lack a rate."""
    if frame.empty:
        return _closed(phrase("quality.none_rates", desk.language), desk)
    text = phrase(
        "quality.rates", desk.language, rows=f"{int(frame['rows'].sum()):,}",
        list=joined(sorted(set(frame["currency"])), desk.language),
    )  # fmt: skip
    return _closed(text, desk)


def unmapped_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Say how much was sold that no article is known for."""
    if frame.empty:
        return _closed(phrase("quality.none_unmapped", desk.language), desk)
    gmv = write_value(float(frame["gmv"].sum()), "money", desk.language, desk.currency)
    text = phrase(
        "quality.unmapped", desk.language, plural=len(frame) != 1, count=f"{len(frame):,}", gmv=gmv
    )
    return _closed(text, desk)


def restated_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Say how many past figures have changed since they were first there."""
    if frame.empty:
        return _closed(phrase("quality.none_restated", desk.language), desk)
    text = phrase(
        "quality.restated", desk.language, plural=len(frame) != 1, count=f"{len(frame):,}",
        months=str(frame["month"].nunique()),
    )  # fmt: skip
    return _closed(text, desk)


def reconciled_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Say how many pairs of views agree, and which differs most."""
    if frame.empty:
        return _closed(phrase("reconciled.nothing", desk.language), desk)
    counts = frame["verdict"].value_counts().to_dict()
    ties, explained = (str(counts.get(name, 0)) for name in ("ties", "explained"))
    count, differ = len(frame), counts.get("differs", 0)
    if differ:
        worst = frame.to_dict("records")[0]
        text = phrase(
            "reconciled.differ", desk.language, count=str(count), differ=str(differ),
            label=worst["label"], store=worst["store_label"], difference=worst["difference_text"],
            share=write_value(worst["share"], "percent", desk.language), ties=ties,
            explained=explained,
        )  # fmt: skip
    elif counts.get("explained"):
        text = phrase(
            "reconciled.explained", desk.language, count=str(count), ties=ties, explained=explained
        )
    else:
        text = phrase("reconciled.all_tie", desk.language, plural=count != 1, count=str(count))
    return _closed(text, desk)


def differences_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Name the row behind the differences that is furthest off for its size.

    Currencies differ from row to row, so that amounts themselves cannot be compared.
    """
    if frame.empty:
        return _closed(phrase("reconciled.none_behind", desk.language), desk)
    size = frame[["one", "two"]].abs().max(axis=1)
    furthest = (frame["difference"].abs() / size).idxmax()
    worst = frame.loc[[furthest]].iloc[0].to_dict()
    text = phrase(
        "reconciled.behind", desk.language, plural=len(frame) != 1, count=str(len(frame)),
        item=worst["item"], difference=worst["difference_text"],
    )  # fmt: skip
    return _closed(text, desk)


def _pair(desk: Desk, store: str, label: str) -> str:
    return f"{store}{label}" if desk.language == "zh" else f"{store} {within(label)}"


def _some(named: list[str], desk: Desk) -> str:
    more = len(named) - _LISTED
    if more <= 0:
        return joined(named, desk.language)
    rest = f"另外{more}项" if desk.language == "zh" else f"{more} more"
    return joined([*named[:_LISTED], rest], desk.language)


def _closed(text: str, desk: Desk) -> str:
    return text + ("。" if desk.language == "zh" else ".")
