"""Comparisons and drivers on small warehouses whose figures were worked out by hand."""

from datetime import date, timedelta

import pandas as pd
import pytest

from helpers.analysis.attainment import pace
from helpers.analysis.comparison import compare, history
from helpers.analysis.customers.cohorts import cohorts
from helpers.analysis.desk import desk_at, market_label
from helpers.analysis.drivers import explain_gmv, movers
from helpers.analysis.headlines import headline, in_full, returns_takeaway
from helpers.analysis.products import explain_products, pareto, top_products
from helpers.analysis.profit import bridge
from helpers.analysis.returns import by_product
from helpers.metrics.notes import join_notes, note
from helpers.tables.warehouse import Warehouse
from helpers.vocabulary.faults import AskedWrongly
from helpers.vocabulary.periods import parse_period
from warehouse_builder import make_workspace, order_line, write_table


def sale(order, day, amount, **given):
    """One unit sold by the British store, whose prices hold no tax; base currency is pounds."""
    return order_line(
        store_id="shop-uk",
        order_id=order,
        local_date=day,
        list_amount=amount,
        currency="GBP",
        **({"country": "GB"} | given),
    )


def opened(folder, lines, **declared):
    workspace, paths = make_workspace(folder, base_currency="GBP", **declared)
    write_table(paths, "order_lines", lines)
    return Warehouse.open(paths, workspace)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """October and November 2024, October and 1-9 November 2025."""
    lines = [
        sale("a1", "2024-10-01", "60.00"),
        sale("a2", "2024-11-03", "100.00"),
        sale("a3", "2024-11-20", "900.00"),
        sale("b1", "2025-10-02", "40.00"),
        sale("b2", "2025-10-09", "40.00", country="FR"),
        sale("b3", "2025-10-31", "500.00"),
        sale("c1", "2025-11-01", "50.00", sku="SKU-2"),
        sale("c2", "2025-11-05", "50.00"),
        sale("c3", "2025-11-09", "50.00", country="IE"),
    ]
    return opened(tmp_path_factory.mktemp("desk"), lines)


def test_an_incomplete_month_is_compared_with_the_same_days(warehouse):
    desk = desk_at(warehouse, "2025-11", "en")
    assert not desk.is_complete
    assert str(desk.elapsed) == "2025-11-01..2025-11-09"
    assert str(desk.previous) == "2025-10-01..2025-10-09"
    assert str(desk.year_ago) == "2024-11-01..2024-11-09"
    row = compare(desk, ["gmv"]).to_dict("records")[0]
    # 150 against 40 + 40 in the same days of October, and 100 in those of last November.
    assert row["value"] == 150.0
    assert row["previous"] == 80.0
    assert row["previous_change"] == pytest.approx(0.875)
    assert row["year_ago_change"] == pytest.approx(0.5)
    assert row["status"] == "preliminary"


def test_last_is_the_last_complete_month_and_year(warehouse):
    assert desk_at(warehouse, "last").period.text == "2025-10"
    with pytest.raises(AskedWrongly, match="no year is complete"):
        desk_at(warehouse, "last", kind="year")


def test_a_missing_baseline_is_empty_and_not_nought(warehouse):
    desk = desk_at(warehouse, "2024-10", "en")
    row = compare(desk, ["gmv"]).to_dict("records")[0]
    assert desk.previous is None and desk.year_ago is None
    assert row["value"] == 60.0
    assert pd.isna(row["previous"]) and pd.isna(row["previous_change"])
    assert in_full(row, desk) == (
        "GMV came to £60 in October 2024; there is no earlier period to compare with."
    )
    assert explain_gmv(desk).empty and movers(desk, "market").empty


