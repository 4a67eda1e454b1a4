"""Workbooks as platforms and people leave them: locked, stale, doubled, numbers as text."""

from __future__ import annotations

import logging
import re
import zipfile
from datetime import date, datetime
from decimal import Decimal
from hashlib import md5
from io import BytesIO
from pathlib import Path
from struct import pack, unpack
from typing import Any

import openpyxl
import pytest
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile

from helpers.sources import locks, workbooks
from helpers.vocabulary.faults import DataRefused

from .export_company import Company

D = Decimal
TILL = """
source: till
name: {en: Till, zh: 收银}
facts: [orders]
known_by: [receipt, article, sold_at]
columns:
  receipt: {type: id}
  article: {type: id}
  sold_at: {type: timestamp, zone: store}
  pieces: {type: integer}
  paid: {type: money}
tables:
  order_lines:
    fill:
      {order_id: receipt, ordered_at: sold_at, sku: article, quantity: pieces, list_amount: paid}
"""
HEADER = ["receipt", "article", "sold_at", "pieces", "paid"]
PASSWORD = "r0t & gülden"


def book(*rows: list[Any], sheets: dict[str, list[list[Any]]] | None = None) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, cells in (sheets or {"sheet1": [HEADER, *rows]}).items():
        sheet = made.create_sheet(name)
        for row in cells:
            sheet.append(row)
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def locked(plain: bytes, password: str = PASSWORD) -> bytes:
    file = BytesIO()
    OOXMLFile(BytesIO(plain)).encrypt(password, file)
    return file.getvalue()


@pytest.fixture
def till(company: Company) -> Company:
    company.describe("till", TILL)
    return company


def refusal(company: Company, content: bytes, name: str = "till.xlsx") -> str:
    with pytest.raises(DataRefused) as trouble:
        company.read(f"shop/2026-09/{name}", content)
    return str(trouble.value)


ROW = ["0042", "A-1", datetime(2026, 9, 30, 8, 15), 2, 12.5]


