"""The index and the query are cut alike, so that what stands on a page is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from helpers.publish.search import BilingualSearch, plain_text

LANGUAGE = BilingualSearch({})
han = some.text(some.sampled_from("退货率海外仓清关延误广告投产比"), min_size=1, max_size=30)


def as_query(text: str) -> list[str]:
    """Cut as the browser does: pairs, or the character where there is only one."""
    return [text] if len(text) == 1 else [text[i : i + 2] for i in range(len(text) - 1)]


@given(han, some.integers(0, 29), some.integers(1, 8))
def test_every_piece_of_a_chinese_text_is_found(text, start, length):
    piece = text[start : start + length]
    if piece:
        assert set(as_query(piece)) <= set(LANGUAGE.split(text))


def test_turned_round_it_is_not_found():
    assert not set(as_query("仓外海")) <= set(LANGUAGE.split("海外仓"))


def test_codes_stay_whole_beside_their_parts():
    assert LANGUAGE.split("SKU-0003") == ["sku-0003", "sku", "0003"]
    assert LANGUAGE.stem("sku-0003") == "sku-0003"
    assert LANGUAGE.word_filter("率")


def test_full_width_is_the_same_as_half_width():
    assert LANGUAGE.split("ＳＫＵ－０００３") == LANGUAGE.split("SKU-0003")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<td>海外仓</td><td>12</td>", "海外仓 12"),
        ("<style>p{}</style><script>x</script>Kettle", "Kettle"),
        ("<svg><metadata>made by</metadata><text>SKU-0003</text><text>9</text></svg>",
         "SKU-0003 9"),
        ("&lt;b&gt; &amp; co", "<b> & co"),
    ],
)  # fmt: skip
def test_markup_becomes_text_with_gaps(markup, text):
    assert plain_text(markup) == text
