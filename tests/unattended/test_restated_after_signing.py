"""A signed month, and an order file that comes late: what was signed no longer stands.

The walk of a real company in small: every step is what a person types, and what is read is what
readers see.
"""

from __future__ import annotations

import html
import re

import pytest
from click.testing import CliRunner

from helpers.cli.signing import sign
from helpers.publish.editions import Edition, editions_of
from helpers.publish.notices.occasions import of_edition
from helpers.publish.release import release

from .company import Company

_CARDS = """\
from helpers.analysis import headlines
from helpers.analysis.comparison import compare
from helpers.charts.magnitude import kpi_cards
from helpers.reviews.page import open_page

page = open_page(period, language, workspace)
card = compare(page.desk, ["gmv"], signals=False)
page.show(kpi_cards, card, id="cards", says=headlines.comparison_takeaway)
"""
_SIGNERS = """\
signing:
  monthly:
  - role: {zh: 财务, en: finance}
    names: [Anna Li]
"""


@pytest.mark.slow
def test_a_late_file_takes_a_signature_back_until_the_new_figures_are_signed(tmp_path):
    company = Company(tmp_path, shows=_CARDS).found()
    with company.paths.declaration.open("a", encoding="utf-8") as file:
        file.write(_SIGNERS)
    for _ in range(30):
        company.deliver(1)

    first = published(company)
    assert (first.number, first.status) == (1, "preliminary")
    assert first.awaiting["en"] == "the signature of finance (Anna Li)"
    assert "all have signed; final with review publish" in signed(company, first)
    second = published(company)
    assert (second.number, second.status) == (2, "final")
    assert second.signed["en"].startswith("signed by Anna Li (finance) on ")

    was, late = company.gmv, company.deliver(4).name
    third = published(company)
    assert (third.number, third.status) == (3, "preliminary")
    assert "finance (Anna Li) again" in third.awaiting["en"]
    front, changed = text_of(company, third, "index"), text_of(company, third, "what-changed")
    assert "Preliminary" in front and "finance (Anna Li) again" in front
    for told in (front, changed):
        assert late in told
    assert f"file inbox/{late}" in changed
    assert f"{was:,.2f}" in changed and f"{company.gmv:,.2f}" in changed
    (restated,) = [one for one in of_edition(company.paths.site, third) if one.kind == "restated"]
    assert any(late in one.en and late in one.zh for one in restated.detail)

    assert "all have signed" in signed(company, third)
    fourth = published(company)
    assert (fourth.number, fourth.status) == (4, "final")
    # What was final once is there for whoever wants to know what was signed then.
    kept = text_of(company, second, "index")
    assert late not in kept and "finance" in kept


def published(company: Company) -> Edition:
    released = release(str(company.paths.root), "monthly", "2025-10", notebooks=company.notebooks)
    assert released.is_ok
    return editions_of(company.paths.site)[-1]


def signed(company: Company, edition: Edition) -> str:
    words = [edition.folder, "--by", "Anna Li", "--workspace", str(company.paths.root)]
    done = CliRunner().invoke(sign, words)
    assert done.exit_code == 0, done.output
    return done.output


def text_of(company: Company, edition: Edition, page: str) -> str:
    path = company.paths.site / edition.folder / "en" / f"{page}.html"
    return html.unescape(re.sub(r"<[^>]+>", " ", path.read_text(encoding="utf-8")))
