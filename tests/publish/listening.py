"""Servers on this machine that keep what they are sent: one for mail, one for webhooks."""

from __future__ import annotations

import json
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


@dataclass
class Mailbox:
    """What a mail server took in: as it came, and as a reader's program opens it."""

    port: int = 0
    raw: list[bytes] = field(default_factory=list)
    to: list[list[str]] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(one, policy=policy.default) for one in self.raw]

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.raw.append(envelope.content)
        self.to.append(envelope.rcpt_tos)
        return "250 OK"


class _AnyPort(Controller):
    """Listens on whichever port is free; the library knocks on the one that it was told."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(password: str = "") -> Iterator[Mailbox]:
    """Take in mail; with a password, from whoever knows it."""
    box = Mailbox()

    def check(server, session, envelope, mechanism, data):
        if isinstance(data, LoginPassword):
            box.logins.append((data.login.decode(), data.password.decode()))
            return AuthResult(success=data.password.decode() == password, handled=False)
        return AuthResult(success=False, handled=False)

    # In the clear is safe enough between two threads; the library warns of it all the same.
    warnings.filterwarnings("ignore", message="Requiring AUTH while not requiring TLS")
    how = {"authenticator": check, "auth_required": True, "auth_require_tls": False}
    server = _AnyPort(box, hostname="127.0.0.1", port=0, **(how if password else {}))
    server.start()
    box.port = server.port
    try:
        yield box
    finally:
        server.stop()


@dataclass
class Hook:
    """What a webhook was sent, and how it answers."""

    port: int = 0
    answer: int = 200
    hangs: threading.Event = field(default_factory=threading.Event)
    paths: list[str] = field(default_factory=list)
    bodies: list[dict] = field(default_factory=list)


@contextmanager
def web_hook() -> Iterator[Hook]:
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.paths.append(self.path)
            hook.bodies.append(json.loads(body))
            while hook.hangs.is_set():
                time.sleep(0.01)
            self.send_response(hook.answer)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
    try:
        yield hook
    finally:
        hook.hangs.clear()
        server.shutdown()
        server.server_close()