def test_a_locked_workbook_opens_with_its_stores_password(
    till: Company, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    content = locked(book(ROW))
    caplog.set_level(logging.DEBUG)
    told = refusal(till, content)
    assert "till.xlsx: is locked with a password; write shop:" in told and "passwords.yml" in told

    vault = till.root / "passwords.yml"
    vault.write_text(f'shop: ["{PASSWORD}"]\nown-site: other\n', encoding="utf-8")
    vault.chmod(0o644)
    assert "chmod 600" in refusal(till, content)
    vault.chmod(0o600)
    reading = till.read("shop/2026-09/till.xlsx", content)
    assert till.rows(reading, "order_lines", "order_id, quantity, list_amount") == [
        ("0042", 2, D("12.5"))
    ]
    # Another store's password is not tried, and what was tried is not told.
    vault.write_text(f'shop: wrong-word\nown-site: "{PASSWORD}"\n', encoding="utf-8")
    told = refusal(till, content)
    assert "none of those for store 'shop' opens it" in told
    assert "wrong-word" not in told
    vault.write_text("shop: 0123\n", encoding="utf-8")
    assert "passwords.yml: shop: holds something that is no text" in refusal(till, content)
    vault.write_text(f"shop: [{PASSWORD}\n", encoding="utf-8")
    told = refusal(till, content)
    assert "passwords.yml: cannot be read" in told and PASSWORD not in told
    vault.unlink()

    for given in (f'{{"shop": "{PASSWORD}"}}', f"own-site=x\nshop={PASSWORD}"):
        monkeypatch.setenv("REVIEW_FILE_PASSWORDS", given)
        assert till.read("shop/2026-09/till.xlsx", content).rows_read == 1
    for given, what in (("{shop", "no JSON object"), (PASSWORD, "line 1: names no store")):
        monkeypatch.setenv("REVIEW_FILE_PASSWORDS", given)
        told = refusal(till, content)
        assert what in told and PASSWORD not in told
    assert PASSWORD not in caplog.text and "wrong-word" not in caplog.text


def test_the_store_must_be_known_before_its_password_can_be(till: Company) -> None:
    with pytest.raises(DataRefused, match="which store is this file from"):
        till.read("till.xlsx", locked(book(ROW)))


def test_what_is_only_locked_against_changes_needs_no_password(till: Company) -> None:
    assert till.read("shop/till.xlsx", locked(book(ROW), "VelvetSweatshop")).rows_read == 1


def test_locked_files_that_are_broken_large_or_made_to_keep_us_busy(
    till: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REVIEW_FILE_PASSWORDS", f"shop={PASSWORD}")
    content = locked(book(ROW))
    assert "damaged" in refusal(till, content[: len(content) // 2])
    assert 'spinCount="100000"' in content.decode("latin-1")
    slow = content.replace(b'spinCount="100000"', b'spinCount="999999"')
    monkeypatch.setattr(locks, "MOST_SPINS", 500_000)
    assert "too much work" in refusal(till, slow)
    monkeypatch.setattr(locks, "MOST_LOCKED", 1000)
    assert "larger than" in refusal(till, content)
    # A lock is no way past the bounds of what is inside.
    monkeypatch.setattr(locks, "MOST_LOCKED", 1 << 26)
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 100)
    assert "unpacks to more than" in refusal(till, content)


def old_book(*rows: list[Any]) -> bytes:
    made = xlwt.Workbook()
    sheet = made.add_sheet("Sheet1")
    days = xlwt.easyxf(num_format_str="YYYY-MM-DD HH:MM")
    for down, row in enumerate([HEADER, *rows]):
        for across, cell in enumerate(row):
            style = (days,) if isinstance(cell, datetime) else ()
            sheet.write(down, across, cell, *style)
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def rc4(key: bytes, text: bytes) -> bytes:
    state, j, out = list(range(256)), 0, bytearray()
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    for byte in text:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def old_locked(plain: bytes, password: str) -> bytes:
    """Lock a workbook as Excel 97 does: [MS-XLS] 2.2.10, RC4 over all but a few records."""
    import olefile

    with olefile.OleFileIO(BytesIO(plain)) as ole:
        stream = ole.openstream("Workbook").read()
    salt = bytes(range(16))
    first = md5(password.encode("utf-16-le")).digest()[:5]
    base = md5((first + salt) * 16).digest()[:5]

    def block_key(block: int) -> bytes:
        return md5(base + pack("<I", block)).digest()

    proof = b"0123456789abcdef"
    sealed = rc4(block_key(0), proof + md5(proof).digest())
    header = pack("<HHH", 1, 1, 1) + salt + sealed
    parts, shift = [], 54 + 4
    at = 0
    while at + 4 <= len(stream):
        number, size = unpack("<HH", stream[at : at + 4])
        parts.append((number, stream[at + 4 : at + 4 + size]))
        at += 4 + size
    made, plain_at = b"", set()
    for place, (number, body) in enumerate(parts):
        start = len(made)
        if number == 0x85:  # a sheet's place in the stream stays readable, and moves
            body = pack("<I", unpack("<I", body[:4])[0] + shift) + body[4:]
            plain_at |= set(range(start + 4, start + 8))
        made += pack("<HH", number, len(body)) + body
        plain_at |= set(range(start, start + 4))
        if number in (0x809, 0x2F, 0x1C1, 0xE1):
            plain_at |= set(range(start, len(made)))
        if place == 0:
            made += pack("<HH", 0x2F, len(header)) + header
            plain_at |= set(range(len(made) - len(header) - 4, len(made)))
    rest = bytes(-len(made) % 4)  # the writer below fills up with zeros, four to a record
    made += pack("<HH", 0xFFF, len(rest)) + rest
    plain_at |= set(range(len(made) - len(rest) - 4, len(made)))
    noise = b"".join(rc4(block_key(block), bytes(1024)) for block in range(len(made) // 1024 + 1))
    mixed = bytes(b if i in plain_at else b ^ noise[i] for i, b in enumerate(made))
    from xlwt.CompoundDoc import XlsDoc

    file = BytesIO()
    XlsDoc().save(file, mixed)
    return file.getvalue()


def test_an_old_workbook_opens_too(till: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    content = old_locked(old_book(ROW), "till-97")
    assert "is locked with a password" in refusal(till, content, "till.xls")
    monkeypatch.setenv("REVIEW_FILE_PASSWORDS", "shop=till-97")
    reading = till.read("shop/till.xls", content)
    assert till.rows(reading, "order_lines", "order_id, sku, quantity, list_amount") == [
        ("0042", "A-1", 2, D("12.5"))
    ]


def test_a_stale_size_of_the_sheet_hides_nothing(till: Company) -> None:
    whole = BytesIO(book(ROW, ["0043", *ROW[1:]]))
    stale = BytesIO()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(stale, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                text, times = re.subn(
                    rb'<dimension ref="[^"]*" ?/>', b'<dimension ref="A1"/>', text
                )
                assert times == 1
            new.writestr(name, text)
    assert till.read("shop/till.xlsx", stale.getvalue()).rows_read == 2


def test_of_several_sheets_the_one_that_is_known_is_read(till: Company) -> None:
    notes = [["Read me"], ["receipts of September"]]
    reading = till.read(
        "shop/till.xlsx", book(sheets={"Cover": notes, "Lines": [HEADER, ROW], "Empty": []})
    )
    assert (reading.sheet, reading.rows_read) == ("Lines", 1)
    told = refusal(till, book(sheets={"Sep": [HEADER, ROW], "Oct": [HEADER, ROW]}))
    assert "sheets 'Sep' and 'Oct'" in told and "a file of its own" in told
    # A second sheet with the headers and nothing below them takes nothing away.
    assert till.read("shop/till.xlsx", book(sheets={"Sep": [HEADER, ROW], "Oct": [HEADER]}))


def test_cells_that_are_not_what_they_look_like(till: Company) -> None:
    # 46295 days after 1899-12-30 is 2026-09-30 (DATE(2026,9,30) in any spreadsheet);
    # .34375 of a day is 8:15. 20260930 is a day written out and no count of days.
    reading = till.read(
        "shop/till.xlsx",
        book(
            ["0042", "A-1", 46295.34375, "2", "1,234.50"],
            [42.0, 577000000003104.0, 46295, 2.0, 0.125],
            ["0044", "577000000003104738", "2026-09-30 08:15", "3", 1234.5],
            ["0045", 577000000003104738, datetime(2026, 9, 30, 8, 15), 1, 1],
            ["0046", "A-1", 20260930, 2.5, "12.50 x"],
            ["0047", "A-1", 20260930, 1, float("1e-7")],
        ),
    )
    assert till.rows(
        reading, "order_lines", "order_id, sku, ordered_at, local_date, quantity, list_amount"
    ) == [
        ("0042", "A-1", datetime(2026, 9, 30, 7, 15), date(2026, 9, 30), 2, D("1234.5")),
        ("42", "577000000003104", datetime(2026, 9, 29, 23), date(2026, 9, 30), 2, D("0.125")),
        ("0044", "577000000003104738", datetime(2026, 9, 30, 7, 15), date(2026, 9, 30), 3,
         D("1234.5")),
        ("0047", "A-1", datetime(2026, 9, 29, 23), date(2026, 9, 30), 1, D("0")),
    ]  # fmt: skip
    bad = till.bad(reading)
    assert [(line, column, reason) for line, column, _, reason in bad] == [
        (5, "article", "digits_lost"),
        (6, "paid", "not_a_number"),
        (6, "pieces", "not_a_whole_number"),
    ]


def test_a_text_cell_in_doubt_is_asked_about_in_a_workbook_too(till: Company) -> None:
    # 45.000 is a thousand in Jakarta and a fraction in London: beside a sure 0.125 it is neither.
    assert "'45.000' could be a thousand or a fraction" in refusal(
        till, book(["1", "A", datetime(2026, 9, 30), 1, "45.000"], ["2", "A", ROW[2], 1, 0.125])
    )


def test_the_scratch_folder_holds_nothing_afterwards(
    till: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    monkeypatch.setenv("REVIEW_FILE_PASSWORDS", f"shop={PASSWORD}")
    till.read("shop/till.xlsx", locked(book(ROW)))
    assert list(scratch.iterdir()) == []
