"""An exhibit cannot exist without its words, and nothing in it can act."""

from __future__ import annotations

import base64
import csv
import io
import re
from decimal import Decimal
from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.charts.download import csv_text
from helpers.charts.exhibit import Exhibit, style_text, without_style
from helpers.charts.grids import Column, table
from helpers.charts.markup import Markup, clean, tag
from helpers.vocabulary.faults import DeclarationFaulty
from helpers.vocabulary.labels import Label

HOSTILE = [
    "<script>alert(1)</script>",
    "]]>",
    "&amp; & &lt;",
    "\"double\" 'single'",
    "</figure><img src=x onerror=alert(1)>",
    "--><svg onload=alert(1)>",
    "\u202egnp.exe\u202c",
    "\u2066hidden\u2069",
    "null\x00byte \x1b[31m",
    "=cmd|'/c calc'!A1",
    "{{ 7*7 }} $x^2$",
    "\ud800 lone surrogate",
]


def words(**changes: object) -> dict[str, object]:
    given = {
        "id": "monthly-gmv-trend",
        "takeaway": "GMV rose",
        "measure": "GMV, GBP",
        "source": "orders export",
        "alt": "GMV 1.5m",
        "data": pd.DataFrame({"month": ["2025-10"], "value": [1.5]}),
        "table": tag("p", "drawn"),
    }
    return given | changes


@pytest.mark.parametrize("word", ["takeaway", "measure", "source", "alt"])
@pytest.mark.parametrize("nothing", ["", "  ", "\u202e", None])
def test_refuses_to_exist_without_its_words(word, nothing):
    with pytest.raises(DeclarationFaulty, match=f"has no {word}"):
        Exhibit(**words(**{word: nothing}))


def test_tells_all_that_is_missing_at_once():
    with pytest.raises(DeclarationFaulty) as caught:
        Exhibit(**words(id="No Slug", takeaway="", alt="", data=None, table=None, language="fr"))
    told = str(caught.value)
    for part in ("no slug", "has no takeaway", "has no alt", "has no data", "a figure or a table",
                 "no language"):  # fmt: skip
        assert part in told
    assert len(caught.value.faults) == 6


@pytest.mark.parametrize("bad", ["", "Größe", "a b", '"x"', "1st", "a--b", "-a"])
def test_refuses_an_id_that_is_no_slug(bad):
    with pytest.raises(DeclarationFaulty, match="no slug"):
        Exhibit(**words(id=bad))


def test_refuses_a_table_that_was_not_built_safely():
    with pytest.raises(DeclarationFaulty, match="no markup"):
        Exhibit(**words(table="<p>raw</p>"))


