"""How a message leaves this machine: through apprise, bounded in time, its secrets unseen.

apprise says what went wrong in its log only. The log is listened to while a message is sent,
masked, and shown to nobody else: a token that is part of an address may stand in it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from helpers.config.notices import Receiver
from helpers.config.secrets import hidden, is_reference, remember, resolve

if TYPE_CHECKING:
    from helpers.publish.notices.messages import Message

#: Seconds for reaching a server, and for its answer; then the next run tries again.
CONNECT_SECONDS, ANSWER_SECONDS = 10, 20
#: Messages of theirs are laid out as HTML; everybody else gets plain text.
_MAIL = {"mailto", "mailtos"}
_LONGEST_TROUBLE = 300
#: WeCom refuses a message of more bytes than these, and a Chinese sign has three.
_MOST_BYTES = {"wecombot": 2048}
_CAUSES = "Socket Exception"


def send(receiver: Receiver, message: Message) -> str:
    """Send one message; give what went wrong, and an empty text where nothing did.

    Args:
        receiver: Whose address, and secret, are resolved here and nowhere else.
        message: What to say.

    Raises:
        WorkFailed: A secret that the receiver names cannot be had.
    """
    address = _address(receiver)
    kind = address.partition("://")[0].lower()
    with _listening() as heard:
        from apprise import Apprise, NotifyFormat

        service = Apprise.instantiate(address, suppress_exceptions=True)
        if service is None:
            return f"{kind or 'it'}:// is no address that apprise understands"
        is_mail = kind in _MAIL
        sent = service.notify(
            title=message.subject,
            body=message.html if is_mail else _fitted(message, _MOST_BYTES.get(kind)),
            body_format=NotifyFormat.HTML if is_mail else NotifyFormat.TEXT,
        )
    if sent:
        return ""
    said = hidden("; ".join(dict.fromkeys(heard))) or "no reason was given"
    return said[:_LONGEST_TROUBLE]


def _fitted(message: Message, most: int | None) -> str:
    """Leave out the last lines of a text that is too long; the way to the rest is kept."""
    room = most - len(f"{message.subject}\r\n".encode()) if most else None
    if room is None or len(message.text.encode()) <= room:
        return message.text
    *lines, way = message.text.split("\n")
    end = f"\n…\n{way}"
    while lines and len(("\n".join(lines) + end).encode()) > room:
        lines.pop()
    return "\n".join(lines) + end


def shown_address(receiver: Receiver) -> str:
    """Write where a receiver is reached, without anything that could be a secret."""
    if is_reference(receiver.url):
        return receiver.url
    parts = urlsplit(receiver.url)
    secret = f" (secret {receiver.secret})" if receiver.secret else ""
    whom = f"?{parts.query}" if parts.scheme in _MAIL and parts.query else ""
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}{whom}{secret}"


def _address(receiver: Receiver) -> str:
    """Write the address in full, secrets and limits of time in it."""
    address = resolve(receiver.url) if is_reference(receiver.url) else receiver.url
    if is_reference(receiver.url):
        for part in _secrets_in(address):
            remember(part)
    options = [f"cto={CONNECT_SECONDS}", f"rto={ANSWER_SECONDS}", "overflow=truncate"]
    if receiver.secret:
        options.append(f"pass={quote(resolve(receiver.secret), safe='')}")
    return f"{address}{'&' if '?' in address else '?'}{'&'.join(options)}"


def _secrets_in(address: str) -> Iterator[str]:
    """List the parts of an address that is a secret: any of them may stand in an error."""
    parts = urlsplit(address)
    if parts.password:
        yield parts.password
    if parts.scheme in _MAIL:
        return  # the rest of it is servers and people
    yield from (one for one in parts.path.split("/") if len(one) >= 8)
    yield from (one.partition("=")[2] for one in parts.query.split("&") if "=" in one)
    if parts.scheme not in ("json", "jsons", "form", "forms", "xml", "xmls") and parts.netloc:
        yield parts.netloc  # a token stands where other addresses have their server
        yield from parts.netloc.split("@")


@contextmanager
def _listening() -> Iterator[list[str]]:
    """Catch what apprise and what it calls say; none of it reaches another log."""
    heard: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said = " ".join(record.getMessage().split()).rstrip(".")
            # The cause, such as a refused password, is told a level below the failure.
            if record.levelno >= logging.WARNING or said.startswith(_CAUSES):
                heard.append(said)

    ear = Ear()
    loggers = [logging.getLogger(name) for name in ("apprise", "urllib3", "requests")]
    kept: list[tuple[logging.Logger, list[Any], bool, int]] = []
    for one in loggers:
        kept.append((one, one.handlers[:], one.propagate, one.level))
        one.handlers, one.propagate = [ear], False
        one.setLevel(logging.DEBUG if one.name == "apprise" else logging.CRITICAL)
    try:
        yield heard
    finally:
        for one, handlers, propagate, level in kept:
            one.handlers, one.propagate = handlers, propagate
            one.setLevel(level)
