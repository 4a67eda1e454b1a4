"""Sentences over tables of the plan; the analysis room words those over figures.

The plan's tables arrive as words in the desk's language, so what is counted here is compared
with the plan's own words.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import RootModel

from helpers.analysis.wordings import joined
from helpers.config.declarations import read_declaration
from helpers.plan.words import word
from helpers.vocabulary.labels import Label, Language
from helpers.vocabulary.wording import write_change

if TYPE_CHECKING:
    import pandas as pd

    from helpers.analysis.desk import Desk


class _Sentences(RootModel[dict[str, dict[str, Label]]]):
    """``takeaways.yml``."""


#: In the order in which they are told.
_STATES = ("done", "overdue", "running", "planned", "dropped")


def actions_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Count the actions by status, and say what they did to their metrics."""
    language = desk.language
    status = frame["status"].value_counts().to_dict()
    named = [word(key, language) for key in _STATES]
    told = [
        _say("actions.one", language, number=int(status[name]), status=name)
        for name in named
        if status.get(name)
    ]
    key = "actions.single" if len(frame) == 1 else "actions.all"
    text = _say(key, language, count=len(frame), told=joined(told, language))
    verdicts = frame["verdict"].value_counts().to_dict()
    good, bad = (int(verdicts.get(word(key, language), 0)) for key in ("as_intended", "against"))
    if good or bad:
        text += _say("actions.worked", language, good=good, bad=bad)
    return _closed(text, language)


def planned_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Say how many actions are planned, who owns them and when the first is due."""
    language = desk.language
    owners = dict.fromkeys(frame["owner"])
    key = "planned.one" if len(frame) == 1 else "planned.all"
    named = joined(list(owners), language)
    text = _say(key, language, count=len(frame), owners=named, due=frame.iloc[0]["due"])
    return _closed(text, language)


def smart_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Count the targets that pass, and name the first that does not."""
    language = desk.language
    good = int(frame["is_smart"].sum())
    text = _say("smart.all", language, good=good, count=len(frame))
    failing = frame[~frame["is_smart"].astype(bool)]
    if len(failing):
        first = failing.iloc[0]
        scope = str(first["scope"] or "")
        key = "smart.first_of" if scope else "smart.first"
        text += _say(key, language, label=first["label"], scope=scope)
    return _closed(text, language)


def loop_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Count the problems that lead to actions."""
    language = desk.language
    gaps = [word(key, language) for key in ("orphan_problem", "orphan_strategy")]
    is_open = frame["strategy"].isin(gaps) | frame["actions"].isin([*gaps, ""])
    answered = frame.loc[~is_open, "problem"].nunique()
    count = frame["problem"].nunique()
    return _closed(_say("loop.all", language, answered=answered, count=count), language)


def risks_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Count the risks that have come true, and name the gravest."""
    language = desk.language
    triggered = frame[frame["is_triggered"].astype(bool)]
    if triggered.empty:
        return _closed(_say("risks.none", language, all=len(frame)), language)
    text = _say("risks.all", language, count=len(triggered), all=len(frame))
    text += _say("risks.first", language, label=triggered.iloc[0]["label"])
    return _closed(text, language)


def rivals_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Say against how many rivals we are dearer, and by how much at most."""
    language = desk.language
    known = frame[frame["price_index"].notna()]
    if known.empty:
        return _closed(_say("rivals.none", language), language)
    index = known["price_index"].astype(float)
    dearer = int((index > 1).sum())
    text = _say("rivals.dearer", language, dearer=dearer, count=len(known))
    if dearer:
        most = known.sort_values("price_index").iloc[-1]
        gap = write_change(float(most["price_index"]) - 1, "count", language).lstrip("+")
        text += _say("rivals.most", language, rival=most["rival"], gap=gap)
    if apart := len(frame) - len(known):
        text += _say("rivals.apart", language, count=apart)
    return _closed(text, language)


def captures_takeaway(frame: pd.DataFrame, desk: Desk) -> str:
    """Count the rivals that changed something, and the captures that are missing."""
    language = desk.language
    new = word("changed", language)
    changed = (frame["main_image"] == new) | (frame["detail_page"] == new)
    missing = int((frame["state"] == word("missing_capture", language)).sum())
    text = _say("captures.changed", language, changed=int(changed.sum()), count=len(frame))
    if missing:
        text += _say("captures.missing", language, missing=missing)
    return _closed(text, language)


@cache
def _sentences() -> dict[str, dict[str, Label]]:
    return read_declaration(Path(__file__).with_name("takeaways.yml"), _Sentences).root


def _say(key: str, language: Language, **values: object) -> str:
    group, name = key.split(".")
    return _sentences()[group][name].text(language).format(**values)


def _closed(text: str, language: Language) -> str:
    return text + ("。" if language == "zh" else ".")
