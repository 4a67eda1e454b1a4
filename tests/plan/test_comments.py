"""Commentary: live numbers, claims held against the figures, and files that say what is wrong."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from helpers.analysis.desk import desk_at
from helpers.metrics.catalogue import catalogue
from helpers.paths import WorkspacePaths
from helpers.plan.commenting import judge
from helpers.plan.comments import comment_file, comment_files, misplaced, read_comment
from helpers.plan.loading import Plan
from helpers.plan.models import Objective, Target
from helpers.plan.promises import targets_frame
from helpers.tables.build import rebuild
from helpers.tables.warehouse import Warehouse
from helpers.vocabulary.faults import DeclarationFaulty
from helpers.vocabulary.labels import Label
from helpers.vocabulary.periods import parse_period
from warehouse_builder import make_workspace, order_line, write_table

STORE = {
    "id": "shop", "name": {"en": "Shop", "zh": "店"}, "platform": "own", "currency": "EUR",
    "time_zone": "Europe/Berlin", "tax_basis": "excluded",
}  # fmt: skip
#: Month and market to euros, sold half on the first and half on the last day.
SOLD = {
    ("2024-10", "DE"): 300, ("2025-09", "DE"): 100, ("2025-09", "FR"): 100,
    ("2025-10", "DE"): 150, ("2025-10", "FR"): 60,
}  # fmt: skip
HEAD = "---\nauthor: Anna Li\nwritten_on: 2025-11-05\n{claims}---\n"


def lines_of(sold: dict[tuple[str, str], int]) -> list[dict]:
    rows = []
    for (month, market), euros in sold.items():
        when = parse_period(month)
        for day in (when.start, when.end):
            rows.append(
                order_line(
                    store_id="shop", order_id=f"{market}-{day}", local_date=str(day),
                    country=market, currency="EUR", list_amount=f"{euros / 2:.2f}",
                )
            )  # fmt: skip
    return rows


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    workspace, paths = make_workspace(tmp_path_factory.mktemp("company"), [STORE])
    write_table(paths, "order_lines", lines_of(SOLD))
    rebuild(workspace, paths)
    with Warehouse.open(paths, workspace) as warehouse:
        yield warehouse


def comment(tmp_path: Path, en: str, zh: str = "无变化。", claims: str = ""):
    declared = f"claims: [{claims}]\n" if claims else ""
    path = tmp_path / "c.md"
    path.write_text(HEAD.format(claims=declared) + f"# zh\n{zh}\n# en\n{en}\n", encoding="utf-8")
    return read_comment(path, "c.md", "month", catalogue())


def judged(shop, found, language="en", period="2025-10", target: str | None = None):
    desk = desk_at(shop, period, language)
    promised = Target(
        id="t", metric="gmv", value=Decimal(target or 1), due=date(2025, 12, 31),
        owner=Label(en="A", zh="甲"), objective="o", role="lagging",
        milestones={"Q4": Decimal(target or 1)},
    )  # fmt: skip
    goals = (Objective(id="o", label=Label(en="O", zh="目")),)
    plan = Plan(2025, Path(), objectives=goals, targets=(promised,) if target else ())
    return judge(found, desk, targets_frame(plan, desk))


def test_numbers_are_written_out_of_the_figures_in_both_languages(shop, tmp_path):
    # 210 against 200 is +5.0 %, against 300 it is -30.0 %; Germany 150 against 100.
    found = comment(
        tmp_path,
        "GMV was {gmv}, {gmv:mom} on the month\nand {gmv:yoy} on the year.\n\n"
        "Germany: {gmv@market=DE}, {gmv@market=DE:mom}; refunds {refunds}.",
        "销售额{gmv}，环比{gmv:mom}，\n同比{gmv:yoy}。",
    )
    english = judged(shop, found)
    assert english.paragraphs == (
        "GMV was €210, +5.0% on the month and −30.0% on the year.",
        "Germany: €150, +50.0%; refunds n/a (no source).",
    )
    assert english.refuted == ()
    assert judged(shop, found, "zh").paragraphs == ("销售额€210，环比+5.0%，同比−30.0%。",)


def test_a_verb_beside_its_number_says_the_direction(shop, tmp_path):
    found = comment(
        tmp_path, "GMV rose {gmv:mom} and fell {gmv:yoy}.", "环比上升{gmv:mom}，同比下降{gmv:yoy}。"
    )
    assert judged(shop, found).paragraphs == ("GMV rose 5.0% and fell 30.0%.",)
    assert judged(shop, found, "zh").paragraphs == ("环比上升5.0%，同比下降30.0%。",)
    assert judged(shop, found).refuted == ()


@pytest.mark.parametrize(
    ("claim", "now"),
    [
        ("gmv rose mom", ""),
        ("gmv fell yoy", ""),
        ("gmv not fell mom", ""),
        ("gmv@market=FR fell mom", ""),
        ("gmv above 209", ""),
        ("gmv below 211", ""),
        ("gmv fell mom", "it says that GMV fell against September 2025; it is now €210, +5.0%"),
        ("gmv rose yoy", "it says that GMV rose against October 2024; it is now €210, −30.0%"),
        ("gmv not rose mom",
         "it says that GMV did not rise against September 2025; it is now €210, +5.0%"),
        ("gmv@market=FR rose mom",
         "it says that GMV (France) rose against September 2025; it is now €60, −40.0%"),
        ("gmv above 210", "it says that GMV is above €210.00; it is now €210"),
        ("gmv not above 209", "it says that GMV is not above €209.00; it is now €210"),
        # France sold nothing a year ago, and nobody sold anything in Italy.
        ("gmv@market=FR rose yoy",
         "it says that GMV (France) rose against October 2024; it is now €60, n/a (no baseline)"),
        ("gmv@market=IT rose mom", "there is no figure of GMV (Italy)"),
    ],
)  # fmt: skip
def test_a_claim_is_held_against_the_figures(shop, tmp_path, claim, now):
    found = comment(tmp_path, "All as said.", claims=claim)
    assert judged(shop, found).refuted == (
        (now.replace("GMV", "gross merchandise value"),) if now else ()
    )


@pytest.mark.parametrize(
    ("target", "claim", "now"),
    [
        ("200", "gmv met target", ""),
        ("220", "gmv missed target", ""),
        ("220", "gmv not met target", ""),
        ("220", "gmv met target",
         "it says that GMV met its target; it is now €210 against a target of €220"),
        (None, "gmv met target",
         "it says that GMV met its target; it is now €210 against a target of n/a (no target)"),
    ],
)  # fmt: skip
def test_a_target_is_met_or_not(shop, tmp_path, target, claim, now):
    found = comment(tmp_path, "As said.", claims=claim)
    # Last year's whole quarter was sold in October, so October is asked for the quarter's target.
    assert judged(shop, found, target=target).refuted == (
        (now.replace("GMV", "gross merchandise value"),) if now else ()
    )


def test_in_chinese_too(shop, tmp_path):
    found = comment(tmp_path, "As said.", claims="gmv fell mom")
    assert judged(shop, found, "zh").refuted == (
        "文中称成交总额（GMV）较2025年9月下降，现在是€210，变动+5.0%",
    )


def test_every_fault_names_file_line_and_way_out(tmp_path):
    path = tmp_path / "monthly-2025-10-executive.md"
    path.write_text(
        "---\nauthor: Anna\nclaims: [gmv soared mom, gmw rose mom, gmv rose wow]\n---\n"
        "# en\nSales were {gvm}.\nThey are {gmv:mon} and {gmv.\nGermany grew.\n"
        "{gmv@planet=mars}\n# fr\nBonjour\n",
        encoding="utf-8",
    )
    with pytest.raises(DeclarationFaulty) as refused:
        read_comment(path, "f.md", "month", catalogue())
    said = [str(one) for one in refused.value.faults]

    def told(*parts: str) -> bool:
        return any(all(part in one for part in parts) for one in said)

    assert told("f.md: written_on: is missing; add it")
    assert told("f.md, line 6: '{gvm}': 'gvm' is no metric; did you mean 'gmv'?")
    assert told("f.md, line 7: '{gmv:mon}' is no live number; write {metric}, {metric:mom}")
    assert told("f.md, line 7: a brace stands alone: '{'")
    assert told("f.md, line 8: 'grew' stands on no figure", "(grew {gmv:mom})", "gmv rose mom")
    assert told("f.md, line 9: '{gmv@planet=mars}': gmv is not cut by 'planet'; known:", "market")
    assert told("f.md, line 10: 'fr' is no language; write # zh or # en")
    assert told("f.md: has no text in Chinese; write it below a line `# zh`")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Sales rose.", "f.md, line 1: does not begin with a head"),
        ("---\nauthor: [\n---\n# zh\n无\n# en\nx\n", "f.md, line"),
        ("---\nauthor: A\nwritten_on: 2025-11-05\n---\nx\n", "f.md, line 5: the text says no lang"),
        ("---\nauthor: A\nwritten_on: 2025-11-05\nclaims: [gmv soared mom]\n---\n# zh\n无\n# en\nx",
         "f.md: claims: 'gmv soared mom' is no claim; write such as `gmv rose mom`"),
        ("---\nauthor: A\nwritten_on: 2025-11-05\nclaims: [gmv rose wow]\n---\n# zh\n无\n# en\nx",
         "'wow' is no change of a month; write mom or yoy"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused(tmp_path, text, says):
    path = tmp_path / "f.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationFaulty) as refused:
        read_comment(path, "f.md", "month", catalogue())
    assert any(says in str(one) for one in refused.value.faults), refused.value


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("2025/commentary/monthly-2025-10-stock.md", ""),
        ("2025/commentary/notes.md", "its name says no page; name it REVIEW-PERIOD-PAGE.md"),
        (
            "2025/commentary/monthly-2025-10-stok.md",
            "did you mean 'stock'? known: exec",
        ),
        (
            "2025/commentary/mensal-2025-10-stock.md",
            "is no review; known: monthly, annual",
        ),
        ("2025/commentary/monthly-2025-13-stock.md", "'2025-13' is no period"),
        ("2025/commentary/monthly-2025-stock.md", "'2025' is no month; monthly is about a month"),
        ("2024/commentary/monthly-2025-10-stock.md", "ends in 2025; move it to plan/2025/comment"),
    ],
)
def test_a_file_that_no_page_would_show_is_told(tmp_path, name, says):
    paths = WorkspacePaths(tmp_path)
    path = paths.plan / name
    path.parent.mkdir(parents=True)
    path.write_text("x", encoding="utf-8")
    (path.parent / ".hidden").write_text("x", encoding="utf-8")
    kinds = {"monthly": ("month", ("executive", "stock")), "annual": ("year", ("year",))}
    (placed,) = comment_files(paths)
    fault = misplaced(placed, kinds, 1)
    assert says in str(fault) if says else fault is None
    if not says:
        assert comment_file(paths, 1, "monthly", parse_period("2025-10"), "stock") == path
