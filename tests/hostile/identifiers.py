"""Two hundred made-up identifiers, each of which can be found again in whatever was written.

Every one holds a word or a number that stands nowhere else: a search for it in text without
blanks and brackets finds it however it was broken up.
"""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b, md5, sha1, sha256
from pathlib import Path
from urllib.parse import unquote


@dataclass(frozen=True)
class Planted:
    """One identifier."""

    kind: str
    text: str
    #: What of it stands nowhere else, without blanks, dots and dashes, in lower case.
    token: str
    #: Can it be told from other text by its form alone? A name cannot.
    by_pattern: bool


def _bare(text: str) -> str:
    return re.sub(r"[\s().\-/+–,]", "", text).lower()


#: Kind, form with ``{n}`` for what makes each one its own, whether a pattern can tell it.
_FORMS = (
    ("name", "Zquinta Vorpaline{n}", False),
    ("name, Chinese", "欧阳鑫淼{w}", False),
    ("name, Thai", "สมชายพลอย{w}", False),
    ("name, Japanese", "長谷川澪奈{w}", False),
    ("e-mail", "zq.vorpal{n}@mail-zq.example", True),
    ("phone, US", "+1 415 55{n} 0142", True),
    ("phone, Germany", "+49 (0)30 77{n} 5512", True),
    ("phone, China", "138 66{n} 7781", True),
    ("phone, Thailand", "+66 81 33{n} 9914", True),
    ("street", "{n} Vorpalzq Street", True),
    ("street, German", "Zqvorpalstraße {n}", True),
    ("street, Chinese", "鑫淼路{n}号", True),
    ("street, Japanese", "鑫淼町{n}丁目3-4", True),
    ("postcode", "ZQ{n} 9VX", False),
    ("buyer id", "zqbuyer_{n}", False),
    ("order remark", "call Zqremarkis{n} before noon", False),
    ("company", "Zqvorpal Handels {n} GmbH", False),
    ("tax id", "DE 8812{n}0077", True),
    ("identity card", "11010519{n}1231002X", True),
    ("card number", "4556 73{n} 5868 9855", True),
)
_WORDS = "甲乙丙丁戊己庚辛壬癸"
COUNT = 200


def planted() -> list[Planted]:
    """Give all of them, ten of each kind."""
    found = []
    for at in range(COUNT):
        kind, form, by_pattern = _FORMS[at % len(_FORMS)]
        number = 4100 + at * 7
        text = form.format(n=number, w=_WORDS[at // len(_FORMS)] * 2)
        found.append(Planted(kind, text, _bare(text), by_pattern))
    assert len({one.token for one in found}) == COUNT
    return found


def hashes(one: Planted) -> Iterator[str]:
    """A hash without a key can be guessed: it is the identifier itself."""
    for text in (one.text, one.text.lower(), one.text.strip().lower()):
        data = text.encode()
        for way in (sha256, md5, sha1):
            yield way(data).hexdigest()[:32]
        yield blake2b(data, digest_size=16).hexdigest()


_DATA = re.compile(r"data:[\w/+.-]+;(?:charset=[\w-]+;)?base64,([A-Za-z0-9+/=]+)")


def texts_in(path: Path) -> Iterator[str]:
    """Give all text that a file holds, in whatever it is wrapped."""
    data = path.read_bytes()
    if data.startswith(b"PAR1"):
        import duckdb

        with duckdb.connect() as con:
            file = str(path).replace("'", "''").replace("[", "[[]").replace("*", "[*]")
            for row in con.execute(f"FROM read_parquet('{file}')").fetchall():
                yield "\x1f".join(map(str, row))
    yield from _unwrapped(data)


def _unwrapped(data: bytes, depth: int = 3) -> Iterator[str]:
    if depth and data.startswith(b"\x1f\x8b"):
        yield from _unwrapped(gzip.decompress(data), depth - 1)
        return
    if depth and data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name
                yield from _unwrapped(archive.read(name), depth - 1)
        return
    text = data.decode("utf-8", "replace")
    yield text
    if "\\u" in text:
        yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)
    if "%" in text and "data:" in text:
        yield unquote(text)
    if "&" in text and "<" in text:
        yield html.unescape(text)
    if depth:
        for packed in _DATA.findall(text):
            yield from _unwrapped(base64.b64decode(packed + "=="), depth - 1)


class Search:
    """Looks for identifiers, and for hashes of them, in files and texts."""

    def __init__(self, wanted: list[Planted]):
        self._tokens = {one.token: one for one in wanted}
        forms = sorted({*self._tokens, *(text for one in wanted for text in hashes(one))})
        self._form = re.compile("|".join(map(re.escape, forms)))
        self.files = self.bytes = 0

    def in_text(self, text: str) -> set[str]:
        """List what is found."""
        return set(self._form.findall(_bare(text)))

    def below(self, folder: Path, leave_out: frozenset[str] = frozenset()) -> dict[str, set[str]]:
        """List what is found below a folder, names of files included."""
        found: dict[str, set[str]] = {}
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if inside.parts[0] in leave_out:
                continue
            here = self.in_text(str(inside))
            if path.is_file():
                self.files += 1
                self.bytes += path.stat().st_size
                for text in texts_in(path):
                    here |= self.in_text(text)
            if here:
                found[str(inside)] = here
        return found


def as_json(found: dict[str, set[str]]) -> str:
    return json.dumps({where: sorted(what)[:5] for where, what in found.items()},
                      ensure_ascii=False, indent=1)  # fmt: skip
