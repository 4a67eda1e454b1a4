"""From a matplotlib figure to SVG that can stand in a page.

Draws on ``Figure()`` objects under the house style, never through ``pyplot``. What comes out is
the same byte for byte for the same input, holds real text, refers to nothing outside itself, and
has no id that another drawing on the page could share.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from helpers.charts.markup import Markup, tag
from helpers.charts.notation import VARIABLES
from helpers.charts.typeface import FONT_STACK, load_typeface

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HOUSE_STYLE = Path(__file__).with_name("house.mplstyle")
WIDE, NARROW = 720, 358
_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_LONG_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_GEOMETRY = ("d", "x", "y", "width", "height", "transform", "points")


@dataclass(frozen=True)
class Drawing:
    """One picture for a wide column and, where it differs, one for a phone.

    Both are complete SVG documents in the light theme's colours: what a PDF or a slide can use
    as it is. A page gets them through :meth:`on_page`, which ties colours to the theme.
    """

    wide: str
    narrow: str | None = None

    def on_page(self, exhibit_id: str, title: str, description: str) -> Markup:
        """Write the drawing as inline SVG, named and described for those who listen."""
        kinds = [("wide" if self.narrow else "only", self.wide), ("narrow", self.narrow)]
        return tag(
            "div",
            *(inline(svg, f"{exhibit_id}-{kind}", title, description, f"exhibit-{kind}")
              for kind, svg in kinds if svg),
            class_="exhibit-drawing",
        )  # fmt: skip


@contextmanager
def house_style(exhibit_id: str) -> Iterator[None]:
    """Draw in the house style; ``exhibit_id`` salts the ids that matplotlib hashes."""
    from matplotlib import style

    load_typeface()
    with style.context([str(HOUSE_STYLE), {"svg.hashsalt": exhibit_id}]):
        yield


def sheet(width: float, height: float) -> Figure:
    """Give an empty figure; one unit is one CSS pixel."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width / 72, height / 72), dpi=72)


def write_below(
    axes: Axes, places: Sequence[float], names: Sequence[Sequence[str]], size: float, colour: str
) -> None:
    """Write names under an axis, line by line on common baselines.

    Tick labels hang from their tops, so that "Apr" would sit higher than "Mar".
    """
    axes.set_xticks([])
    for place, lines in zip(places, names, strict=True):
        for number, line in enumerate(lines):
            axes.annotate(
                line, (place, 0), xycoords=("data", "axes fraction"),
                xytext=(0, -9 - size * (0.8 + 1.32 * number)), textcoords="offset points",
                ha="center", va="baseline", fontsize=size, color=colour, annotation_clip=False,
            )  # fmt: skip


def draw_twice(exhibit_id: str, draw: Callable[[float], Figure]) -> Drawing:
    """Draw for a desk and for a phone; ``draw`` is given the width."""
    with house_style(exhibit_id):
        return Drawing(as_svg(draw(WIDE)), as_svg(draw(NARROW)))


