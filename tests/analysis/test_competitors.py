"""Rivals' offers against ours: what may be compared, what it costs, what changed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from helpers.analysis.competitors.benchmark import offers, peers
from helpers.analysis.competitors.offers import Offer, not_comparable, price_index, standing
from helpers.analysis.competitors.pages import compare_pages
from helpers.analysis.competitors.pictures import (
    difference,
    has_changed,
    picture_hash,
    picture_in,
)
from helpers.analysis.desk import desk_at
from helpers.tables.warehouse import Warehouse
from warehouse_builder import make_workspace, order_line, write_table

DAY = date(2025, 12, 10)


def offer(price=20.0, **given):
    return Offer("them", "SKU-1", "GB", DAY, price, **({"shipping": 0.0, "has_tax": True} | given))


def test_the_index_is_of_delivered_prices():
    # (20 + 4) ÷ (30 + 2)
    assert price_index(offer(shipping=4.0), offer(30.0, shipping=2.0)) == pytest.approx(0.75)
    assert price_index(offer(pack_size=2), offer(30.0, pack_size=2)) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("rival", "reason"),
    [
        (offer(pack_size=2), "pack"),
        (offer(order_minimum=100), "tier"),
        (offer(has_tax=False), "tax"),
        (offer(has_tax=None), "tax"),
        (offer(shipping=None), "shipping"),
        (offer(None), "no_rate"),
        (offer(0.0), "no_price"),
    ],
)
def test_what_is_not_comparable_has_its_reason_and_no_index(rival, reason):
    assert not_comparable(offer(), rival) == (reason,)
    assert price_index(offer(), rival) is None


def test_what_is_unknown_of_both_is_alike():
    own, rival = (offer(price, has_tax=None, shipping=None) for price in (20.0, 25.0))
    assert price_index(own, rival) == pytest.approx(0.8)
    assert not_comparable(None, rival) == ("no_own",)


def test_promotion_depth_is_a_share_of_the_list_price():
    assert offer(15.0, list_price=20.0).promotion_depth == pytest.approx(0.25)
    assert offer(21.0, list_price=20.0).promotion_depth == 0.0
    assert offer().promotion_depth is None


PRICES = st.floats(0.5, 500)


@given(PRICES, PRICES, st.floats(0, 50), st.floats(0, 50), st.floats(0.01, 100))
def test_the_index_is_the_same_in_any_currency_and_turns_with_the_sides(a, b, x, y, rate):
    own, rival = offer(a, shipping=x), offer(b, shipping=y)
    index = price_index(own, rival)
    assert price_index(rival, own) == pytest.approx(1 / index)
    abroad = price_index(offer(a * rate, shipping=x * rate), offer(b * rate, shipping=y * rate))
    assert abroad == pytest.approx(index)


def test_standing_among_peers():
    found = standing(22.0, [20.0, 18.0, 25.0])
    assert (found.peers, found.median, found.rank) == (3, 20.0, 3)
    assert found.gap == pytest.approx(0.1)
    assert standing(5.0, []) is None


@given(PRICES, st.lists(PRICES, min_size=1, max_size=9))
def test_a_rank_lies_between_first_and_last(own, others):
    found = standing(own, others)
    assert 1 <= found.rank <= len(others) + 1
    assert (found.rank == 1) == (own <= min(others))
    assert (found.gap > 0) == (own > found.median)


# -- pictures ---------------------------------------------------------------------------------


def kettle(folder, name, colour=40, size=(640, 480), **how):
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    w, h = size
    draw.ellipse((w * 0.2, h * 0.3, w * 0.7, h * 0.9), fill=(colour, colour, 90))
    draw.rectangle((w * 0.65, h * 0.1, w * 0.8, h * 0.5), fill=(150, 120, colour))
    image.save(folder / name, **how)
    return folder / name


def test_a_picture_is_the_same_when_smaller_and_recompressed(tmp_path):
    first = kettle(tmp_path, "a.png")
    again = kettle(tmp_path, "b.jpg", size=(320, 240), quality=30)
    assert difference(picture_hash(first), picture_hash(again)) <= 6
    assert has_changed(first, again) is False
    other = Image.open(first).rotate(90)
    other.save(tmp_path / "c.png")
    assert has_changed(first, tmp_path / "c.png") is True


def test_the_hash_is_the_one_other_tools_give(tmp_path):
    """A picture without resampling: a ramp of 32 x 32; imagehash 4.3.2 gives the same bits."""
    ramp = Image.new("L", (32, 32))
    ramp.putdata([(x * 7 + y * y * 3) % 256 for y in range(32) for x in range(32)])
    ramp.save(tmp_path / "ramp.png")
    assert f"{picture_hash(tmp_path / 'ramp.png'):016x}" == "970b1cb11e2fa53c"


def test_what_is_no_picture_or_not_in_the_folder_is_not_read(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "a.jpg").write_text("no picture")
    kettle(tmp_path, "outside.png")
    assert picture_hash(folder / "a.jpg") is None
    assert has_changed(folder / "a.jpg", tmp_path / "outside.png") is None
    assert picture_in(folder, "a.jpg") == folder / "a.jpg"
    assert picture_in(folder, "../outside.png") is None
    assert picture_in(folder, str(tmp_path / "outside.png")) is None
    assert picture_in(folder, "missing.png") is None and picture_in(folder, None) is None


# -- pages ------------------------------------------------------------------------------------


def test_a_page_tells_its_new_and_lost_lines():
    found = compare_pages(
        "Kettle 1.7 l\n\nSteel. Made in 2024.", "Kettle 1.7 l\nSteel.  Made in 2025."
    )
    assert found.added == ("Made in 2025.",) and found.removed == ("Made in 2024.",)
    # Of 31 characters on each side 13 moved: 1 - 26 / 62.
    assert found.likeness == pytest.approx(1 - 26 / 62)
    assert compare_pages("水壶。不锈钢。", "水壶。玻璃。").added == ("玻璃。",)


@given(st.text(max_size=200), st.text(max_size=200))
def test_what_one_side_gains_the_other_loses(one, other):
    there, back = compare_pages(one, other), compare_pages(other, one)
    assert 0 <= there.likeness <= 1
    assert not compare_pages(one, one).is_change and compare_pages(one, one).likeness == 1
    assert there.is_change == back.is_change


# -- at the desk ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """One article sold at 24 with 4 of tax inside; three rivals, one of whom sells packs of two."""
    folder = tmp_path_factory.mktemp("rivals")
    workspace, paths = make_workspace(folder, base_currency="GBP")
    lines = [
        order_line(store_id="shop-uk", order_id=f"o{n}", local_date=day, list_amount=amount,
                   quantity=quantity, currency="GBP", country="GB", sku="SKU-1",
                   seller_discount="0.00", tax_inside=tax, shipping_income="0.00")
        for n, (day, amount, quantity, tax) in enumerate([
            ("2025-10-20", "30.00", 1, "5.00"),
            ("2025-12-01", "24.00", 1, "4.00"),
            ("2025-12-05", "24.00", 1, "4.00"),
            ("2025-12-06", "180.00", 10, "30.00"),  # another tier
            ("2025-12-31", "24.00", 1, "4.00"),
        ])
    ]  # fmt: skip

    def seen(who, day, price, **given):
        return {"competitor": who, "sku": "SKU-1", "country": "GB", "captured_on": day,
                "line_no": 1, "currency": "GBP", "price": price, "shipping": "0.00",
                "has_tax": True, "title": "Kettle", **given}  # fmt: skip

    captures = [
        seen("Aa", "2025-11-10", "20.00", list_price="20.00", detail_text="Steel. Fast."),
        seen("Aa", "2025-12-10", "16.00", list_price="20.00", detail_text="Steel. Faster.",
             title="Kettle XL", promotion="coupon"),
        seen("Bb", "2025-12-10", "25.00", has_tax=False),
        seen("Cc", "2025-12-10", "40.00", pack_size=2),
        seen("Dd", "2025-11-10", "30.00"),
        seen("Ee", "2025-12-10", "36.00"),
    ]  # fmt: skip
    write_table(paths, "order_lines", lines)
    write_table(paths, "competitor_offers", captures)
    return desk_at(Warehouse.open(paths, workspace), "2025-12", "en")


def test_rivals_are_held_against_what_buyers_paid(desk):
    found = offers(desk).set_index("competitor")
    # 24 with tax against 16; the month before 30 against 20, so no change of the index.
    assert found.loc["Aa", "own_price"] == pytest.approx(24.0)
    assert found.loc["Aa", "price_index"] == pytest.approx(1.5)
    assert found.loc["Aa", "index_change"] == pytest.approx(0.0)
    assert found.loc["Aa", "promotion_depth"] == pytest.approx(0.2)
    assert found.loc["Aa", "depth_before"] == pytest.approx(0.0)
    assert (found.loc["Aa", "lines_added"], found.loc["Aa", "lines_removed"]) == (1, 1)
    assert found.loc["Aa", "title_changed"] and found.loc["Aa", "promotion"] == "coupon"
    # Without tax: 20 against 25.
    assert found.loc["Bb", "price_index"] == pytest.approx(0.8)
    assert found.loc["Cc", "reasons"] == ("pack",)
    assert found.loc["Cc", "reason_text"] == "packs of different size"
    assert found.loc["Dd", "is_missing_capture"] and not found.loc["Aa", "is_missing_capture"]


def test_we_stand_among_those_that_are_comparable_and_of_this_month(desk):
    row = peers(desk).iloc[0]
    # Aa 16, Ee 36, and Bb, whom we undercut by a fifth, at 24 and 20: own is the mean of
    # 24, 24 and 20 = 68/3; rivals by their index: (68/3)/1.5, (68/3)/(2/3), (68/3)/0.8.
    assert (row["peers"], row["left_out"]) == (3, 2)
    assert row["own_price"] == pytest.approx(68 / 3)
    assert row["median"] == pytest.approx(68 / 3 / 0.8)
    assert row["gap"] == pytest.approx(-0.2)
    assert row["rank"] == 2