def test_the_steps_add_up_and_markets_that_come_and_go_stand_apart(warehouse):
    frame = explain_gmv(desk_at(warehouse, "2025-11", "en"))
    steps = dict(zip(frame["step"], frame["value"], strict=True))
    # Great Britain: 1 order of 40 -> 2 of 50. France (40) left, Ireland (50) entered.
    # L(100, 40) = 60 / ln 2.5 = 65.4814; ln 2 -> 45.388 orders, ln 1.25 -> 14.612 basket
    assert steps["start"] == 80.0 and steps["end"] == 150.0
    assert steps["orders"] == pytest.approx(45.388, abs=0.001)
    assert steps["aov"] == pytest.approx(14.612, abs=0.001)
    assert steps["entered"] == pytest.approx(50.0)
    assert steps["left"] == pytest.approx(-40.0)
    effects = frame.loc[frame["kind"] == "effect", "value"]
    assert effects.sum() == pytest.approx(70.0, abs=1e-9)
    assert list(frame["kind"]) == ["start", *["effect"] * 4, "end"]


def test_a_ladder_per_market_adds_up_to_the_whole(warehouse):
    frame = explain_gmv(desk_at(warehouse, "2025-11", "en"), by=("market",))
    assert set(frame["member"]) == {"GB", "FR", "IE"}
    assert frame.loc[frame["kind"] == "end", "value"].sum() == pytest.approx(150.0)


def test_movers_are_named_with_what_they_add_to_growth(warehouse):
    frame = movers(desk_at(warehouse, "2025-11", "zh"), "market")
    rows = frame.set_index("member")
    assert list(rows.index) == ["GB", "IE", "FR"]
    assert list(rows["label"]) == ["英国", "爱尔兰", "法国"]
    assert list(rows["change"]) == [60.0, 50.0, -40.0]
    assert list(rows["standing"]) == ["stayed", "entered", "left"]
    assert rows.loc["GB", "share_of_change"] == pytest.approx(60 / 70)
    assert rows.loc["GB", "points"] == pytest.approx(60 / 80)
    folded = movers(desk_at(warehouse, "2025-11", "en"), "market", top=1)
    assert list(folded["change"]) == [60.0, 10.0]
    assert folded["change"].sum() == pytest.approx(frame["change"].sum())
    # What each adds to growth makes up the growth: 80 -> 150.
    for one in (frame, folded):
        assert one["points"].sum() == pytest.approx(70 / 80)
        assert one["share_of_change"].sum() == pytest.approx(1.0)


def test_history_keeps_the_months_before_the_data_empty(warehouse):
    frame = history(desk_at(warehouse, "2025-11", "en"), ["gmv"], months=15)
    assert frame["month"].iloc[0] == "2024-09"
    assert pd.isna(frame["value"].iloc[0])
    assert frame["status"].iloc[0] == "no_source"
    assert frame["status"].iloc[-1] == "preliminary"
    assert frame["value"].iloc[-1] == 150.0


def test_products_rank_and_split(warehouse):
    desk = desk_at(warehouse, "2025-11", "en")
    top = top_products(desk)
    assert list(top["member"]) == ["SKU-1", "SKU-2"]
    assert list(top["value"]) == [100.0, 50.0]
    assert list(top["share"]) == [pytest.approx(2 / 3), pytest.approx(1 / 3)]
    assert list(top["standing"]) == ["stayed", "entered"]
    curve = pareto(desk)
    assert list(curve["abc_class"]) == ["A", "B"]
    assert curve["cumulative_share"].iloc[-1] == pytest.approx(1.0)
    split = explain_products(desk).set_index("step")["value"]
    # SKU-1: 2 units at 40 -> 2 at 50: price 20. SKU-2 is new: 50.
    assert split["price"] == pytest.approx(20.0)
    assert split["new"] == pytest.approx(50.0)
    assert split["volume"] == pytest.approx(0.0)


def test_profit_is_not_made_up_where_costs_are_unknown(warehouse):
    frame = bridge(desk_at(warehouse, "2025-11", "en"))
    assert "contribution" not in set(frame["step"])


def test_pace_judges_by_the_days_without_a_year_before(warehouse):
    targets = pd.DataFrame([{"metric": "gmv", "value": 1000.0, "period": "2025"}])
    row = pace(desk_at(warehouse, "2025-11", "en"), targets).to_dict("records")[0]
    assert row["actual"] == pytest.approx(730.0)
    # 313 of 365 days have passed.
    assert row["share_basis"] == "even"
    assert row["expected"] == pytest.approx(1000 * 313 / 365)
    assert row["verdict"] == "at_risk"
    assert sum(row["required_by_month"]) == pytest.approx(270.0)


