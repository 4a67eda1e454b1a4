"""Show a site on this machine, for looking at it; it is no server for the public."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from helpers.publish.going_live import BUILD
from helpers.publish.holdings import INDEX
from helpers.vocabulary.faults import AskedWrongly, Fault

HOST = "127.0.0.1"


class _Pages(SimpleHTTPRequestHandler):
    """Serve finished files only, and keep quiet about each of them."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def translate_path(self, path: str) -> str:
        """Keep the folder in which the next edition is being built out of sight."""
        return super().translate_path("/missing" if f"/{BUILD}" in path else path)

    def end_headers(self) -> None:
        """Let a reload show the newest edition."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()


def _server(site: Path, port: int) -> ThreadingHTTPServer:
    if not (site / INDEX).is_file():
        raise AskedWrongly(Fault(str(site), "nothing is published yet", "run review publish"))
    try:
        return ThreadingHTTPServer((HOST, port), partial(_Pages, directory=str(site)))
    except OSError as trouble:
        fault = Fault(f"port {port}", str(trouble), "name another one with --port")
        raise AskedWrongly(fault) from None


def serve(site: Path, port: int = 8000) -> None:
    """Serve the site until the person presses Ctrl-C.

    Raises:
        AskedWrongly: Nothing is published yet, or the port is taken.
    """
    with _server(site, port) as server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve the site on a free port for as long as the block lasts; give its address."""
    with _server(site, 0) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://{HOST}:{server.server_address[1]}/"
        server.shutdown()
        thread.join()
