"""Branches of a change: each is the exact sum of what hangs on it."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.analysis.decomposition import chain_factors, split_change
from helpers.analysis.desk import desk_at
from helpers.analysis.driver_tree import ads_tree, sales_tree, split_store
from helpers.analysis.drivers import Group
from helpers.tables.warehouse import Warehouse
from warehouse_builder import STORES, make_workspace, order_line, write_table

L_GOLDEN = 109130.24182082254


def test_the_golden_funnel_comes_out_of_a_store_with_one_market():
    # DOMAIN E4: 100,000 -> 120,000 visitors, 2.0 % -> 1.8 %, 50 -> 55
    leaf = split_store(
        {"US": Group(base=100_000, orders=2_000)},
        {"US": Group(base=118_800, orders=2_160)},
        [{"visitors": 100_000}, {"visitors": 120_000}],
        {},
    )
    assert leaf.effects["visitors"] == pytest.approx(19896.795582073097)
    assert leaf.effects["conversion"] == pytest.approx(-11498.018552105155)
    assert leaf.effects["aov"] == pytest.approx(10401.222970032057)
    assert leaf.effects["market_mix"] == 0
    assert math.fsum(leaf.effects.values()) == pytest.approx(18_800)


def test_a_wholesaler_s_funnel_has_five_steps():
    # 40,000 seen, 800 clicks, 80 inquiries, 8 orders, 16,000 -> twice as many inquiries a click
    counts = {"impressions": 40_000, "clicks": 800, "inquiries": 80}
    leaf = split_store(
        {"DE": Group(base=16_000, orders=8)},
        {"DE": Group(base=32_000, orders=16)},
        [counts, counts | {"inquiries": 160}],
        {},
    )
    assert leaf.effects["inquiries"] == pytest.approx(16_000)
    untouched = ("impressions", "clicks", "order_rate", "market_mix", "aov")
    assert [leaf.effects[one] for one in untouched] == pytest.approx([0] * 5, abs=1e-9)


def test_a_shift_to_a_dearer_market_is_no_change_of_basket():
    # Baskets stay at 20 and 100; five of ten orders move to the dear market.
    before = {"A": Group(base=160, orders=8), "B": Group(base=200, orders=2)}
    after = {"A": Group(base=60, orders=3), "B": Group(base=700, orders=7)}
    leaf = split_store(before, after, [{"visitors": 500}, {"visitors": 500}], {})
    assert leaf.effects["aov"] == pytest.approx(0, abs=1e-9)
    assert leaf.effects["visitors"] == pytest.approx(0, abs=1e-9)
    assert leaf.effects["market_mix"] == pytest.approx(400)


def test_markets_of_one_period_and_exchange_rates_stand_apart():
    before = {
        "A": Group(base=720, orders=10, local=100, currency="USD"),
        "OLD": Group(base=50, orders=1, local=50, currency="CNY"),
    }
    after = {
        "A": Group(base=690, orders=10, local=100, currency="USD"),
        "NEW": Group(base=138, orders=2, local=20, currency="USD"),
    }
    leaf = split_store(before, after, [{}, {}], {"USD": 7.2, "CNY": 1.0})
    # 20 dollars at the old 7.2 are 144; the rate took 30 from A and 6 from NEW.
    assert leaf.effects["entered"] == pytest.approx(144)
    assert leaf.effects["left"] == pytest.approx(-50)
    assert leaf.effects["currency"] == pytest.approx(-36)
    assert leaf.effects["orders"] == pytest.approx(0)


sales = st.tuples(
    st.floats(0, 1e7).map(lambda value: value if value > 1e-3 else 0.0), st.integers(0, 5_000)
)
markets = st.dictionaries(st.sampled_from("ABCD"), sales, max_size=4)
visits = st.integers(1, 1_000_000)


@given(markets, markets, visits, visits, st.sampled_from([(), ("visitors",), ("clicks", "leads")]))
def test_steps_add_up_to_the_change_whatever_is_nought(old, new, first, last, funnel):
    groups = [
        {key: Group(base=base, orders=orders) for key, (base, orders) in one.items()}
        for one in (old, new)
    ]
    counts = [{name: seen / (place + 1) for place, name in enumerate(funnel)}
              for seen in (first, last)]  # fmt: skip
    leaf = split_store(*groups, counts, {})
    change = math.fsum(b for b, _ in new.values()) - math.fsum(b for b, _ in old.values())
    scale = max([1.0, *(base for base, _ in (*old.values(), *new.values()))])
    assert math.fsum(leaf.effects.values()) == pytest.approx(change, abs=1e-8 * scale)
    back = split_store(*reversed(groups), list(reversed(counts)), {})
    turned = {"entered": "left", "left": "entered"}
    for step, value in leaf.effects.items():
        other = back.effects.get(turned.get(step, step), 0.0)
        assert value == pytest.approx(-other, abs=1e-8 * scale)


@given(st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=6))
def test_factors_of_a_funnel_multiply_to_its_end(counts):
    factors = chain_factors({str(place): count for place, count in enumerate(counts)})
    assert math.prod(factors.values()) == pytest.approx(counts[-1])
    assert split_change(factors, factors) == dict.fromkeys(factors, 0.0)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """An own shop with visits and a marketplace shop without, in October and November 2025."""
    first, second = "shop-ie", "shop-uk"
    workspace, paths = make_workspace(
        tmp_path_factory.mktemp("tree"),
        [STORES[1] | {"id": first, "platform": "amazon"}, STORES[1]],
        base_currency="GBP",
    )

    def lines(store, day, count, amount):
        return [
            order_line(store_id=store, order_id=f"{store}{day}{place}", local_date=day,
                       list_amount=amount, currency="GBP", country="GB")
            for place in range(count)
        ]  # fmt: skip

    write_table(paths, "order_lines", [
        *lines(first, "2025-10-01", 2, "50.00"), *lines(first, "2025-11-05", 3, "50.00"),
        *lines(second, "2025-10-06", 4, "10.00"), *lines(second, "2025-11-06", 4, "15.00"),
        *lines(first, "2025-11-30", 1, "50.00"), *lines(first, "2025-10-31", 1, "50.00"),
    ])  # fmt: skip
    write_table(paths, "traffic", [
        {"store_id": first, "start_date": f"{month}-01", "end_date": f"{month}-{last}",
         "level": "store", "sessions": seen}
        for month, last, seen in (("2025-10", 31, 300), ("2025-11", 30, 400))
    ])  # fmt: skip
    write_table(paths, "ad_spend", [
        {"store_id": second, "start_date": day, "end_date": day, "campaign": name,
         "line_no": 1, "currency": "GBP", "spend": "1.00", "impressions": seen,
         "clicks": clicks, "attributed_orders": orders, "attributed_sales": sales}
        for day, name, seen, clicks, orders, sales in (
            ("2025-10-06", "Kettle", 1000, 20, 2, "20.00"),
            ("2025-11-06", "Kettle", 1000, 20, 4, "40.00"),
            ("2025-11-06", "Stove", 500, 10, 1, "30.00"),
        )
    ])  # fmt: skip
    return Warehouse.open(paths, workspace)


def test_every_branch_is_the_sum_of_the_branches_on_it(warehouse):
    tree = sales_tree(desk_at(warehouse, "2025-11", "en"))
    by = tree.groupby("level")["change"].sum()
    # 190 -> 260: the own shop 150 -> 200, the marketplace shop 40 -> 60
    assert by["total"] == pytest.approx(70)
    assert by["platform"] == by["store"] == by["step"] == pytest.approx(70)
    for store, branch in tree[tree["level"] == "step"].groupby("store"):
        whole = tree[(tree["level"] == "store") & (tree["store"] == store)]["change"].sum()
        assert branch["change"].sum() == pytest.approx(whole, abs=1e-9)
    assert tree.loc[tree["level"] == "platform", "share_of_change"].sum() == pytest.approx(1)
    assert tree.loc[tree["level"] == "total", "points"].iloc[0] == pytest.approx(70 / 190)
    assert list(tree["standing"].unique()) == ["stayed", ""]


def test_each_store_is_split_by_the_funnel_that_is_known_of_it(warehouse):
    tree = sales_tree(desk_at(warehouse, "2025-11", "en"))
    first, second = warehouse.workspace.stores[0].id, warehouse.workspace.stores[1].id
    steps = tree[tree["level"] == "step"].set_index(["store", "step"])["change"]
    # L(200, 150) = 50 / ln(4/3) = 173.80. Sessions 300 -> 400: all of it; conversion 1 % -> 1 %.
    assert steps[first, "sessions"] == pytest.approx(50.0)
    assert steps[second, "aov"] == pytest.approx(20.0)
    assert (second, "sessions") not in steps.index


def test_attributed_sales_are_split_inside_each_campaign(warehouse):
    tree = ads_tree(desk_at(warehouse, "2025-11", "zh"))
    steps = tree[tree["level"] == "step"].set_index("step")["change"]
    # Kettle: 10 % -> 20 % of clicks buy, all else equal. Stove is new.
    assert steps["ad_orders"] == pytest.approx(20)
    assert steps["ad_entered"] == pytest.approx(30)
    assert tree.loc[tree["level"] == "total", "change"].iloc[0] == pytest.approx(50)
    assert "广告转化率" in set(tree["label"])


def test_without_a_baseline_there_is_no_tree(warehouse):
    desk = desk_at(warehouse, "2025-10", "en")
    assert sales_tree(desk).empty and ads_tree(desk).empty
    assert isinstance(sales_tree(desk), pd.DataFrame)
