"""Free text keeps its sense and loses what may be a person's."""

from __future__ import annotations

import duckdb
import pytest

from helpers.sources.masking import masked

from .export_company import Company, table

PEOPLE = [
    "jane.doe@example.org", "Jane＠example.org", "+1 555 010 0199", "+44 (0)20 7946 0958",
    "(+66) 81-000-0000", "+8613800000000", "13800000000", "138 0000 0000", "020 7946 0958",
    "555-010-0199", "(555) 010-0199", "0171/5550100", "0812.0000.0000", "577000000000104729",
    "１３８００００００００", "๐๘๑๐๐๐๐๐๐๐", "phone 9123 4567", "Tel.: 555-0100", "手机：88880000",
    "WhatsApp no 5550100", "12 Sample Road", "12a Sample St.", "221 north sample avenue",
    "1600 Sample Test Park Blvd", "3 Sample Court", "7 Upper Sample Drive", "Musterstraße 12",
    "Muster Str. 12b", "Musterstrasse 4-6", "Bahnhofplatz 3", "Voorbeeldlaan 9",
    "Voorbeeldstraat 88", "12 rue de l'Exemple", "Calle Ejemplo 5", "Via Esempio, 7",
    "Rua do Exemplo 100", "Jl. Contoh Raya No. 45", "示例路12号", "示例大道100号5栋301室",
    "示范街１２號", "示例路十二号", "见本町2丁目3-4", "예시로 12", "ถนนตัวอย่าง 12",
    "บ้านเลขที่ 99/1", "P.O. Box 1234", "PO Box 9",
]  # fmt: skip
HARMLESS = [
    "The kettle leaked after 3 weeks; 5 stars on the box, none for the lid",
    "arrived 2026-08-01, two days late", "2026. 8. 2", "08/01/2026", "20260801",
    "1,234,567.89 USD", "wasserkocher 1,7 l edelstahl 2200 watt",
    "买了2个，一个坏了，客服3天没回复",
    "Spring 2026 sale", "size 42-44, colour 7", "Top 10 way better than the old one",
    "iPhone 15 case 2 pack", "铁路模型 1:87", "9.99 + 4.99 shipping", "order of 2 @ 3 each",
]  # fmt: skip


def shown(text: str, is_moment: bool = False) -> str:
    blotted = masked("said", is_moment=is_moment)
    with duckdb.connect() as con:
        ((said,),) = con.execute(f"SELECT {blotted} FROM (SELECT ? AS said)", [text]).fetchall()
    return str(said)


@pytest.mark.parametrize("person", PEOPLE)
def test_what_may_be_a_persons_is_blotted_out(person: str) -> None:
    left = shown(f"Please call me: {person}, thanks for 1 kettle")
    assert "…" in left and left.endswith("thanks for 1 kettle") and left.startswith("Please")
    # Not even the part that tells most of it is left.
    assert max(person.split(), key=len) not in left


@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_words_and_figures_stay(text: str) -> None:
    assert shown(text) == text


def test_a_date_keeps_its_digits_and_loses_the_person_beside_it() -> None:
    assert shown("2026-08-01 11:22:33.123456789", is_moment=True).startswith("2026-08-01 11")
    assert shown("jane@example.org", is_moment=True) == "…"
    assert shown("2026/8/1 13800000000", is_moment=True) == "2026/8/1 …"
    assert shown("13800000000", is_moment=True) == "…"


NOTES = """
source: remarks
name: {en: Remarks, zh: 备注}
facts: [reviews]
known_by: [number, words]
columns:
  number: {header: No, type: id}
  words: {header: Words, type: note}
  day: {header: Day, type: date}
tables:
  reviews:
    fill: {review_id: number, body: words, local_date: day}
"""


def test_a_note_is_masked_before_anything_is_made_of_it(company: Company) -> None:
    company.describe("remarks", NOTES)
    text = table(
        ",",
        ("No", "Words", "Day"),
        ("1", "good; write to jane@example.org", "2026-08-01"),
        ("2", "  ", "2026-08-02"),
        ("3", "bad", "call 555-010-0199 x"),
    )
    reading = company.read("shop/remarks.csv", text)
    assert company.rows(reading, "reviews", "review_id, body") == [
        ("1", "good; write to …"),
        ("2", None),
    ]
    assert company.bad(reading) == [(4, "Day", "… x", "not_a_date")]
