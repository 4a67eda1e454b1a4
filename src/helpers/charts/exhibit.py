"""The exhibit: a drawing or table that cannot exist without its words and its data.

Belongs here: the frame around every figure (takeaway, measure, source, notes, spoken text,
download). Does not: what is inside it; the modules named after intents draw that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.charts.download import data_address
from helpers.charts.drawing import Drawing, as_svg, house_style
from helpers.charts.markup import Markup, clean, tag
from helpers.vocabulary.faults import DeclarationFaulty, Fault
from helpers.vocabulary.labels import LANGUAGES, Label, Language

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

STYLE_SHEET = Path(__file__).with_name("exhibits.css")
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_EMBEDDED = re.compile(r"<style data-exhibit-style>.*?</style>", re.DOTALL)
_LOCALES = {"zh": "zh-CN", "en": "en-GB"}

SOURCE = Label(en="Source", zh="来源")
DOWNLOAD = Label(en="Data (CSV)", zh="下载数据（CSV）")
NUMBERS = Label(en="Show the numbers", zh="查看数据")


@dataclass(frozen=True, eq=False)
class Exhibit:
    """One figure of a report, with everything a reader needs to trust it.

    Give a ``figure`` (a :class:`Drawing`, or a matplotlib ``Figure``) or a ``table`` (markup made
    by :func:`helpers.charts.markup.tag`), never both. As the last line of a cell it shows itself.

    Args:
        id: Name on the page and of the downloaded file, such as ``monthly-gmv-trend``.
        takeaway: What to conclude, as a short sentence made from the numbers.
        measure: What is shown, in which unit, over which period.
        source: Exports, files and days behind the numbers.
        alt: What the figure says, for those who do not see it; with numbers.
        data: Exactly what was drawn, for download.
        notes: What the reader must know beside the figure, such as coverage.
        kind: Which chart it is; other media (slides, sheets) draw from ``kind`` and ``data``.
        headings: Names of the data's columns for people.
        numbers: The drawn numbers as a small table, folded away below a drawing.
        behind: The tables behind the numbers; a site can lead from here to their files.
        is_measure_seen: A table whose headings say it all has it for listeners only.
        carried: Further forms of the output, for programs that read the notebook: MIME type to
            text. No reader sees them.

    Raises:
        DeclarationFaulty: A word is missing, the id is no slug, or there is no data; tells all.
    """

    id: str
    takeaway: str
    measure: str
    source: str
    alt: str
    data: pd.DataFrame
    figure: Figure | Drawing | None = None
    table: Markup | None = None
    language: Language = "en"
    notes: tuple[str, ...] = ()
    kind: str = "figure"
    headings: Mapping[str, str] = field(default_factory=dict)
    numbers: Markup | None = None
    behind: tuple[str, ...] = ()
    is_measure_seen: bool = True
    carried: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse to exist half said."""
        faults = list(self._faults())
        if faults:
            raise DeclarationFaulty(faults)
        if self.figure is not None and not isinstance(self.figure, Drawing):
            with house_style(self.id):
                object.__setattr__(self, "figure", Drawing(as_svg(self.figure)))
        for word in ("takeaway", "measure", "source", "alt"):
            object.__setattr__(self, word, clean(getattr(self, word)).strip())
        object.__setattr__(self, "notes", tuple(clean(note) for note in self.notes if note))

    def _faults(self) -> Iterator[Fault]:
        where = f"exhibit {self.id!r}"
        if not isinstance(self.id, str) or not _ID.fullmatch(self.id):
            yield Fault(where, "its id is no slug", "name it like monthly-gmv-trend")
        for word in ("takeaway", "measure", "source", "alt"):
            text = getattr(self, word)
            if not isinstance(text, str) or not clean(text).strip():
                yield Fault(where, f"has no {word}", f"give {word}= a text")
        if self.language not in LANGUAGES:
            yield Fault(where, f"{self.language!r} is no language", "write zh or en")
        if (self.figure is None) == (self.table is None):
            yield Fault(where, "needs a figure or a table", "give one of them, not both")
        if self.table is not None and not isinstance(self.table, Markup):
            yield Fault(where, "its table is no markup", "build it with charts.markup.tag")
        if not hasattr(self.data, "columns"):
            yield Fault(where, "has no data", "give data= the frame that was drawn")
        elif len(self.data.columns) == 0:
            yield Fault(where, "its data has no columns", "give data= the frame that was drawn")

    @property
    def file_name(self) -> str:
        """Name of the downloaded data."""
        return f"{self.id}.csv"

    def html(self, *, styled: bool = False) -> str:
        """Write the figure element; ``styled`` puts the style sheet inside it.

        A page that links ``exhibits.css`` wants it plain; a notebook wants it styled.
        """
        measured = "exhibit-measure" if self.is_measure_seen else "exhibit-measure ex-heard"
        parts: list[Any] = [
            Markup(f"<style data-exhibit-style>{style_text()}</style>") if styled else None,
            tag(
                "figcaption",
                tag("p", self.takeaway, class_="exhibit-takeaway", role="heading", aria_level=3),
                tag("p", self.measure, class_=measured),
                class_="exhibit-head",
            ),
            self._body(),
        ]
        if self.numbers is not None:
            folded = tag("summary", NUMBERS.text(self.language))
            parts.append(tag("details", folded, self.numbers, class_="exhibit-numbers"))
        parts += [tag("p", note, class_="exhibit-note") for note in self.notes]
        parts.append(
            tag(
                "p",
                tag(
                    "span",
                    self._source_line(),
                    class_="exhibit-source",
                    data_behind=" ".join(self.behind) or None,
                ),
                tag(
                    "a",
                    DOWNLOAD.text(self.language),
                    class_="exhibit-download",
                    download=self.file_name,
                    href=data_address(self.data, self.headings),
                ),
                class_="exhibit-foot",
            )
        )
        return tag(
            "figure",
            parts,
            class_=f"exhibit exhibit-of-{self.kind.replace('_', '-')}",
            id=self.id,
            lang=_LOCALES[self.language],
        )

    def _source_line(self) -> str:
        name = SOURCE.text(self.language)
        if self.source.startswith((name, f"数据{name}")):
            return self.source
        return f"{name}{'：' if self.language == 'zh' else ': '}{self.source}"

    def _body(self) -> Markup:
        if isinstance(self.figure, Drawing):
            drawn = self.figure.on_page(self.id, self.measure, self.alt)
            return tag("div", drawn, class_="exhibit-body")
        said = tag("p", self.alt, id=f"{self.id}-said", hidden=True)
        return tag(
            "div",
            said,
            self.table,
            class_="exhibit-body",
            role="group",
            aria_label=self.measure,
            aria_describedby=f"{self.id}-said",
        )

    def text(self) -> str:
        """Say the exhibit in plain text, for terminals and logs."""
        lines = [self.takeaway, self.measure, self.alt, *self.notes, self._source_line()]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return self.html(styled=True)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self._repr_html_(), "text/plain": self.text(), **self.carried}


@cache
def style_text() -> str:
    """Give the style sheet without comments and needless space."""
    css = re.sub(r"/\*.*?\*/", "", STYLE_SHEET.read_text(encoding="utf-8"), flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r"\s*([{};,])\s*", r"\1", css).strip()


def without_style(html: str) -> str:
    """Take the embedded style sheets out of a page that links ``exhibits.css`` itself."""
    return _EMBEDDED.sub("", html)