def test_a_desk_measures_each_figure_once(warehouse, monkeypatch):
    desk = desk_at(warehouse, "2025-10", "en")
    first = desk.measure(["gmv", "orders_count"])
    monkeypatch.setattr("helpers.metrics.compute.compute_series", None)
    pd.testing.assert_frame_equal(desk.measure(["gmv", "orders_count"]), first)
    assert desk.value("gmv") == 580.0


def test_the_source_line_names_days_files_and_rows(warehouse):
    english, chinese = (desk_at(warehouse, "2025-11", one).source_line() for one in ("en", "zh"))
    assert english == "Source: by hand; 1–9 November 2025; 1 file, 3 rows"
    assert chinese == "来源：by hand；2025年11月1日至9日；1个文件，3行"


@pytest.mark.parametrize(
    ("kinds", "english", "chinese"),
    [
        (3, "C, B and A", "C、B、A"),
        (4, "D, C, B and 1 more kind", "D、C、B及另外1类"),
        (10, "J, I, H and 7 more kinds", "J、I、H及另外7类"),
    ],
)
def test_a_long_source_line_names_three_kinds_and_counts_the_others(
    warehouse, monkeypatch, kinds, english, chinese
):
    # The later its letter the more rows a kind has: 1 + 2 + ... rows in one file each.
    lineage = pd.DataFrame(
        {"source": list("ABCDEFGHIJ")[:kinds], "files": 1, "rows": range(1, kinds + 1),
         "first_day": pd.Timestamp("2025-11-01"), "last_day": pd.Timestamp("2025-11-09")}
    )  # fmt: skip
    monkeypatch.setattr(type(warehouse), "lineage", lambda *_: lineage)
    rows = kinds * (kinds + 1) // 2
    lines = [desk_at(warehouse, "2025-11", one).source_line("order_lines") for one in ("en", "zh")]
    assert lines == [
        f"Source: {english}; 1–9 November 2025; {kinds} files, {rows} rows",
        f"来源：{chinese}；2025年11月1日至9日；{kinds}个文件，{rows}行",
    ]


def test_the_exchange_rate_is_a_step_of_its_own(tmp_path):
    """The same pounds are sold in both months; only the rate moves."""
    lines = [
        order_line(store_id="shop-uk", order_id=day, local_date=day, currency="GBP",
                   list_amount="100.00", country="GB")
        for day in ("2025-01-02", "2025-02-17", "2025-02-28")
    ]  # fmt: skip
    workspace, paths = make_workspace(tmp_path)
    write_table(paths, "order_lines", lines)
    warehouse = Warehouse.open(paths, workspace)
    rates = warehouse.sql("SELECT local_date, fx_rate FROM order_lines ORDER BY local_date")
    january, *february = [float(rate) for rate in rates["fx_rate"]]
    frame = explain_gmv(desk_at(warehouse, "2025-02", "en"))
    steps = dict(zip(frame["step"], frame["value"], strict=True))
    now = 100 * sum(february)
    assert steps["currency"] == pytest.approx(now - 200 * january, abs=0.01)
    assert steps["orders"] == pytest.approx(100 * january, abs=0.01)
    assert steps["aov"] == pytest.approx(0.0, abs=0.01)


def test_cohorts_leave_unfinished_and_small_cells_empty(tmp_path):
    lines = []

    def buys(person, day):
        lines.append(sale(f"{person}-{day}", day, "10.00", customer_key=f"{person:0>32}"))

    for person in range(5):  # the opening month: too few, and not known to be new
        buys(f"o{person}", "2025-01-10")
    for person in range(40):
        buys(f"f{person}", "2025-02-10")
        if person < 10:
            buys(f"f{person}", "2025-03-10")
    for day in (date(2025, 3, 31), date(2025, 4, 5)):
        buys("late", day.isoformat())
    frame = cohorts(desk_at(opened(tmp_path, lines), "2025-04", "en"))
    cells = frame.set_index(["cohort", "month"])
    assert cells.loc[("2025-02", 0), "retained"] == 1.0
    assert cells.loc[("2025-02", 1), "retained"] == pytest.approx(0.25)
    assert not cells.loc[("2025-02", 2), "is_mature"]  # April has not ended
    assert pd.isna(cells.loc[("2025-02", 2), "retained"])
    assert cells.loc[("2025-01", 0), "is_opening"]
    assert cells.loc[("2025-01", 0), "status"] == "not_enough_data"
    assert pd.isna(cells.loc[("2025-01", 0), "retained"])
    assert frame["retained"].notna().sum() == 2


