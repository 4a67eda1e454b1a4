"""``review sign`` and ``review waive``: words in, one small file out, never a question."""

from __future__ import annotations

from datetime import date

from click.testing import CliRunner

from helpers.cli.command import review
from helpers.publish.editions import RECORD, Edition
from helpers.reviews.figures import Figure, write_figures
from helpers.vocabulary.faults import ReviewError
from helpers.vocabulary.labels import Label
from warehouse_builder import make_workspace

SIGNERS = [
    {"role": {"en": "finance", "zh": "财务"}, "names": ["Anna Li"]},
    {"role": {"en": "managing director", "zh": "总经理"}, "names": ["王芳"]},
]


def asked(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(review, [str(one) for one in words])
    if isinstance(done.exception, ReviewError):
        return done.exception.exit_code, str(done.exception)
    return done.exit_code, done.output


def test_signing_says_who_is_awaited_and_then_what_makes_it_final(tmp_path):
    _, paths = make_workspace(tmp_path, signing={"monthly": SIGNERS})
    edition = Edition(
        review="monthly", title=Label(en="Monthly", zh="月报"), period="2025-10", fiscal_start=1,
        number=1, status="preliminary", data_through=date(2025, 10, 31), key="k",
        languages=("en",), pages=(),
    )  # fmt: skip
    folder = paths.site / edition.folder
    folder.mkdir(parents=True)
    (folder / RECORD).write_text(edition.model_dump_json(), encoding="utf-8")
    figures = [Figure("gmv", "2025-10", "", "", 5.0, "EUR", "ok", page="index#cards")]
    write_figures(folder / "figures.json", figures)
    where = ("--workspace", tmp_path)

    code, said = asked("sign", "monthly/2025-10", "--by", "Anna Li", *where)
    assert code == 0 and "monthly/2025-10/r1: signed, " in said
    assert "monthly/2025-10/r1: awaits the signature of managing director (王芳)" in said
    code, said = asked("sign", "monthly/2025-10/r1", "--by", "王芳", "--note", "ok", *where)
    assert code == 0 and "final with review publish monthly --period 2025-10" in said
    assert asked("sign", "monthly/2025-10/r1", "--by", "Eve", *where)[0] == 2
    code, said = asked("sign", "monthly/2025-09/r1", "--by", "Anna Li", *where)
    assert code == 2 and "known: monthly/2025-10/r1" in said


def test_waiving_writes_one_file_or_names_what_is_known(tmp_path):
    make_workspace(tmp_path)
    where = ("--by", "Anna Li", "--because", "closed", "--workspace", tmp_path)
    code, said = asked("waive", "ads", "--store", "shop-de", "--period", "2025-10", *where)
    path = tmp_path / "plan" / "2025" / "waivers" / "2025-10-shop-de-ads.yml"
    assert code == 0 and str(path) in said and "because: closed" in path.read_text("utf-8")
    code, said = asked("waive", "adds", "--store", "shop-fr", "--period", "2025-10", *where)
    assert code == 2 and "'adds' is no fact; known:" in said and "known: shop-de" in said
    code, said = asked("waive", "ads", "--store", "shop-de", "--period", "2025-10..2025-11", *where)
    assert code == 2 and "more or less than one" in said
    assert asked("waive", "ads", "--store", "shop-de", "--period", "2025-10")[0] == 2
