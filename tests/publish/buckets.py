"""A bucket on this machine: moto's S3 server, which notes in which order it was written."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from helpers.config.targets import Target

#: Made up; moto takes any.
KEYS = {"AWS_ACCESS_KEY_ID": "made-up-id", "AWS_SECRET_ACCESS_KEY": "made-up-secret"}


@dataclass
class LocalBucket:
    """A bucket ``board`` and what was asked of it."""

    address: str
    #: Method and key of everything that was asked, in order of arrival.
    asked: list[tuple[str, str]] = field(default_factory=list)
    #: How many of the next requests find the server overloaded.
    overloaded: int = 0

    def target(self, **how: Any) -> Target:
        return Target(**{"url": "s3://board/reviews", "endpoint": self.address, **how})

    @property
    def written(self) -> list[str]:
        """Give the keys that were written, in order."""
        return [key for method, key in self.asked if method == "PUT"]

    @property
    def deleted(self) -> list[str]:
        return [key for method, key in self.asked if method in ("DELETE", "POST")]

    def get(self, name: str) -> bytes | None:
        """Read as a browser does: over HTTP, without the driver and what it remembers."""
        try:
            with self._asked(name) as answer:
                return bytes(answer.read())
        except HTTPError as trouble:
            if trouble.code != 404:
                raise
            return None

    def header(self, name: str, header: str) -> str:
        with self._asked(name) as answer:
            return str(answer.headers[header])

    def _asked(self, name: str) -> Any:
        # The server looks whether somebody signed, not who.
        signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=reader/20260101/us-east-1/s3/aws4"}
        request = Request(f"{self.address}/board/reviews/{name}", headers=signed)
        return urlopen(request, timeout=30)

    def empty(self) -> None:
        """Forget everything but the bucket."""
        self.tell("reset")
        with urlopen(Request(f"{self.address}/board", method="PUT"), timeout=30):
            pass
        self.asked.clear()

    def tell(self, what: str, data: bytes = b"") -> None:
        """Tell moto itself something, such as whom to let in."""
        plain = {"Content-Type": "text/plain"}
        with urlopen(Request(f"{self.address}/moto-api/{what}", data, plain), timeout=30):
            pass


@contextmanager
def local_bucket() -> Iterator[LocalBucket]:
    """Run the server for as long as the block lasts."""
    from moto.server import ThreadedMotoServer
    from werkzeug.serving import WSGIRequestHandler

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    bucket = LocalBucket(f"http://{host}:{port}")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    quiet, whole = WSGIRequestHandler.log_request, WSGIRequestHandler.run_wsgi

    def noted(self: Any, *_: Any, **__: Any) -> None:
        key = self.path.partition("?")[0].removeprefix("/board/reviews/")
        bucket.asked.append((self.command, key))

    def overloaded(self: Any) -> None:
        if bucket.overloaded:
            bucket.overloaded -= 1
            self.send_error(503)
        else:
            whole(self)

    WSGIRequestHandler.log_request = noted  # type: ignore[method-assign]
    WSGIRequestHandler.run_wsgi = overloaded  # type: ignore[method-assign]
    try:
        bucket.empty()
        yield bucket
    finally:
        WSGIRequestHandler.log_request = quiet  # type: ignore[method-assign]
        WSGIRequestHandler.run_wsgi = whole  # type: ignore[method-assign]
        server.stop()