def test_two_years_of_steady_seasons_are_noise_and_a_lost_month_is_not(tmp_path):
    season = [50, 40, 45, 50, 52, 50, 47, 50, 55, 60, 110, 90]
    wobble = [0, 1, -1, 2, -1, 0, 1, -2, 0, 1, -1, 0]
    lines, day = [], date(2023, 1, 1)
    while day <= date(2025, 11, 30):
        place = day.month - 1
        amount = season[place] + wobble[(place + day.year) % 12]
        if day.year == 2025 and day.month == 11:
            amount = 60
        for at, last in ((1, amount - 1), (28, 1)):
            one = day.replace(day=at)
            lines.append(sale(f"{one}", one.isoformat(), f"{last}.00"))
        day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    lines.append(sale("end", "2025-11-30", "0.01"))
    warehouse = opened(tmp_path, lines)
    october = compare(desk_at(warehouse, "2025-10", "en"), ["gmv"]).to_dict("records")[0]
    november = compare(desk_at(warehouse, "2025-11", "en"), ["gmv"]).to_dict("records")[0]
    assert (october["signal"], october["signal_method"]) == ("noise", "seasonal")
    assert (november["signal"], november["signal_method"]) == ("signal_down", "seasonal")
    # It fell against last November and rose against nothing: the sentence leads with the year.
    desk = desk_at(warehouse, "2025-11", "en")
    # Two orders as a year ago, each smaller.
    assert headline(november, desk) == (
        "GMV came to £60.01 in November 2025, down 45.9% on November 2024, mainly because of "
        "average order value."
    )
    sentence = in_full(november, desk)
    assert "on November 2024 and below what is normal for the season" in sentence
    assert sentence.startswith("GMV came to £60")


@pytest.mark.parametrize(("code", "name"), [("TW", "中国台湾"), ("HK", "中国香港"), ("GB", "英国")])
def test_markets_are_named_as_mainland_readers_expect(code, name):
    assert market_label(code, "zh") == name


@pytest.mark.parametrize(
    ("dimension", "member", "label"),
    [
        ("campaign", "US | Kettle | Exact", "US | Kettle | Exact"),
        ("store,campaign", "shop-uk|US | Kettle", "Shop UK · US | Kettle"),
        ("store,market", "shop-uk|DE", "Shop UK · Germany"),
    ],
)
def test_a_name_may_hold_the_mark_that_parts_dimensions(warehouse, dimension, member, label):
    assert desk_at(warehouse, "2025-11", "en").member_label(dimension, member) == label


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "covers 50.0% of GMV; missing: Shop UK (returns, stock)"),
        ("zh", "覆盖GMV的50.0%；缺少：英国店（退货、库存）"),
    ],
)
def test_notes_name_stores_and_tables_as_readers_do(warehouse, language, says):
    lacking = {"shop-uk": ["returns", "inventory_snapshots"]}
    told = join_notes([note("covers", share=0.5, missing=lacking)])
    assert desk_at(warehouse, "2025-11", language).note_text(told) == says


def test_a_figure_s_note_names_the_store(tmp_path):
    """Costs are known for one product of the British store; its stock report names two."""
    stock = {"store_id": "shop-uk", "local_date": "2025-10-31", "sku": "SKU-9", "on_hand": 5}
    workspace, paths = make_workspace(tmp_path, base_currency="GBP")
    write_table(paths, "order_lines", [sale("b", "2025-10-02", "10.00"), order_line()])
    write_table(paths, "inventory_snapshots", [stock])
    desk = desk_at(Warehouse.open(paths, workspace), "2025-10", "zh")
    frame = compare(desk, ["stock_value", "on_hand_units", "refunds"], signals=False)
    said = "".join(frame["note"])
    assert "德国店" in said and "shop-" not in said, said


