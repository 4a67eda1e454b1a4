"""What the columns of an unknown file may be: by their headers, if their cells agree.

A guess is never more than that: each carries its reason into the mapping, and what cannot be
known from a file (is a price that of one unit? does 03/04 mean April?) is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from helpers.config.declarations import read_yaml
from helpers.sources.evidence import Look, Seen
from helpers.sources.headers import plain

#: Parts whose columns hold what a person is known by, and why they stay unread.
PERSONAL: Mapping[str, str] = {
    "person_name": "a person's name",
    "phone": "a phone number",
    "address": "an address",
    "free_text": "free text: may hold names and addresses",
    "email": "an e-mail address",
}
_LATIN = re.compile(r"[a-zà-žα-ωа-я0-9]")
_SURE = 0.9


@dataclass(frozen=True)
class Part:
    """The part a column plays, and the words and cells that speak for it."""

    role: str
    column: Seen
    because: str


def guess_parts(look: Look) -> dict[str, Part]:
    """Say which column plays which part; each part is played once, by the likeliest.

    What is a person's is told by position too: ``person_name 7``.
    """
    likely: list[tuple[float, int, str, Seen, str]] = []
    parts: dict[str, Part] = {}
    for seen in look.columns:
        found = _by_header(seen.header)
        personal = _personal(seen, found)
        if personal:
            parts[f"{personal} {seen.position}"] = Part(personal, seen, _shown(found, personal))
            continue
        for role, (score, word) in found.items():
            if role not in PERSONAL and (agrees := _agrees(role, seen)):
                likely.append((score + agrees, -seen.position, role, seen, word))
    taken: set[int] = set()
    for _, _, role, seen, word in sorted(likely, key=lambda one: one[:2], reverse=True):
        if role not in parts and seen.position not in taken:
            parts[role] = Part(role, seen, f"the header says {word!r}")
            taken.add(seen.position)
    if "customer" not in parts:
        # Who wrote the same e-mail twice came back: kept as a code only.
        for key, part in list(parts.items()):
            if part.role == "email":
                parts["customer"] = Part("customer", part.column, part.because)
                del parts[key]
                break
    return parts


def named_for(role: str, look: Look) -> Seen | None:
    """Give the column whose header speaks for a part though its cells do not agree."""
    named = [(_by_header(seen.header)[role][0], -seen.position, seen)
             for seen in look.columns if role in _by_header(seen.header)]  # fmt: skip
    return max(named, key=lambda one: one[:2])[2] if named else None


def says_something(header: str) -> bool:
    """Tell whether a header holds any word that is known."""
    return bool(_by_header(header))


def _shown(found: Mapping[str, tuple[float, str]], role: str) -> str:
    return f"the header says {found[role][1]!r}" if role in found else "its cells say so"


def _personal(seen: Seen, found: Mapping[str, tuple[float, str]]) -> str:
    """Name what kind of personal data a column holds, ``""`` for none.

    In doubt it does: a column that is not read can be added, one that was read is known.
    """
    if seen.emails > 0.2:
        return "email"
    if seen.phones > 0.5:
        return "phone"
    best = max(found, key=lambda role: found[role][0], default="")
    return best if best in PERSONAL else ""


def _agrees(role: str, seen: Seen) -> float:
    """Say how well a column's cells fit a part: 0 for not at all."""
    if not seen.filled:
        return 0.0
    is_number = seen.numbers >= _SURE
    match role:
        case "ordered_at":
            return seen.dates if seen.dates >= 0.8 else 0.0
        case "quantity" | "on_hand":
            return 1.0 if is_number and seen.whole >= 0.8 else 0.0
        case "unit_price" | "amount" | "seller_discount" | "tax" | "shipping_income":
            return 1.0 if is_number and seen.dates < 0.5 else 0.0
        case "currency":
            return seen.currencies if seen.currencies >= _SURE else 0.0
        case "country":
            return seen.countries if seen.countries >= 0.6 else 0.0
        case "order_id":
            # An order may have several lines, but not half the file.
            return 1.0 if seen.dates < 0.5 and seen.distinct > 1 else 0.1
        case "sku":
            return 1.0 if seen.dates < 0.5 else 0.0
        case "status" | "warehouse" | "store":
            return 1.0 if seen.distinct <= 300 and not is_number and seen.dates < 0.5 else 0.0
        case "product_name":
            return 1.0 if seen.numbers < 0.5 and seen.dates < 0.5 else 0.0
        case _:
            return 1.0


@lru_cache(maxsize=4096)
def _by_header(header: str) -> dict[str, tuple[float, str]]:
    """Give the parts that a header's words speak for, each with its score and word.

    The last word decides in most languages: the city of ``Shipping City`` is no shipping fee.
    """
    text = _spelled(header)
    dense = text.replace(" ", "")
    found: dict[str, tuple[float, str]] = {}
    for role, words in _words().items():
        for word, bare in words:
            if _LATIN.search(bare):
                inside, at_end = f" {bare} " in f" {text} ", text.endswith(bare)
                inside = inside or bare.replace(" ", "") == dense
                exact = dense == bare.replace(" ", "")
            else:
                inside, at_end, exact = bare in dense, dense.endswith(bare), dense == bare
            if inside:
                # A sign of Chinese or Thai says more than a letter.
                weight = 1.0 if _LATIN.search(bare) else 2.5
                score = len(bare) * weight / 10 + (1.5 if at_end else 0) + (5 if exact else 0)
                if score > found.get(role, (0.0, ""))[0]:
                    found[role] = (score, word)
    return found


def _spelled(header: str) -> str:
    """Write ``InvoiceNo``, ``invoice_no`` and ``Invoice-No.`` the same way."""
    parted = re.sub(r"(?<=[a-zß-ÿ])(?=[A-Z])", " ", header)
    return " ".join(re.sub(r"[\W_]+", " ", plain(parted)).split()) or plain(header)


@lru_cache(maxsize=1)
def _words() -> Mapping[str, tuple[tuple[str, str], ...]]:
    told = read_yaml(Path(__file__).with_name("header_words.yml"))
    return {
        role: tuple((word, _spelled(word)) for language in languages for word in language)
        for role, languages in told.items()
    }
