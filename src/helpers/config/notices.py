"""Who is told what, and in which language: ``notices`` of ``workspace.yml``.

A receiver is an address as apprise writes them. An address that is itself the secret (a token of
DingTalk, Feishu, WeCom or Slack) is given by reference; one without a secret may stand there.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, field_validator

from helpers.config.secrets import Reference, in_clear, is_reference
from helpers.vocabulary.labels import Declared, Language

Event = Literal[
    "published", "data_late", "sign_off_awaited", "page_failed", "target_at_risk", "restated"
]
EVENTS: tuple[Event, ...] = (
    "published", "data_late", "sign_off_awaited", "page_failed", "target_at_risk", "restated",
)  # fmt: skip

#: Kinds of address that need not hold a secret; of all others the address is one.
_OPEN_KINDS = {"mailto", "mailtos", "json", "jsons", "form", "forms", "xml", "xmls"}
_SECRET_OPTIONS = re.compile(r"pass|password|token|secret|sign|signature|key|api_?key|[+:-].*")
#: A step of a path that looks drawn by lot: tokens are long and mix letters and digits.
_DRAWN = re.compile(r"(?=[^/]*\d)(?=[^/]*[A-Za-z])[A-Za-z0-9_+=-]{16,}")


def _without_secret(value: Any) -> Any:
    """Let an address stand in the clear only where nothing in it can be a secret."""
    if not isinstance(value, str):
        raise in_clear("is no address")
    if is_reference(value):
        return value
    try:
        parts = urlsplit(value)
        password, options = parts.password, parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        raise in_clear("is no address") from None
    if parts.scheme not in _OPEN_KINDS:
        raise in_clear("an address of this kind is a secret itself")
    if password:
        raise in_clear("holds a password; take it out, and give it as secret:")
    if any(_SECRET_OPTIONS.fullmatch(name.lower()) for name, _ in options):
        raise in_clear("holds an option that is a secret")
    if any(_DRAWN.fullmatch(step) for step in parts.path.split("/")):
        raise in_clear("holds what looks like a token")
    return value


Address = Annotated[str, BeforeValidator(_without_secret)]


class Receiver(Declared):
    """Somebody, or something, that is told what happened."""

    #: What the log and ``review notices`` call it.
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=40)]
    #: ``env:``, ``keyring:``, or an address without a secret (``mailtos://``, ``jsons://``).
    url: Address
    #: The password of the account that the address names.
    secret: Reference | None = None
    events: Annotated[tuple[Event, ...], Field(min_length=1)] = EVENTS
    #: Ids of reviews; all of them where none is named.
    reviews: tuple[str, ...] = ()
    #: One language; left out, those of the workspace, one below the other.
    language: Language | None = None
    #: Where the receiver opens the site: ``https://…`` or a folder; this machine's otherwise.
    link: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] | None = None

    @field_validator("link")
    @classmethod
    def _leads_somewhere_harmless(cls, link: str | None) -> str | None:
        if link and "://" in link and not link.startswith(("https://", "http://", "file://")):
            raise in_clear("is neither a web address nor a folder")
        if link and "://" in link and "@" in link.split("/")[2]:
            raise in_clear("holds a user or password, which every receiver would read")
        return link

    def wants(self, event: str, review: str) -> bool:
        """Tell whether this receiver asked for such an event of such a review."""
        return event in self.events and (not self.reviews or review in self.reviews)


def _named_once(receivers: tuple[Receiver, ...]) -> tuple[Receiver, ...]:
    names = [one.name for one in receivers]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise in_clear(f"{', '.join(twice)} stands twice; names must differ")
    return receivers


Receivers = Annotated[tuple[Receiver, ...], AfterValidator(_named_once)]
