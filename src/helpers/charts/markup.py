"""Build HTML in which nothing that came from an export can act.

Everything is text until it has been through :func:`tag`; only :class:`Markup` is let through
unescaped, and only this module makes it. There is no other way to put HTML on a page.
"""

from __future__ import annotations

import html
import re

# Control characters break XML; bidirectional overrides make a product title turn its
# neighbours round. Marks (200E, 200F) stay: honest Arabic titles hold them.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_VOID = frozenset({"br", "hr", "col"})


class Markup(str):
    """HTML made here, and therefore safe to put on a page."""

    __slots__ = ()


def clean(text: object) -> str:
    r"""Take out the characters that no reader sees and no parser forgives.

    >>> clean("Kettle\u202e\x00 red")
    'Kettle red'
    """
    return _UNSAFE.sub("", str(text))


def tag(name: str, *children: object, **attributes: object) -> Markup:
    """Write one element; children that are no Markup are escaped.

    ``None`` children and ``None`` or ``False`` attributes are left out, ``True`` writes the bare
    attribute, and ``_`` in a name becomes ``-`` (a trailing one goes: ``class_``).

    >>> tag("b", "<i>", title='say "x"')
    '<b title="say &quot;x&quot;">&lt;i&gt;</b>'
    """
    written = []
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        key = key.rstrip("_").replace("_", "-")
        written.append(f" {key}" if value is True else f' {key}="{html.escape(clean(value))}"')
    opening = f"<{name}{''.join(written)}>"
    if name in _VOID:
        return Markup(opening)
    return Markup(f"{opening}{join(children)}</{name}>")


def join(children: object) -> Markup:
    """Put pieces one after the other, escaping what is no Markup."""
    if isinstance(children, Markup):
        return children
    if isinstance(children, (list, tuple)):
        return Markup("".join(join(child) for child in children if child is not None))
    return Markup(html.escape(clean(children)))
