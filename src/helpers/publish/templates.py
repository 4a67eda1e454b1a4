"""Fill the templates of ``book/pages``: nothing gets onto a page unescaped by accident."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from helpers.paths import BOOK
from helpers.publish.content import markdown

if TYPE_CHECKING:
    from jinja2 import Environment


def heading(text: str) -> dict[str, Any]:
    """Make a heading of plain text: a sentence may hold a product's name."""
    marked = "".join(f"\\{one}" if one in "\\`*_{}[]<>#+!|$&~^:@" else one for one in text)
    return markdown(f"# {' '.join(marked.split())}")


def render(template: str, context: Mapping[str, Any]) -> str:
    """Fill a template of ``book/pages``; every value is escaped that is not marked as HTML."""
    return _shelf().get_template(template).render(context)


@cache
def _shelf() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(BOOK / "pages"), autoescape=True, undefined=StrictUndefined
    )
