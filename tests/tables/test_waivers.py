"""A source that will not come is admitted by a person, for a reason and a period."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from helpers.tables.build import rebuild
from helpers.tables.completeness import readiness
from helpers.tables.known_facts import known_facts
from helpers.tables.waivers import load_waivers, waive
from helpers.tables.warehouse import Warehouse
from helpers.vocabulary.faults import AskedWrongly, DeclarationFaulty
from helpers.vocabulary.periods import parse_period
from warehouse_builder import accept, make_reading, make_workspace, order_line

OCTOBER, NOVEMBER = parse_period("2025-10"), parse_period("2025-11")
FACTS = known_facts().facts
HOSTILE = "lost <script>alert(1)</script>\n{store} {0} \u202egnp"


def sold(first: str, last: str) -> list[dict]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    every = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    return [order_line(order_id=f"{one}", local_date=str(one)) for one in every]


#: 12-14 October and 11-19 November are in no file.
FILES = (
    ("2025-09-01", "2025-10-11"), ("2025-10-15", "2025-11-10"), ("2025-11-20", "2026-01-05"),
)  # fmt: skip


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Give the warehouse of a shop that sells every day."""
    workspace, paths = make_workspace(tmp_path_factory.mktemp("company"))
    with duckdb.connect() as con:
        for number, (first, last) in enumerate(FILES):
            rows = {"order_lines": sold(first, last)}
            accept(paths, workspace, make_reading(con, rows, path=Path(f"{number}.csv")), con)
    rebuild(workspace, paths)
    with Warehouse.open(paths, workspace) as warehouse:
        yield warehouse


@pytest.fixture
def shop(tables):
    """Give the shop with nothing waived."""
    shutil.rmtree(tables.paths.plan, ignore_errors=True)
    return (
        tables.workspace,
        tables.paths,
        lambda period: readiness(tables, tables.workspace, period),
    )


def admit(workspace, paths, **how):
    given = {
        "fact": "orders", "store": "shop-de", "period": OCTOBER, "by": "Anna Li",
        "because": "Amazon closed the account", "on": date(2025, 11, 5), **how,
    }  # fmt: skip
    return waive(paths, workspace, FACTS, **given)


def test_what_a_person_admits_is_not_awaited_and_readers_are_told_who_and_why(shop):
    workspace, paths, ready = shop
    before = ready(OCTOBER)
    assert [one.en for one in before.lacking] == ["Shop DE: orders of 12–14 October 2025"]
    assert not before.complete and not before.admitted

    written = admit(workspace, paths)
    assert written == paths.plan / "2025" / "waivers" / "2025-10-shop-de-orders.yml"
    after = ready(OCTOBER)
    assert after.complete and after.status == "final" and after.missing == ()
    (told,) = after.admitted
    assert told.en == (
        "Shop DE: orders of October 2025 will not come, says Anna Li on 5 November 2025: "
        "“Amazon closed the account”"
    )
    assert told.zh == (
        "德国店2025年10月的订单不会补齐（Anna Li，2025年11月5日确认：“Amazon closed the account”）"
    )


def test_a_waiver_ends_with_its_period_and_counts_in_the_year_it_lies_in(shop):
    workspace, paths, ready = shop
    admit(workspace, paths)
    november = ready(NOVEMBER)
    assert [one.en for one in november.lacking] == ["Shop DE: orders of 11–19 November 2025"]
    assert november.admitted == november.unneeded == ()
    year = ready(parse_period("2025"))
    assert "Shop DE: orders of 11–19 November 2025" in [one.en for one in year.lacking]
    assert not any("12–14 October" in one.en for one in year.lacking)
    assert len(year.admitted) == 1


def test_what_came_after_all_makes_its_waiver_needless(shop):
    workspace, paths, ready = shop
    admit(workspace, paths, period=parse_period("2025-12"))
    found = ready(parse_period("2025-12"))
    assert found.complete and found.admitted == ()
    assert [one.en for one in found.unneeded] == [
        "nothing is awaited of orders of Shop DE for December 2025: the waiver by Anna Li of "
        "5 November 2025 is no longer needed"
    ]
    assert ready(OCTOBER).unneeded == ready(parse_period("2025")).admitted == ()


def test_unknown_names_are_refused_with_those_that_are_known(tmp_path):
    workspace, paths = make_workspace(tmp_path)
    with pytest.raises(AskedWrongly) as refused:
        admit(workspace, paths, fact="orderz", store="shop-fr")
    fact, store = map(str, refused.value.faults)
    assert "'orderz' is no fact" in fact and "known: account_health, ads, campaigns" in fact
    assert store == "review waive: 'shop-fr' is no store; known: shop-de, shop-uk"
    assert not paths.plan.exists()

    admit(workspace, paths)
    with pytest.raises(AskedWrongly, match="is there already"):
        admit(workspace, paths, by="Ben Wu")


def test_files_by_hand_are_held_to_the_same_rules(tmp_path):
    workspace, paths = make_workspace(tmp_path)
    folder = paths.plan / "2024" / "waivers"
    folder.mkdir(parents=True)
    (folder / "a.yml").write_text(
        "{fact: ads, store: nowhere, period: 2025-10, by: A, given_on: 2025-11-05, because: B}",
        encoding="utf-8",
    )
    (folder / "b.yml").write_text("{fact: ads, store: shop-de, period: 2025-13}", encoding="utf-8")
    with pytest.raises(DeclarationFaulty) as refused:
        load_waivers(paths, workspace, FACTS)
    said = "\n".join(map(str, refused.value.faults))
    assert "2024/waivers/a.yml: 'nowhere' is no store; known: shop-de, shop-uk" in said
    assert "2024/waivers/a.yml: is of 2025; move it to plan/2025/waivers/" in said
    assert "b.yml: period: '2025-13' is no period" in said
    assert "b.yml: because: is missing; add it" in said


def test_a_typed_reason_stays_one_line_of_text(shop):
    workspace, paths, ready = shop
    admit(workspace, paths, by="Eve\n&Co", because=HOSTILE)
    (told,) = ready(OCTOBER).admitted
    assert "“lost <script>alert(1)</script> {store} {0} gnp”" in told.en
    assert "Eve &Co" in told.zh and "\n" not in told.en
