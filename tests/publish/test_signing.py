"""A signature holds for the figures it was given for; who must sign is declared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.plan.sign_offs import sign_offs_of
from helpers.publish.editions import Edition
from helpers.publish.signing import count_changes, fingerprint, sign, signatures_on
from helpers.reviews.figures import Figure, write_figures
from helpers.vocabulary.faults import AskedWrongly, DeclarationFaulty
from helpers.vocabulary.labels import Label
from helpers.vocabulary.periods import parse_period

OCTOBER = parse_period("2025-10")
COMPANY = {
    "company": {"en": "Lantern", "zh": "灯笼"}, "base_currency": "EUR",
    "time_zone": "Asia/Shanghai",
    "stores": [{
        "id": "de", "name": {"en": "Germany", "zh": "德国站"}, "platform": "amazon",
        "currency": "EUR", "time_zone": "Europe/Berlin", "tax_basis": "included",
    }],
}  # fmt: skip
SIGNERS = [
    {"role": {"en": "finance", "zh": "财务"}, "names": ["Anna Li", "Ben Wu"]},
    {"role": {"en": "managing director", "zh": "总经理"}, "names": ["王芳"]},
]


def figure(metric: str, value: float | None, page: str = "index#cards", **how) -> Figure:
    return Figure(metric, "2025-10", "", "", value, "EUR", "ok", page=page, **how)


SEEN = (
    figure("gmv", 482_000.12), figure("net_sales", 455_000.0), figure("refund_rate", None),
    figure("", 17.0, "data-quality#quality-files", column="rows", exhibit="quality-files"),
)  # fmt: skip


@pytest.fixture
def company(tmp_path):
    """Give a workspace with an edition r2 of October, and what signs and judges it."""
    return Company(tmp_path)


class Company:
    def __init__(self, root, **declared):
        self.paths = WorkspacePaths(root)
        self.workspace = Workspace.model_validate(COMPANY | declared)
        self.edition = Edition(
            review="monthly", title=Label(en="Monthly", zh="月报"), period="2025-10",
            fiscal_start=1, number=2, status="preliminary", data_through=date(2025, 10, 31),
            key="k", languages=("zh", "en"), pages=(),
        )  # fmt: skip
        self.folder = self.paths.site / self.edition.folder
        self.folder.mkdir(parents=True, exist_ok=True)
        write_figures(self.folder / "figures.json", SEEN)

    def sign(self, by="Anna Li", **how):
        return sign(self.edition, by, self.workspace, self.paths, **how)

    def signatures(self, figures=SEEN):
        return signatures_on(figures, "monthly", OCTOBER, self.workspace, self.paths)

    def awaited(self, figures=SEEN):
        return [one.en for one in self.signatures(figures).awaited]


def test_nobody_declared_means_any_one_named_person(company):
    assert company.awaited() == ["the signature of a named person"]
    path = company.sign(note="checked against the bank")
    assert path.relative_to(company.paths.root).as_posix() == (
        "plan/2025/sign_offs/monthly-2025-10-r2-anna-li.yml"
    )
    assert "name: Anna Li\n" in path.read_text(encoding="utf-8")
    assert company.awaited() == []
    (given,) = company.signatures().given
    assert given.sign_off.note == "checked against the bank"
    assert given.told.en.startswith("signed by Anna Li on ")


def test_a_signature_does_not_hold_for_other_figures(company):
    company.sign()
    (one,) = sign_offs_of(company.paths, company.workspace, "monthly", OCTOBER)
    gmv, sales, rate, files = SEEN
    restated = (replace(gmv, value=481_000.0), replace(sales, value=None), rate, files)
    assert company.signatures(restated).given == ()
    said = company.signatures(restated).awaited[0]
    day = f"{one.signed_on.day} {one.signed_on:%B %Y}"
    assert said.en == (
        f"the signature of Anna Li again: signed by Anna Li on {day} for other figures, "
        "2 figures have changed since"
    )
    assert said.zh.startswith("Anna Li重新签字：Anna Li于") and said.zh.endswith("有2个数字变动")
    (single,) = company.awaited((replace(gmv, value=None), sales, rate, files))
    assert single.endswith("one figure has changed since")


@pytest.mark.parametrize(
    ("now", "count"),
    [
        (SEEN, 0),
        # The noise of adding doubles is no change, and neither is the order.
        ((SEEN[1], replace(SEEN[0], value=482_000.12 * (1 + 1e-12)), *SEEN[2:]), 0),
        # A row more in a file, a page of files: nobody signed it.
        ((*SEEN[:3], replace(SEEN[3], value=18.0)), 0),
        ((replace(SEEN[0], value=482_000.13), *SEEN[1:]), 1),
        ((*SEEN[:2], replace(SEEN[2], value=0.0), SEEN[3]), 1),
        (SEEN[1:], 1),
        ((*SEEN, figure("orders_count", 12.0)), 1),
    ],
)
def test_figures_that_came_went_or_moved_are_counted(company, now, count):
    assert count_changes(SEEN, now) == count
    company.sign()
    assert bool(company.awaited(now)) == bool(count)


def test_the_fingerprint_speaks_where_the_edition_is_gone_or_was_changed(company):
    company.sign()
    other = (replace(SEEN[0], value=1.0), *SEEN[1:])
    # Whoever changes the figures kept with the edition has not changed what was signed.
    write_figures(company.folder / "figures.json", other)
    assert company.awaited(other)[0].endswith("for other figures")
    assert company.awaited(SEEN) == []
    (company.folder / "figures.json").unlink()
    assert company.awaited(SEEN) == []
    assert company.awaited(other)[0].endswith("for other figures")
    assert fingerprint(reversed(SEEN)) == fingerprint(SEEN) != fingerprint(other)


def test_every_declared_role_is_awaited_by_name(tmp_path):
    company = Company(tmp_path, signing={"monthly": SIGNERS})
    assert company.awaited() == [
        "the signature of finance (Anna Li or Ben Wu)",
        "the signature of managing director (王芳)",
    ]
    company.sign("ben  wu")
    assert company.awaited() == ["the signature of managing director (王芳)"]
    assert [one.zh for one in company.signatures().awaited] == ["总经理（王芳）的签字"]
    with pytest.raises(AskedWrongly) as refused:
        company.sign("Mallory")
    assert str(refused.value) == (
        "--by: 'Mallory' does not sign monthly; who does: "
        "finance: Anna Li, Ben Wu; managing director: 王芳"
    )
    assert company.sign("王芳").name == "monthly-2025-10-r2-王芳.yml"
    told = [one.told.en for one in company.signatures().given]
    assert told[0].startswith("signed by ben wu (finance) on ") and len(told) == 2
    # The declaration is asked each time: who may sign no longer has not signed.
    other = [{**SIGNERS[0], "names": ["Cai Yu"]}, SIGNERS[1]]
    company.workspace = Workspace.model_validate(COMPANY | {"signing": {"monthly": other}})
    assert company.awaited() == ["the signature of finance (Cai Yu)"]


def test_before_the_figures_are_known_only_who_never_signed_is_missing(company):
    assert signatures_on(None, "monthly", OCTOBER, company.workspace, company.paths).awaited
    company.sign()
    assert not signatures_on(None, "monthly", OCTOBER, company.workspace, company.paths).awaited


def test_signing_twice_or_nothing_is_refused(company):
    company.sign()
    with pytest.raises(AskedWrongly, match=r"monthly/2025-10/r2: ANNA LI has signed it already"):
        company.sign("ANNA LI")
    write_figures(company.folder / "figures.json", ())
    with pytest.raises(AskedWrongly, match="no figure that could be signed"):
        company.sign("Ben Wu")


def test_names_and_notes_are_hostile(company):
    with pytest.raises(DeclarationFaulty, match="says nothing"):
        company.sign(" \n\u202e ")
    path = company.sign("../../<b>Eve</b>: {x}\n- y", note="'a: b'\n---\nfigures: 0")
    assert path.parent == company.paths.plan / "2025" / "sign_offs"
    assert path.name == "monthly-2025-10-r2-b-eve-b-x-y.yml"
    (one,) = sign_offs_of(company.paths, company.workspace, "monthly", OCTOBER)
    assert one.name == "../../<b>Eve</b>: {x} - y" and one.note == "'a: b' --- figures: 0"
    assert company.awaited() == []


def test_a_sign_off_that_says_otherwise_than_its_name_is_refused(company):
    path = company.sign()
    content = path.read_text(encoding="utf-8").replace("2025-10", "2025-11")
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DeclarationFaulty, match="signs monthly-2025-11-r2 and is named otherwise"):
        company.signatures()
