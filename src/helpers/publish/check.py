"""Read the built site as a sceptic would. What fails here is never put before a reader.

Looks at bytes, not at settings: links lead somewhere, nothing is loaded from elsewhere, nothing
can run but the site's own scripts, no code or traceback is shown, every picture has its words and
every page its twin in the other language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from os.path import normpath
from pathlib import Path
from urllib.parse import unquote, urlsplit

from helpers.publish.words import HTML_LANGUAGE
from helpers.vocabulary.faults import Fault, WorkFailed

_HIDDEN = ".build"
_LOADS = {
    ("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"), ("source", "src"),
    ("video", "src"), ("audio", "src"), ("object", "data"), ("embed", "src"), ("image", "href"),
    ("use", "href"), ("input", "src"),
}  # fmt: skip
_FORBIDDEN = {"iframe", "object", "embed", "base", "applet", "frame", "frameset"}
_KINDS = {".html", ".css", ".js", ".json", ".woff2", ".png", ".svg", ".jpg", ".jpeg", ".webp"}
_TRACEBACK = re.compile(r"Traceback \(most recent call last\)")
#: Two places where a page may name a file that is written after the page was.
_POINTERS = {"index.html", "editions.js"}


@dataclass
class _Page(HTMLParser):
    """What one page holds, as far as the check cares."""

    faults: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    repeated: set[str] = field(default_factory=set)
    language: str = ""
    policy: str = ""
    code: bool = False
    text: list[str] = field(default_factory=list)
    inside: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.inside = tag if tag in ("script", "style") else ""
        self._note_identity(tag, given)
        self._refuse(tag, given)
        for name, value in given.items():
            if name.startswith("on"):
                self.faults.append(f"<{tag}> has {name}, which would run")
            if name in ("href", "src", "action", "data"):
                self._note_link(tag, name, value, given)

    def _note_identity(self, tag: str, given: Mapping[str, str]) -> None:
        if tag == "html":
            self.language = given.get("lang", "")
        if tag == "meta" and given.get("http-equiv", "").lower() == "content-security-policy":
            self.policy = given.get("content", "")
        if name := given.get("id"):
            (self.repeated if name in self.anchors else self.anchors).add(name)

    def _refuse(self, tag: str, given: Mapping[str, str]) -> None:
        if tag in _FORBIDDEN:
            self.faults.append(f"holds <{tag}>")
        if tag == "script" and "src" not in given:
            self.faults.append("holds an inline script")
        if tag == "img" and not given.get("alt", "").strip():
            self.faults.append(f"shows the picture {given.get('src', '')[:60]} without words")
        if tag == "svg" and given.get("role") == "img" and not (
            given.get("aria-labelledby") or given.get("aria-label")
        ):  # fmt: skip
            self.faults.append("shows a drawing without words")
        if tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self.faults.append("sends the reader elsewhere")
        if "cell_input" in given.get("class", "").split():
            self.code = True

    def _note_link(self, tag: str, name: str, value: str, given: Mapping[str, str]) -> None:
        # Browsers skip white space and control characters before and inside the scheme.
        squeezed = re.sub(r"[\x00-\x20]", "", value).lower()
        scheme = squeezed.split(":", 1)[0] if re.match(r"[a-z][a-z0-9+.-]*:", squeezed) else ""
        loads = (tag, name) in _LOADS
        if squeezed.startswith("//"):
            self.faults.append(f"<{tag}> refers to {value[:60]}")
        elif scheme == "data":
            is_download = tag == "a" and "download" in given
            is_picture = tag in ("img", "image") and squeezed.startswith("data:image/")
            if not (is_download or is_picture or (tag == "link" and squeezed == "data:,")):
                self.faults.append(f"<{tag}> holds a data address")
        elif scheme in ("http", "https"):
            if loads or tag == "form":
                self.faults.append(f"<{tag}> loads {value[:60]}")
        elif scheme and scheme != "mailto":
            self.faults.append(f"<{tag}> refers to {value[:60]}")
        elif not scheme:
            self.links.append(value)

    def handle_data(self, data: str) -> None:
        if self.inside == "script" and data.strip():
            self.faults.append("holds an inline script")
        elif self.inside != "style":
            self.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""


@dataclass(frozen=True)
class _Tree:
    """A site with some folders that stand aside but already count as being in place."""

    site: Path
    places: Mapping[Path, Path]  # staged -> live

    def live(self, file: Path) -> Path:
        """Say where a file will be."""
        for staged, live in self.places.items():
            if file.is_relative_to(staged):
                return live / file.relative_to(staged)
        return file

    def real(self, file: Path) -> Path:
        """Say where a file is now; what is not staged is in place already."""
        for staged, live in self.places.items():
            if file.is_relative_to(live):
                aside = staged / file.relative_to(live)
                return aside if aside.exists() else file
        return file


def check_site(site: Path) -> None:
    """Check every page of a site.

    Raises:
        WorkFailed: Carries every fault found.
    """
    site = site.resolve()
    tree = _Tree(site, {})
    files = [
        one
        for one in sorted(site.rglob("*"))
        if one.is_file() and _HIDDEN not in one.relative_to(site).parts
    ]
    _raise(_faults(files, tree))


def check_staged(site: Path, places: Mapping[Path, Path]) -> None:
    """Check folders that are about to be put in place.

    Args:
        site: The site they will belong to.
        places: Where each folder will be.

    Raises:
        WorkFailed: Carries every fault found; the folders must not go live.
    """
    places = {staged.resolve(): live.resolve() for staged, live in places.items()}
    files = [one for staged in places for one in sorted(staged.rglob("*")) if one.is_file()]
    _raise(_faults(files, _Tree(site.resolve(), places)))


def _raise(faults: Iterator[Fault]) -> None:
    found = list(faults)
    if found:
        raise WorkFailed(found)


def _faults(files: list[Path], tree: _Tree) -> Iterator[Fault]:
    parsed: dict[Path, _Page] = {}
    pages = [one for one in files if one.suffix == ".html"]
    if not pages:
        yield Fault(str(tree.site), "holds no page", "publish a review")
    for file in files:
        if file.is_symlink():
            yield Fault(_name(file, tree), "is a symbolic link", "copy the file")
        if file.suffix not in _KINDS:
            yield Fault(_name(file, tree), "is no kind of file a site needs", "leave it out")
        if file.suffix == ".css":
            yield from _style_faults(file, tree)
    for file in pages:
        page = _parse(file, parsed)
        where = _name(file, tree)
        for what in dict.fromkeys(page.faults):
            yield Fault(where, what, "mend the page that wrote it")
        for name in sorted(page.repeated):
            yield Fault(where, f"two things have the id {name!r}", "give exhibits ids of their own")
        if page.code:
            yield Fault(where, "shows code", "leave sources out")
        if _TRACEBACK.search("".join(page.text)):
            yield Fault(where, "shows a traceback", "mend and run the page again")
        if "script-src 'self'" not in page.policy:
            yield Fault(where, "has no content security policy", "build it with book/theme")
        yield from _language_faults(file, page, tree)
        yield from _link_faults(file, page, parsed, tree)


def _parse(file: Path, parsed: dict[Path, _Page]) -> _Page:
    if file not in parsed:
        page = _Page()
        page.feed(file.read_text(encoding="utf-8"))
        page.close()
        parsed[file] = page
    return parsed[file]


def _language_faults(file: Path, page: _Page, tree: _Tree) -> Iterator[Fault]:
    folder = file.parent.name
    if folder not in HTML_LANGUAGE:
        return
    if page.language != HTML_LANGUAGE[folder]:
        yield Fault(_name(file, tree), f"says its language is {page.language!r}", "set lang")
    for other in HTML_LANGUAGE:
        beside = file.parent.with_name(other)
        if beside.is_dir() and not (beside / file.name).is_file():
            yield Fault(_name(file, tree), f"has no twin in {other}", "publish both languages")


def _link_faults(
    file: Path, page: _Page, parsed: dict[Path, _Page], tree: _Tree
) -> Iterator[Fault]:
    where = _name(file, tree)
    live = tree.live(file)
    for link in dict.fromkeys(page.links):
        parts = urlsplit(link)
        # No need to ask the disk: a symbolic link inside the site is a fault of its own.
        target = Path(normpath(live.parent / unquote(parts.path))) if parts.path else live
        if not target.is_relative_to(tree.site):
            yield Fault(where, f"{link[:80]!r} leads out of the site", "link inside the site")
            continue
        if target.parent == tree.site and target.name in _POINTERS and tree.places:
            continue
        real = tree.real(target)
        if not real.is_file():
            yield Fault(where, f"{link[:80]!r} leads nowhere", "correct the link")
        elif (
            parts.fragment
            and real.suffix == ".html"
            and unquote(parts.fragment) not in _parse(real, parsed).anchors
        ):
            yield Fault(where, f"{link[:80]!r} names no place on the page", "correct the link")


def _style_faults(file: Path, tree: _Tree) -> Iterator[Fault]:
    text = file.read_text(encoding="utf-8")
    for address in re.findall(r"url\(\s*[\"']?([^\"')]+)", text):
        if re.match(r"(https?:)?//", address):
            yield Fault(_name(file, tree), f"loads {address[:60]}", "store it with the site")
    if re.search(r"@import", text):
        yield Fault(_name(file, tree), "imports another style sheet", "put it into the one file")


def _name(file: Path, tree: _Tree) -> str:
    return tree.live(file).relative_to(tree.site).as_posix()
