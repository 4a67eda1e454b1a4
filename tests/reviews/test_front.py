"""The strict front: whatever is asked wrongly is refused before a kernel starts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from helpers.config.workspace import load_workspace
from helpers.reviews.front import check_request
from helpers.reviews.listing import what_would_run
from helpers.vocabulary.faults import AskedWrongly, DeclarationFaulty


@pytest.fixture
def ask(studio, facts):
    studio.write("sales")

    def asking(period="2025-10", **kwargs):
        workspace, paths = load_workspace(str(studio.workspace))
        kwargs.setdefault("facts", facts)
        return check_request(
            workspace, paths, kwargs.pop("review", "monthly"), period,
            notebooks=studio.notebooks, **kwargs,
        )  # fmt: skip

    return asking


def refused(ask, *args, **kwargs) -> str:
    with pytest.raises(AskedWrongly) as caught:
        ask(*args, **kwargs)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_sound_request_names_every_page_in_both_languages(ask):
    request = ask(settings={"top": "5", "basis": "net", "market": "DE"})
    assert [(run.page.id, run.language) for run in request.runs] == [
        ("sales", "zh"),
        ("sales", "en"),
    ]
    given = request.runs[0].parameters
    assert (given["period"], given["top"], given["basis"], given["market"]) == (
        "2025-10", 5, "net", "DE",
    )  # fmt: skip


def test_misspelt_parameter_is_refused_with_what_is_allowed(ask):
    said = refused(ask, settings={"tpo": "5"})
    assert "tpo" in said
    assert "basis, market, top" in said


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"top": "many"}, "'many' is no int"),
        ({"top": "2.5"}, "'2.5' is no int"),
        ({"top": "true"}, "'true' is no int"),
        ({"basis": "list"}, "'list' is no Literal['gross', 'net']"),
        ({"market": "XX"}, "'XX' does not exist; known: DE, GB"),
        ({"period": "2025-09"}, "use --period"),
        ({"language": "en"}, "use --lang"),
    ],
)
def test_wrong_value_is_refused(ask, settings, says):
    assert says in refused(ask, settings=settings)


def test_all_faults_are_told_at_once(ask):
    said = refused(ask, settings={"top": "many", "basis": "list", "market": "XX"})
    assert said.count("\n") == 2


@pytest.mark.parametrize(
    ("period", "says"),
    [
        ("2023-12", "choose between 2024-01-01 and 2025-12-09"),
        ("2026-01", "nothing in 2026-01"),
        ("2025", "is no month"),
        ("2025-13", "is no period"),
        ("october", "is no period"),
    ],
)
def test_period_outside_the_data_or_of_another_kind_is_refused(ask, period, says):
    assert says in refused(ask, period)


def test_last_is_the_last_complete_month_in_the_data(ask, facts):
    assert ask("last").period.text == "2025-11"
    until_the_end = replace(facts, last_day=date(2025, 12, 31))
    assert ask("last", facts=until_the_end).period.text == "2025-12"


def test_last_is_refused_where_no_month_is_complete(ask, facts):
    stump = replace(facts, first_day=date(2025, 11, 20))
    assert "no month is complete" in refused(ask, "last", facts=stump)


@pytest.mark.parametrize(
    ("last_day", "fiscal_start", "year"),
    [
        (date(2025, 12, 31), 1, "2025"),
        (date(2025, 12, 30), 1, "2024"),
        # with a business year from December, the year 2025 ends on 30 November 2025
        (date(2025, 12, 9), 12, "2025"),
        (date(2025, 11, 29), 12, "2024"),
    ],
)
def test_last_year_is_the_last_complete_business_year(facts, last_day, fiscal_start, year):
    shifted = replace(facts, last_day=last_day, first_day=date(2020, 1, 1))
    assert shifted.resolve("last", "year", fiscal_start).text == year


@pytest.mark.parametrize(
    ("kwargs", "says"),
    [
        ({"only": ["slaes"]}, "'slaes' is no page of monthly; known: sales"),
        ({"review": "weekly"}, "'weekly' is no review; known: monthly"),
        ({"languages": ["fr"]}, "known: zh, en"),
        ({"engine": "cold"}, "'cold' is no engine; known: warm, kernel"),
        ({"jobs": 0}, "write 1 or more"),
    ],
)
def test_unknown_page_review_language_engine_are_refused(ask, kwargs, says):
    assert says in refused(ask, **kwargs)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("top = 3  # how many", "is no typed parameter"),
        ("top: int  # how many", "has no default"),
        ("top: int = 3", "no comment"),
        ('top: int = "3"  # how many', "'3' is no int"),
        ("top: int = 1 + 2  # how many", "no plain value"),
        ("top: date = 3  # how many", "'date' is no known type"),
        ("import os", "is no typed parameter"),
        ("top: int =  # how many", "is no Python"),
    ],
)
def test_unsound_parameters_cell_is_a_faulty_declaration(studio, ask, line, says):
    studio.write("sales", parameters=line)
    with pytest.raises(DeclarationFaulty, match=says):
        ask()


def test_parameters_declared_for_a_page_are_checked_strictly(studio, ask):
    studio.write("sales", given='{top: "5"}')
    assert "'5' is no int" in refused(ask)
    studio.write("sales", given="{top: 5}")
    assert ask().runs[0].parameters["top"] == 5


def test_only_cells_of_the_language_stay_and_templates_are_filled(studio, ask):
    studio.write(
        "sales",
        studio.words("title-zh", "# {page_title}：{period_label}", "lang-zh", "templated"),
        studio.words("title-en", "# {page_title}: {period_label}", "lang-en", "templated"),
        studio.words("aside", "{ not filled }"),
        studio.words("who", "{company}, {compared_with}, {data_until}", "templated"),
    )
    zh, en = ({cell["id"]: cell["source"] for cell in run.notebook["cells"]} for run in ask().runs)
    assert zh["title-zh"] == "# 页面：2025年10月"
    assert "title-en" not in zh
    assert en["title-en"] == "# Page sales: October 2025"
    assert en["aside"] == "{ not filled }"
    assert en["who"] == (
        r"Lantern &amp; \*Sons\*, September 2025 and October 2024, 9 December 2025"
    )
    assert zh["who"] == "灯笼公司, 2025年9月、2024年10月, 2025年12月9日"


def test_incomplete_period_is_compared_with_as_many_days(studio, ask):
    studio.write("sales", studio.words("who", "{period_label} / {compared_with}", "templated"))
    english = ask("2025-12", languages=["en"]).runs[0].notebook["cells"][-1]["source"]
    assert english == "1–9 December 2025 / 1–9 November 2025 and 1–9 December 2024"


def test_baselines_outside_the_data_are_not_named(studio, ask):
    studio.write("sales", studio.words("who", "{compared_with}", "templated"))
    assert ask("2024-02", languages=["en"]).runs[0].notebook["cells"][-1]["source"] == (
        "January 2024"
    )
    assert (
        "nothing earlier"
        in (ask("2024-01", languages=["en"]).runs[0].notebook["cells"][-1]["source"])
    )


def test_unknown_template_name_is_a_fault_of_the_notebook(studio, ask):
    studio.write("sales", studio.words("who", "{compnay}", "templated"))
    with pytest.raises(DeclarationFaulty) as caught:
        ask()
    assert "cell who" in str(caught.value)
    assert "known: company" in str(caught.value)
    assert len(caught.value.faults) == 1, "one fault, not one per language"


def test_list_says_what_would_run_and_why(studio, facts, ask):
    rows = what_would_run(studio.workspace, notebooks=studio.notebooks, facts=facts)
    assert [(row["page"], row["language"], row["why"]) for row in rows] == [
        ("sales", "zh", "never ran"),
        ("sales", "en", "never ran"),
    ]
    assert rows[0]["parameters"]["period"] == "2025-11"
