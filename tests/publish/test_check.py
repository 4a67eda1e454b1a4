"""The check finds each thing that must never reach a reader, and passes a sound site."""

from __future__ import annotations

import shutil

import pytest

from helpers.publish.check import check_site
from helpers.vocabulary.faults import WorkFailed

END = "</main>"
BROKEN = {
    "inline script": ("<script>alert(1)</script>", "inline script"),
    "script from elsewhere": ("<script src='https://cdn.example/x.js'></script>", "loads https"),
    "picture from elsewhere": ("<img alt='a' src='//cdn.example/x.png'>", "refers to //cdn"),
    "event handler": ("<p onclick='x()'>a</p>", "has onclick"),
    "script address": ("<a href='java\tscript:alert(1)'>a</a>", "refers to"),
    "data page": ("<a href='data:text/html,x'>a</a>", "data address"),
    "frame": ("<iframe src='index.html'></iframe>", "holds <iframe>"),
    "dead link": ("<a href='nowhere.html'>a</a>", "leads nowhere"),
    "dead anchor": ("<a href='index.html#nothing'>a</a>", "names no place"),
    "way out": ("<a href='../../../../../../secret.txt'>a</a>", "leads out of the site"),
    "mute picture": ("<img src='data:image/png;base64,aGk='>", "without words"),
    "mute drawing": ("<svg role='img'></svg>", "without words"),
    "traceback": ("<pre>Traceback (most recent call last)</pre>", "shows a traceback"),
    "code": ("<div class='cell_input'>x = 1</div>", "shows code"),
    "same id": ("<p id='content'></p>", "two things have the id"),
    "redirect": ("<meta http-equiv='refresh' content='0; url=https://a.example'>", "elsewhere"),
}


@pytest.fixture
def copy(published, tmp_path):
    return shutil.copytree(published.site, tmp_path / "site")


def faults_of(site):
    with pytest.raises(WorkFailed) as caught:
        check_site(site)
    return [str(one) for one in caught.value.faults]


def test_a_sound_site_passes(published):
    check_site(published.site)


@pytest.mark.parametrize(("broken", "said"), BROKEN.values(), ids=BROKEN)
def test_each_fault_is_found(copy, broken, said):
    page = copy / "monthly/2025-10/r2/en/sales-and-markets.html"
    text = page.read_text(encoding="utf-8")
    assert text.count(END) == 1
    page.write_text(text.replace(END, broken + END), encoding="utf-8")
    faults = faults_of(copy)
    assert any(said in one and "sales-and-markets.html" in one for one in faults), faults


def test_missing_twin_policy_and_language_are_found(copy):
    folder = copy / "monthly/2025-10/r2"
    (folder / "zh/sales-and-markets.html").unlink()
    page = folder / "en/returns-and-stock.html"
    text = page.read_text(encoding="utf-8").replace("script-src 'self'", "script-src *")
    page.write_text(text.replace('lang="en"', 'lang="fr"', 1), encoding="utf-8")
    faults = "\n".join(faults_of(copy))
    assert "has no twin in zh" in faults
    assert "no content security policy" in faults
    assert "its language is 'fr'" in faults


def test_strange_files_and_styles_are_found(copy):
    (copy / "notes.ipynb").write_text("{}")
    (copy / "_assets/extra.css").write_text("@import 'a'; p{background:url(https://a.example/x)}")
    faults = "\n".join(faults_of(copy))
    assert "notes.ipynb: is no kind of file" in faults
    assert "imports another style sheet" in faults
    assert "loads https://a.example/x" in faults
