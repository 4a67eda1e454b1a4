"""Rows of bars in HTML: they reflow on a phone, weigh little, and are read aloud as text.

Every bar list of the house is made here, so that names, bars and figures line up the same way
everywhere: name, bar, value, and what there is to say about it. On a phone the bar goes under
the name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from helpers.charts.markup import Markup, tag
from helpers.charts.notation import News
from helpers.vocabulary.labels import Language


@dataclass(frozen=True)
class Ruler:
    """Turns values into places on a track; nought is always on it."""

    low: float
    high: float

    @classmethod
    def over(cls, values: Iterable[float | None]) -> Ruler:
        """Span the values and nought."""
        known = [0.0, *(value for value in values if value is not None)]
        low, high = min(known), max(known)
        return cls(low, high if high > low else low + 1.0)

    def place(self, value: float) -> float:
        """Say where a value lies, as a fraction of the track."""
        return (value - self.low) / (self.high - self.low)


def bar(ruler: Ruler, start: float, end: float, css: str) -> Markup:
    """Draw a bar from ``start`` to ``end``."""
    left, right = sorted((ruler.place(start), ruler.place(end)))
    right = min(right, 1.0)
    return tag("i", class_=css, style=f"--x:{left:.2%};--w:{right - left:.2%}")


def tick(ruler: Ruler, at: float, css: str) -> Markup:
    """Draw a thin mark at a value."""
    return tag("i", class_=css, style=f"--x:{min(ruler.place(at), 1.0):.2%}")


def axis(ruler: Ruler) -> Markup:
    """Draw the line at nought."""
    return tick(ruler, 0.0, "ex-nought")


@dataclass(frozen=True)
class Row:
    """One row: a name, what is drawn, the value, and a remark that may be judged."""

    name: str
    marks: Sequence[Markup]
    value: str
    remark: str = ""
    judged: News | None = None
    under: str = ""
    css: str = ""
    is_missing: bool = False

    def markup(self, language: Language, *, with_remarks: bool) -> Markup:
        """Write the row."""
        word = self.judged.word if self.judged else None
        remark = None
        if with_remarks:
            remark = tag(
                "span",
                self.remark,
                tag("span", " ", word.text(language), class_="ex-word") if word else None,
                class_=f"ex-bar-remark ex-{self.judged.css if self.judged else 'soft'}",
            )
        return tag(
            "li",
            tag(
                "span",
                tag("bdi", self.name),
                tag("small", self.under) if self.under else None,
                class_="ex-bar-name",
            ),
            tag("span", self.marks, class_="ex-bar-track", aria_hidden="true"),
            tag("span", self.value, class_="ex-bar-value" + " ex-missing" * self.is_missing),
            remark,
            class_=f"ex-bar {self.css}".strip(),
        )


def bar_list(
    rows: Sequence[Row], language: Language, keys: Sequence[tuple[str, str]] = ()
) -> Markup:
    """Set rows as a list.

    Args:
        rows: From top to bottom.
        language: ``"zh"`` or ``"en"``.
        keys: What each kind of ink stands for, as (CSS class, words); needed only where a row
            holds more than its own bar.
    """
    with_remarks = any(row.remark or row.judged for row in rows)
    css = "ex-bars" if with_remarks else "ex-bars ex-bars-plain"
    items = [row.markup(language, with_remarks=with_remarks) for row in rows]
    return Markup(key_line(keys) + tag("ul", items, class_=css))


def key_line(keys: Sequence[tuple[str, str]]) -> Markup:
    """Explain the ink once, above what it draws."""
    if not keys:
        return Markup("")
    return tag("p", *(tag("span", words, class_=f"ex-key {css}") for css, words in keys),
               class_="ex-keys", aria_hidden="true")  # fmt: skip
