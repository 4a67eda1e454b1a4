"""A reader who never stops: from the first page through all links, as often as possible.

Reads a site by a function that gives a file's bytes (a folder, a bucket over HTTP), and says what
of it was not whole: a link that leads nowhere, half a file, an edition that is not the one that
was named.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from helpers.publish.holdings import understood
from helpers.publish.pointer import links_in
from helpers.vocabulary.periods import parse_period

Read = Callable[[str], bytes | None]
LINK = re.compile(r'(?:href|src)="([^"]*)"')
ABOUT = re.compile(r'data-review="([^"]*)" data-period="([^"]*)" data-number="(\d+)"')
EDITION = re.compile(r"([a-z]+/[^/]+/r\d+)/(zh|en)/")
HASHED = re.compile(r"-([0-9a-f]{12})\.(?:css|js)$")


def in_folder(folder: Path) -> Read:
    """Read the files of a folder."""

    def read(name: str) -> bytes | None:
        path = folder / name
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    return read


class HalfASite(AssertionError):  # noqa: N818 - what a reader would say
    """A reader met something that is not whole."""


@dataclass
class Walk:
    """One way through a site."""

    read: Read
    #: What was read, by its path: everything is read once in a walk.
    files: dict[str, bytes] = field(default_factory=dict)
    #: The editions that home pages led to.
    led_to: set[str] = field(default_factory=set)
    portals: set[int] = field(default_factory=set)

    def take(self, name: str, whence: str) -> bytes:
        """Read one file, which must be there and whole."""
        if name not in self.files:
            content = self.read(name)
            if content is None:
                raise HalfASite(f"{whence} leads to {name}, which is not there")
            if name.endswith(".html") and not content.rstrip().endswith(b"</html>"):
                raise HalfASite(f"{name} ends in the middle")
            told = HASHED.search(name)
            if told and not hashlib.sha256(content).hexdigest().startswith(told[1]):
                raise HalfASite(f"{name} is not what its name says")
            self.files[name] = content
        return self.files[name]

    def links(self, name: str, whence: str) -> list[str]:
        """Give the files of the site that a page refers to."""
        text = self.take(name, whence).decode("utf-8")
        found = []
        for link in LINK.findall(text):
            parts = urlsplit(link)
            if parts.path and not parts.scheme:
                found.append(
                    posixpath.normpath(posixpath.join(posixpath.dirname(name), parts.path))
                )
        return list(dict.fromkeys(map(posixpath.normpath, found)))

    def go(self) -> Walk:
        """Walk from the first page: by its own links, and by the pointer as a script would."""
        portals = {
            int(name.split("/")[1])
            for name in self.links("index.html", "")
            if name.startswith("portal/")
        }
        pointer = understood(self.take("editions.js", "index.html"))
        if pointer is None:
            raise HalfASite("editions.js cannot be read")
        for name in self.links("index.html", ""):
            self.take(name, "index.html")
        for one in pointer["editions"]:
            for language in one["label"]:
                self.take(f"{one['folder']}/{language}/index.html", "editions.js")
        lead = max(
            pointer["editions"],
            key=lambda one: (parse_period(one["period"]).end, -len(parse_period(one["period"]))),
        )
        self.portal(pointer["portal"], lead["folder"])
        for number in portals - {pointer["portal"]}:
            self.portal(number, None)
        return self

    def portal(self, number: int, expected: str | None) -> None:
        """Read a portal and, whole, the edition that it leads to."""
        self.portals.add(number)
        leads = {}
        for language in ("zh", "en"):
            home = f"portal/{number}/{language}/index.html"
            for page in [home, *self.links(home, "index.html")]:
                if page.startswith(f"portal/{number}/{language}/") and page.endswith(".html"):
                    for link in self.links(page, home):
                        self.take(link, page)
            named = [found[1] for one in self.links(home, "") if (found := EDITION.match(one))]
            leads[language] = named[0]
        if len(set(leads.values())) != 1:
            raise HalfASite(f"portal {number} leads to {leads}")
        lead = leads["en"]
        if expected and lead != expected:
            raise HalfASite(f"the pointer names {expected}, its portal {number} {lead}")
        self.edition(lead)

    def edition(self, folder: str) -> None:
        """Read every page of an edition in both languages."""
        self.led_to.add(folder)
        review, period, number = folder.split("/")
        for language in ("zh", "en"):
            first = f"{folder}/{language}/index.html"
            for page in [first, *self.links(first, "")]:
                if page.startswith(f"{folder}/") and page.endswith(".html"):
                    about = ABOUT.search(self.take(page, first).decode("utf-8"))
                    if not about or about.groups() != (review, period, number[1:]):
                        raise HalfASite(f"{page} says it is {about and about.groups()}")
                    for link in self.links(page, first):
                        self.take(link, page)
        beside = f"{review}/{period}/links.js"
        for one in links_in(self.take(beside, folder).decode("utf-8"))["editions"]:
            for language in one["label"]:
                self.take(f"{one['folder']}/{language}/index.html", beside)
        manifest = json.loads(self.take(f"{folder}/manifest.json", folder))
        for name, digest in manifest["files"].items():
            content = self.take(f"{folder}/{name}", "manifest.json")
            if hashlib.sha256(content).hexdigest() != digest:
                raise HalfASite(f"{folder}/{name} is not what the manifest says")


class Reader(threading.Thread):
    """Walks again and again; what it opened in the walk before stays open and must stay whole."""

    def __init__(self, read: Read, pause: float = 0.01) -> None:
        """Take a breath between two walks, in seconds: whoever publishes needs a processor, too."""
        super().__init__(daemon=True)
        self.read, self.pause, self.walks, self.files = read, pause, 0, 0
        self.seen: set[str] = set()
        self.trouble: Exception | None = None
        self._stopped = threading.Event()

    def run(self) -> None:
        before: Walk | None = None
        try:
            while not self._stopped.is_set():
                walk = Walk(self.read).go()
                for number in before.portals if before else ():
                    Walk(self.read).portal(number, None)
                before = walk
                self.walks += 1
                self.files += len(walk.files)
                self.seen |= walk.led_to
                self._stopped.wait(self.pause)
        except Exception as trouble:  # noqa: BLE001 - raised where the reader is stopped
            self.trouble = trouble

    def stop(self) -> None:
        """Stop, and raise what the reader met."""
        self._stopped.set()
        self.join(60)
        if self.trouble:
            raise self.trouble