class Elements(HTMLParser):
    """Collects tags, attribute names and text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(name)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(html: str) -> Elements:
    found = Elements()
    found.feed(html)
    found.close()
    return found


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_text_stays_text_everywhere(payload):
    printable = payload.replace("\ud800", "")  # a label is declared, and pydantic refuses it
    labels = pd.Series([payload, "plain"], dtype=object)
    frame = pd.DataFrame({"label": labels, "value": [1.0, 2.0]})
    exhibit = table(
        frame,
        [Column("label", Label(en=printable, zh=printable)), Column("value", unit="count")],
        id="hostile",
        takeaway=payload,
        source=payload,
        measure=payload,
        notes=(payload,),
    )
    plain = table(frame.assign(label="x"), [Column("label"), Column("value", unit="count")],
                  id="hostile", takeaway="x", source="x", measure="x", notes=("x",))  # fmt: skip
    found, harmless = parsed(exhibit.html()), parsed(plain.html())
    assert found.tags == harmless.tags
    assert [name for name, _ in found.attributes] == [name for name, _ in harmless.attributes]
    assert not any(name.startswith("on") for name, _ in found.attributes)
    assert clean(payload) in found.text
    exhibit.html().encode("utf-8")
    for unseen in "\u202e\u2066\x00\x1b":
        assert unseen not in exhibit.html()
        assert unseen not in exhibit.text()


@given(st.text(max_size=60), st.text(max_size=60))
def test_markup_escapes_whatever_it_is_given(content, attribute):
    found = parsed(tag("p", content, title=attribute))
    assert found.tags == ["p"]
    assert [name for name, _ in found.attributes] == ["title"]


def test_markup_is_not_escaped_twice():
    assert tag("p", tag("b", "a & b")) == "<p><b>a &amp; b</b></p>"
    assert isinstance(tag("p"), Markup)


def saved(exhibit: Exhibit) -> str:
    address = re.search(r'href="(data:text/csv[^"]+)"', exhibit.html())
    assert address
    return base64.b64decode(address[1].split("base64,")[1]).decode("utf-8")


def test_download_opens_in_a_spreadsheet_with_its_chinese():
    data = pd.DataFrame({"member": ["德国", "=1+1"], "value": [1509496.33, -12.5]})
    exhibit = Exhibit(**words(data=data, headings={"member": "市场"}))
    content = saved(exhibit)
    assert content.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(content.removeprefix("\ufeff"))))
    assert rows == [["市场", "value"], ["德国", "1509496.33"], ["'=1+1", "-12.5"]]
    assert 'download="monthly-gmv-trend.csv"' in exhibit.html()


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (-12.5, "-12.5"),
        (Decimal("-0.10"), "-0.10"),
        (3, "3"),
        (2_769.0, "2769"),
        (0.1 + 0.2, "0.3"),
        (None, ""),
        (float("nan"), ""),
        ("-5%", "'-5%"),
        ("+49 30", "'+49 30"),
        ("@sum", "'@sum"),
        ("\t=1", "'\t'=1"),
        (" =1", "' =1"),
        ("＝1", "'＝1"),
        ("a;=1", "a;'=1"),
        ("a\n=1", "a\n'=1"),
        ("−5", "−5"),
        ("plain = text", "plain = text"),
    ],
)
def test_a_cell_is_a_number_or_text_and_never_a_formula(cell, written):
    frame = pd.DataFrame({"cell": pd.Series([cell, "x"], dtype=object)})
    rows = list(csv.reader(io.StringIO(csv_text(frame), newline="")))
    assert rows[1][0] == written


@given(st.lists(st.text(max_size=20), min_size=1, max_size=4))
def test_no_text_starts_like_a_formula_under_either_separator(texts):
    columns = [f"c{place}" for place in range(len(texts))]
    frame = pd.DataFrame([texts], columns=columns, dtype=object)
    content = csv_text(frame)
    for row in csv.reader(io.StringIO(content, newline="")):
        assert not any(cell.lstrip(" '\"")[:1] in ("=", "+", "-", "@") and cell[:1] != "'"
                       for cell in row)  # fmt: skip
    assert not re.search(r"[;\t]\s*[=+@-]", content)


def test_shows_itself_styled_in_a_notebook_and_plain_on_a_page():
    exhibit = Exhibit(**words())
    bundle = exhibit._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert style_text() in bundle["text/html"]
    assert without_style(bundle["text/html"]) == exhibit.html()
    assert "GMV rose" in bundle["text/plain"] and "orders export" in bundle["text/plain"]
    assert "<script" not in style_text() and "@import" not in style_text()
    assert "http" not in style_text()


@pytest.mark.parametrize(("language", "line"), [("zh", ">来源：orders"), ("en", "Source: orders")])
def test_speaks_the_reader_s_language(language, line):
    html = Exhibit(**words(language=language)).html()
    assert line in html
    assert {"zh": 'lang="zh-CN"', "en": 'lang="en-GB"'}[language] in html


def test_source_is_not_announced_twice():
    assert "Source: Source" not in Exhibit(**words(source="Source: orders export")).html()
    chinese = Exhibit(**words(source="来源：订单导出", language="zh"))
    assert chinese.html().count("来源：") == 1