def test_products_are_held_against_those_whose_returns_are_known(tmp_path):
    """The British store brings no returns and is no part of the rate; 4 of 40 came back."""
    back = {"store_id": "shop-de", "line_no": 1, "order_id": "A", "sku": "SKU-1",
            "local_date": "2025-10-20", "quantity": 4}  # fmt: skip
    workspace, paths = make_workspace(tmp_path, base_currency="GBP")
    lines = [
        order_line(quantity=40, list_amount="400.00"),
        sale("b", "2025-10-02", "9.00", sku="B"),
    ]
    write_table(paths, "order_lines", lines)
    write_table(paths, "returns", [back])
    desk = desk_at(Warehouse.open(paths, workspace), "2025-10", "zh")
    assert desk.measure(["return_rate"])["value"].tolist() == [pytest.approx(0.1)]
    frame = by_product(desk)
    assert frame["average"].tolist() == [pytest.approx(0.1)]
    assert returns_takeaway(frame, desk) == "没有商品的退货率显著高于平均水平（10.0%）。"


def test_among_many_products_one_in_twenty_is_no_culprit(tmp_path):
    """Forty products sold a hundred times: most came back 5 times, two 10 times, one 20 times."""
    counts = {f"SKU-{place:02}": 5 for place in range(40)} | {"SKU-07": 10, "SKU-08": 10, "BAD": 20}
    workspace, paths = make_workspace(tmp_path, base_currency="EUR")
    write_table(paths, "order_lines", [
        order_line(order_id=sku, sku=sku, quantity=100, list_amount="400.00") for sku in counts
    ])  # fmt: skip
    write_table(paths, "returns", [
        {"store_id": "shop-de", "line_no": 1, "order_id": sku, "sku": sku,
         "local_date": "2025-10-20", "quantity": count} for sku, count in counts.items()
    ])  # fmt: skip
    frame = by_product(desk_at(Warehouse.open(paths, workspace), "2025-10", "en")).set_index(
        "member"
    )
    # By itself 10 of 100 lies above the average of 5.6 %; among 41 such a one is to be expected.
    assert frame.loc["BAD", "is_worse"] and frame["is_worse"].sum() == 1
    assert frame.loc["SKU-07", "value"] == pytest.approx(0.1)


def test_a_comparison_is_one_question(warehouse, monkeypatch):
    """Period, baselines and history are measured together, by whatever they are asked for."""
    from helpers.metrics import compute
    from helpers.metrics.figures import FILE

    (warehouse.paths.runs / FILE).unlink(missing_ok=True)  # what other tests have asked
    asked = []
    each = compute.compute_each
    monkeypatch.setattr(compute, "compute_each", lambda *one: asked.append(one) or each(*one))
    desk = desk_at(warehouse, "2025-11", "en")
    compare(desk, ["gmv", "orders_count", "aov"])
    assert len(asked) == 1
    explain_gmv(desk)
    explain_gmv(desk, "year_ago")
    assert [one[2] for one in asked[1:]] == [
        ("store", "market"), ("store", "market", "currency"), ("store",)
    ]  # fmt: skip


def test_each_metric_is_measured_for_its_own_periods(warehouse):
    periods = [parse_period(text) for text in ("2025-10", "2025", "2024-11")]
    desk, alone = (desk_at(warehouse, "2025-11", "en") for _ in range(2))
    desk.foresee([("gmv", periods[0], ()), ("aov", periods[1], ()), ("gmv", periods[2], ()),
                  ("gmv", None, ())])  # fmt: skip
    assert set(desk._measured) == {
        ("gmv", "2025-10", ()), ("gmv", "2024-11", ()), ("aov", "2025", ())
    }  # fmt: skip
    for metric, period in (("gmv", periods[0]), ("gmv", periods[2]), ("aov", periods[1])):
        pd.testing.assert_frame_equal(
            desk.measure([metric], period), alone.measure([metric], period)
        )