def as_svg(figure: Figure) -> str:
    """Write a figure as compact SVG: no prolog, no metadata, no style sheet, two decimals."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    root = ElementTree.fromstring(out.getvalue())
    _tidy(root)
    width, height = (float(part) for part in root.attrib["viewBox"].split()[2:])
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.attrib.update(
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {_number(width)} {_number(height)}",
            "font-family": FONT_STACK,
            "stroke-linejoin": "round",
            "stroke-linecap": "butt",
        }
    )
    return ElementTree.tostring(root, encoding="unicode")


def _tidy(root: ElementTree.Element) -> None:
    """Drop what a page must not hold: style sheets (they are global), metadata, idle ids."""
    used = {
        name
        for element in root.iter()
        for key, value in element.attrib.items()
        for name in (
            [value.removeprefix("#")] if key == _LINK else _REFERENCE.findall(value)
        )
    }  # fmt: skip
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{_SVG}metadata", f"{_SVG}style"):
                parent.remove(child)
    for element in root.iter():
        element.tag = str(element.tag).removeprefix(_SVG)
        if element.attrib.get("id") not in used:
            element.attrib.pop("id", None)
        if _LINK in element.attrib:
            element.attrib["href"] = element.attrib.pop(_LINK)
        for key in _GEOMETRY:
            if key in element.attrib:
                element.attrib[key] = _LONG_NUMBER.sub(
                    lambda found: _number(float(found[0])), element.attrib[key]
                )
                element.attrib[key] = " ".join(element.attrib[key].split())
        if element.attrib.get("transform", "").startswith("rotate(-0 "):
            del element.attrib["transform"]
        if "style" in element.attrib:
            element.attrib["style"] = _short_style(element.attrib["style"])
        if element.tag not in ("text", "tspan", "title", "desc") and element.text:
            element.text = element.text.strip() or None
        element.tail = None
    _flatten(root)


def _flatten(parent: ElementTree.Element) -> None:
    """Drop what draws nothing and unwrap groups that say nothing; half the weight goes."""
    kept: list[ElementTree.Element] = []
    for child in list(parent):
        _flatten(child)
        if child.tag == "g" and not child.attrib:
            kept.extend(child)
        elif child.tag == "path" and child.attrib.get("style") == "fill: none":
            continue
        elif child.tag not in ("g", "defs") or len(child):
            kept.append(child)
    parent[:] = kept


def _short_style(style: str) -> str:
    """Let text inherit the family that the drawing's root names once."""
    parts = [part.strip() for part in style.split(";")]
    kept = []
    for part in parts:
        key, _, value = part.partition(":")
        if key == "font":
            size = re.search(r"([\d.]+)px", value)
            kept.append(f"font-size: {size[1] if size else 13}px")
            weight = re.match(r"\s*(\d{3}|bold)\b", value)
            if weight and weight[1] not in ("400",):
                kept.append("font-weight: 600")
        elif part and key not in ("stroke-linejoin", "stroke-linecap", "font-family"):
            kept.append(part)
    return "; ".join(kept)


def _number(value: float) -> str:
    return f"{round(value, 1):g}" if abs(value) < 1e5 else str(round(value))


def inline(svg: str, prefix: str, title: str, description: str, css: str) -> Markup:
    """Make one SVG of this page's own: prefixed ids, themed colours, a name and a description."""
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        element.tag = str(element.tag).removeprefix(_SVG)
        for key, value in list(element.attrib.items()):
            if key == "id":
                element.attrib[key] = f"{prefix}-{value}"
            elif key == "href":
                element.attrib[key] = f"#{prefix}-{value.removeprefix('#')}"
            elif "url(#" in value:
                element.attrib[key] = _REFERENCE.sub(rf"url(#{prefix}-\1)", value)
            if key == "style":
                element.attrib[key] = _themed(element.attrib[key])
    words: list[tuple[str, str]] = [("title", title), ("desc", description)]
    for place, (name, text) in enumerate(words):
        child = ElementTree.Element(name, {"id": f"{prefix}-{name}"})
        child.text = text
        root.insert(place, child)
    root.attrib.update(
        {
            "class": css,
            "role": "img",
            "aria-labelledby": f"{prefix}-title",
            "aria-describedby": f"{prefix}-desc",
        }
    )
    root.attrib.setdefault("xmlns", "http://www.w3.org/2000/svg")
    return Markup(ElementTree.tostring(root, encoding="unicode", short_empty_elements=True))


def _themed(style: str) -> str:
    for colour, variable in VARIABLES.items():
        style = style.replace(colour, f"var({variable}, {colour})")
    return style


def spread(wanted: list[float], gap: float, low: float, high: float) -> list[float]:
    """Move labels apart until each has ``gap`` to the next, staying in their order.

    >>> spread([10, 11, 40], 5, 0, 50)
    [8.0, 13.0, 40.0]
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    groups: list[list[Any]] = []  # [members, centre]
    for index in order:
        groups.append([[index], min(max(float(wanted[index]), low), high)])
        while len(groups) > 1:
            upper, lower = groups[-1], groups[-2]
            room = gap * (len(upper[0]) + len(lower[0])) / 2
            if upper[1] - lower[1] >= room:
                break
            members = lower[0] + upper[0]
            starts = [wanted[one] - gap * place for place, one in enumerate(members)]
            half = gap * (len(members) - 1) / 2
            centre = min(max(sum(starts) / len(starts) + half, low + half), high - half)
            groups[-2:] = [[members, centre]]
    placed = [0.0] * len(wanted)
    for members, centre in groups:
        half = gap * (len(members) - 1) / 2
        for place, index in enumerate(members):
            placed[index] = centre - half + gap * place
    return placed
