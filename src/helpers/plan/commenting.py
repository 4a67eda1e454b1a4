"""A commentary beside the figures: its live numbers written out, its claims judged.

A claim is judged by what a reader would see: a change that is written ±0.0% is neither a rise
nor a fall. Whether it is more than chance, the page's own sentences say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.analysis.comparison import compare
from helpers.analysis.desk import Desk, number
from helpers.analysis.wordings import within
from helpers.plan.claims_made import Claim, Live, lives_in, read_live, recognise, vocabulary
from helpers.plan.comments import Comment
from helpers.vocabulary.labels import Language
from helpers.vocabulary.units import Direction, Status
from helpers.vocabulary.wording import MINUS, write_change, write_missing, write_value

if TYPE_CHECKING:
    import pandas as pd

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Judged:
    """A commentary in one language.

    Attributes:
        paragraphs: The text with its numbers; shown only where nothing refutes it.
        refuted: What is not true (any more), a sentence each.
        frames: The figures behind it, as ``comparison.compare`` gives them.
    """

    paragraphs: tuple[str, ...]
    refuted: tuple[str, ...]
    frames: tuple[pd.DataFrame, ...]


def judge(comment: Comment, desk: Desk, targets: pd.DataFrame | None) -> Judged:
    """Write a commentary out and hold its claims against the figures.

    Args:
        comment: As it was read, sound.
        desk: The period, and the language.
        targets: What the plan asks of the period (``plan.promises.targets_frame``); needed only
            where the comment speaks of targets.

    Raises:
        AskedWrongly: A metric cannot be cut as asked.
    """
    lives = comment.lives
    frames = _measured(lives, desk, targets)
    rows: dict[Key, dict[Any, Any]] = {
        (row["metric"], row["dimension"] or "", row["member"] or ""): row
        for frame in frames
        for row in frame.to_dict("records")
    }
    refuted = [
        _now("unknown", desk.language, what=_what(live, desk))
        for live in dict.fromkeys(Live(one.metric, one.dimension, one.member) for one in lives)
        if _key(live) not in rows
    ]
    if not refuted:
        refuted = [said for one in comment.claims if (said := _refuted(one, desk, rows))]
    return Judged(_written(comment, desk, rows), tuple(refuted), frames)


def _measured(
    lives: Iterable[Live], desk: Desk, targets: pd.DataFrame | None
) -> tuple[pd.DataFrame, ...]:
    """Measure what is spoken of, and nothing beside it."""
    wanted: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one in lives:
        wanted[one.dimension][one.metric].add(one.member)
    found = []
    for dimension, metrics in sorted(wanted.items()):
        by = (dimension,) if dimension else ()
        frame = compare(desk, sorted(metrics), by, targets, signals=False)
        asked = [
            member in metrics[metric]
            for metric, member in zip(frame["metric"], frame["member"].fillna(""), strict=True)
        ]
        found.append(frame[asked].reset_index(drop=True))
    return tuple(found)


def _refuted(claim: Claim, desk: Desk, rows: Mapping[Key, dict[Any, Any]]) -> str:
    """Say what the claim says and what is; empty where it is true."""
    row = rows[_key(claim.live)]
    if _holds(claim, row, desk.language):
        return ""
    baseline = desk.previous if claim.live.basis == "previous" else desk.year_ago
    told = {"what": _what(claim.live, desk), "baseline": "", "bound": ""}
    now = "value"
    if claim.verb in ("rose", "fell"):
        told["baseline"] = baseline.label(desk.language) if baseline else _none(desk.language)
        now = "change"
    elif claim.verb in ("met", "missed"):
        now = "target"
    else:
        told["bound"] = write_value(
            claim.bound, row["unit"], desk.language, row["currency"], short=False
        )
    word = f"{'not_' if claim.negated else ''}{claim.verb}"
    return _now(
        "told",
        desk.language,
        says=vocabulary().says[word].text(desk.language).format(**told),
        now=_now(
            now,
            desk.language,
            value=_value(row, desk.language),
            change=_change(claim.live, row, desk.language),
            target=_target(row, desk.language),
        ),
    )


def _holds(claim: Claim, row: Mapping[Any, Any], language: Language) -> bool:
    """Tell whether a claim is true; one that no figure can tell is not."""
    value, target = number(row["value"]), number(row["target"])
    match claim.verb:
        case "rose" | "fell":
            written = _change(claim.live, row, language)
            if _changed(claim.live, row) is None:
                return False
            is_so = written.startswith("+" if claim.verb == "rose" else MINUS)
        case "met" | "missed":
            if value is None or target is None:
                return False
            lower = Direction(row["direction"]) is Direction.LOWER_IS_BETTER
            is_so = (value <= target if lower else value >= target) is (claim.verb == "met")
        case _:
            if value is None or claim.bound is None:
                return False
            is_so = value > claim.bound if claim.verb == "above" else value < claim.bound
    return is_so is not claim.negated


def _written(comment: Comment, desk: Desk, rows: Mapping[Key, dict[Any, Any]]) -> tuple[str, ...]:
    language = desk.language
    text = comment.texts[language]
    unsigned = recognise(text, language, comment.declared).unsigned
    parts: list[str] = []
    end = 0
    for one in lives_in(text):
        live = read_live(one[1])
        row = rows.get(_key(live))
        number_text = _none(language) if row is None else _number_text(live, row, language)
        if one.start() in unsigned:
            number_text = number_text.lstrip(f"+{MINUS}")
        parts += [text[end : one.start()], number_text]
        end = one.end()
    written = "".join([*parts, text[end:]])
    joint = "" if language == "zh" else " "
    paragraphs: list[list[str]] = [[]]
    for line in written.splitlines():
        if line.strip():
            paragraphs[-1].append(line.strip())
        else:
            paragraphs.append([])
    return tuple(joint.join(lines) for lines in paragraphs if lines)


def _number_text(live: Live, row: Mapping[Any, Any], language: Language) -> str:
    if live.basis == "target":
        return _target(row, language)
    return _change(live, row, language) if live.basis else _value(row, language)


def _value(row: Mapping[Any, Any], language: Language) -> str:
    value = number(row["value"])
    if value is None:
        known = row["status"] in {str(Status.NO_SOURCE), str(Status.NOT_ENOUGH_DATA)}
        return write_missing(row["status"] if known else Status.NO_SOURCE, language)
    return write_value(value, row["unit"], language, row["currency"])


def _target(row: Mapping[Any, Any], language: Language) -> str:
    target = number(row["target"])
    if target is None:
        return _now("no_target", language)
    return write_value(target, row["unit"], language, row["currency"])


def _changed(live: Live, row: Mapping[Any, Any]) -> float | None:
    return number(row["year_ago_change" if live.basis == "year_ago" else "previous_change"])


def _change(live: Live, row: Mapping[Any, Any], language: Language) -> str:
    return write_change(_changed(live, row), row["unit"], language)


def _none(language: Language) -> str:
    return write_missing(Status.NO_BASELINE, language)


def _what(live: Live, desk: Desk) -> str:
    label = within(desk.metric_label(live.metric))
    if not live.dimension:
        return label
    member = desk.member_label(live.dimension, live.member)
    return f"{label}（{member}）" if desk.language == "zh" else f"{label} ({member})"


def _key(live: Live) -> Key:
    return live.metric, live.dimension, live.member


def _now(word: str, language: Language, **values: str) -> str:
    return vocabulary().now[word].text(language).format(**values)
