"""Invented buyers: names, addresses, telephones and what they write into remarks.

Real exports are full of people, so the demo's are: domains are example.com, numbers are those
kept free for films (555 01xx), streets exist nowhere. None of it may survive the door.
"""

from __future__ import annotations

GIVEN = ("Mira", "Jonas", "Aisha", "Tom", "Lena", "Omar", "Ruth", "Noah", "Sara", "Felix", "Hana",
         "Paul", "Nadia", "Ivan", "Clara", "Yusuf", "Emma", "Liam", "Zoe", "Adam")  # fmt: skip
FAMILY = ("Winterfeld", "Abernathy", "Al-Rashidi", "Brook", "Castellan", "Dunmore", "Eastwick",
          "Farrow", "Greenhalgh", "Holloway", "Ingram", "Juniper", "Karimi", "Lindqvist", "Marlow",
          "Northcote", "Osei", "Pemberton", "Quill", "Rosenthal")  # fmt: skip
_REMARKS = (
    "Please ring {phone} before delivery", "Leave it with the neighbour, {name}",
    "Invoice to {mail} please", "请送货前联系 {phone}", "收件人 {name}，放门卫处",
    "Gift for my mother, no price inside", "{street}, second floor, bell {name}",
    'It\'s urgent! "Really, really" urgent 🙏', "=HYPERLINK(\"mailto:{mail}\")",
)  # fmt: skip


def person(customer: int) -> tuple[str, str]:
    """Invent a buyer's name and e-mail address; the same customer is always the same person."""
    given = GIVEN[customer * 7 % len(GIVEN)]
    family = FAMILY[customer * 11 // 3 % len(FAMILY)]
    return f"{given} {family}", f"{given}.{family}{customer}@example.com".lower()


def phone(customer: int, prefix: str = "+0") -> str:
    """Invent a telephone number that nobody has."""
    return f"{prefix} 555 01{customer % 100:02d}"


def street(customer: int) -> str:
    """Invent an address that exists nowhere."""
    return f"{customer * 13 % 190 + 1} Sample Street"


def company_of(customer: int) -> str:
    """Invent the firm a wholesale buyer works for."""
    kind = ("Trading Ltd", "GmbH", "Import & Export LLC", "Pty Ltd", "General Trading")
    return f"{FAMILY[customer * 5 % len(FAMILY)]} {kind[customer % len(kind)]}"


def remark(customer: int, order: int) -> str:
    """Give what a buyer wrote to the seller: mostly nothing, at times what nobody should keep."""
    if order % 9:
        return ""
    name, mail = person(customer)
    text = _REMARKS[order // 9 % len(_REMARKS)]
    return text.format(name=name, mail=mail, phone=phone(customer), street=street(customer))
