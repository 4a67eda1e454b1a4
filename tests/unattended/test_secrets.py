"""Secrets planted wherever one may be used, and looked for wherever one may turn up."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from listening import mail_server, web_hook

from helpers.config.declarations import read_declaration
from helpers.config.secrets import hidden, page_environment, resolve
from helpers.config.workspace import Workspace
from helpers.vocabulary.faults import DeclarationFaulty, WorkFailed

from .company import Company

DRIVER = Path(__file__).with_name("driver.py")
#: Name in the environment -> what must never be seen again. Some signs are written otherwise in
#: addresses, and both ways of writing are looked for.
PLANTED = {
    "SMTP_WORD": "planted smtp/word&1",
    "HOOK_TOKEN": "plantedhooktoken2222",
    "AWS_ACCESS_KEY_ID": "PLANTEDAWSKEY3333",
    "AWS_SECRET_ACCESS_KEY": "planted+aws/secret4444",
    "DB_WORD": "planted-db-word-5555",
    "REVIEW_BUYER_KEY": "planted-buyer-key-6666-planted-buyer-key",
    "REVIEW_FILE_PASSWORDS": '{"uk": "planted-book-7777"}',
    "SOME_OTHER_PROGRAMS_LOGIN": "planted-other-8888",
}
#: A page that shows all that it can find out: its environment, and every command that runs.
_NOSY = """\
import os
from pathlib import Path

found = [repr(sorted(os.environ.items()))]
for file in ("/proc/self/environ", *map(str, Path("/proc").glob("[0-9]*/cmdline"))):
    try:
        found.append(Path(file).read_text(errors="replace"))
    except OSError:
        pass
print(found)
from helpers.reviews.page import open_page

page = open_page(period, language, workspace)
page.say([*found, "NOSY LOOKED"], id="nosy")
"""
#: A page that fails with all that it knows in its traceback.
_FAILS = "import os\nraise ValueError(repr(dict(os.environ)))"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> tuple[Company, str, list[bytes]]:
    """Publish with every secret in the environment; give all that was said, and the mail sent."""
    company = Company(tmp_path_factory.mktemp("planted")).found()
    _add_page(company, "nosy", _NOSY)
    _add_page(company, "fails", _FAILS)
    _ask_a_database(company)
    with mail_server(PLANTED["SMTP_WORD"]) as box, web_hook() as hook:
        hook.answer = 500
        declared = company.paths.declaration.read_text(encoding="utf-8")
        more = {
            "publishing": {"policy": "stale-page"},
            "notices": [
                {
                    "name": "board",
                    "url": f"mailto://127.0.0.1:{box.port}?user=bot&from=b@x.example&to=a@x.example",
                    "secret": "env:SMTP_WORD",
                },
                {"name": "wrong", "url": "env:WRONG"},
                {"name": "hook", "url": "env:HOOK"},
            ],
        }
        company.paths.declaration.write_text(declared + yaml.safe_dump(more), encoding="utf-8")
        token = PLANTED["HOOK_TOKEN"]
        given = {
            **os.environ,
            **PLANTED,
            "HOOK": f"json://ann:{token}@127.0.0.1:{hook.port}/{token}?+X-Key={token}",
            "WRONG": f"mailto://bot:{token}@127.0.0.1:{box.port}?from=b@x.example&to=a@x.example",
        }
        done = subprocess.run(
            [sys.executable, str(DRIVER), str(company.root), str(company.root / "steps.txt")],
            env=given, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=1200,
            check=False,
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert hook.paths, said  # it did come as far as the webhook
        return company, said, box.raw


def test_no_secret_turns_up_anywhere(released):
    company, said, mails = released
    assert "not delivered" in said, "the failing receivers are told of"
    assert mails, "the mail server let the right password in"
    seen = {"stdout and stderr": said.encode(), "mail": b"".join(mails)}
    for file in company.root.rglob("*"):
        if file.is_file():
            seen[str(file.relative_to(company.root))] = file.read_bytes()
    names = "\n".join(seen)
    assert "company/runs/monthly/2025-10/en/nosy.ipynb" in names
    assert "company/runs/monthly/2025-10/en/fails.failed.ipynb" in names
    assert "company/runs/notices.json" in names
    found = [
        f"{name} in {where}"
        for where, content in seen.items()
        for name, secret in PLANTED.items()
        for form in _forms(secret)
        if form in content
    ]
    assert found == []


def test_the_nosy_page_was_published_and_found_nothing(released):
    company, said, _ = released
    page = company.paths.site / "monthly/2025-10/r1/en/nosy.html"
    assert page.is_file(), said
    text = page.read_text(encoding="utf-8")
    assert "NOSY LOOKED" in text
    assert "REVIEW_WORKSPACE" in text or "PATH" in text, "it saw an environment"
    assert "SOME_OTHER_PROGRAMS_LOGIN" not in text


def test_the_database_is_named_without_its_password(released):
    company, _, _ = released
    journal = company.paths.runs / "journal"
    told = "".join(one.read_text(encoding="utf-8") for one in journal.glob("*.jsonl"))
    assert "postgresql+psycopg2://db.example:1/shop" in told


def test_a_secret_in_the_clear_is_refused_without_being_repeated(tmp_path):
    path = tmp_path / "workspace.yml"
    company = Company(tmp_path / "plain").found()
    base = company.paths.declaration.read_text(encoding="utf-8")
    clear = [
        {"url": "dingtalk://plantedtoken1"},
        {"url": "mailtos://bot:plantedword@mail.example"},
        {"url": "jsons://host.example/?token=plantedword"},
        {"url": "jsons://host.example/?+Authorization=plantedword"},
        {"url": "jsons://hooks.example/services/planted9B00000000XXXX"},
        {"url": "mailto://mail.example", "secret": "plantedword"},
        {"url": "mailto://mail.example", "secret": 471108154711},
        {"url": ["plantedword"]},
        {"url": "jsons://host.example", "link": "https://ann:plantedword@host.example"},
        {"url": "jsons://host.example", "name": "twice"},
    ]
    receivers = [{"name": f"r{place}", **one} for place, one in enumerate(clear)]
    for receiver in receivers:
        path.write_text(base + yaml.safe_dump({"notices": [receiver, receiver]}), encoding="utf-8")
        with pytest.raises(DeclarationFaulty) as caught:
            read_declaration(path, Workspace)
        said = str(caught.value)
        assert "planted" not in said and "47110815" not in said, said
        assert "notices" in said and "env:NAME" in said
    path.write_text(base + "notices: dingtalk://plantedtoken1\n", encoding="utf-8")
    with pytest.raises(DeclarationFaulty) as caught:
        read_declaration(path, Workspace)
    assert "planted" not in str(caught.value)


def test_a_reference_is_resolved_or_says_what_to_do(monkeypatch):
    import keyring

    monkeypatch.setenv("HERE", " planted-value-1 ")
    monkeypatch.delenv("NOT_HERE", raising=False)
    kept = {("mail", "bot"): "planted/value 2"}
    monkeypatch.setattr(keyring, "get_password", lambda *asked: kept.get(asked))
    assert resolve("env:HERE") == "planted-value-1"
    assert resolve("keyring:mail/bot") == "planted/value 2"
    said = "login planted-value-1 at x?p=planted%2Fvalue%202 or planted%2Fvalue+2"
    assert hidden(said) == "login … at x?p=… or …"
    with pytest.raises(WorkFailed, match="env:NOT_HERE: is not set in the environment; set it"):
        resolve("env:NOT_HERE")
    with pytest.raises(WorkFailed, match="`keyring set mail nobody`"):
        resolve("keyring:mail/nobody")
    with pytest.raises(WorkFailed) as caught:
        resolve("planted-in-the-clear")
    assert "planted" not in str(caught.value)


def test_a_keyring_that_is_locked_is_a_fault_and_no_traceback(monkeypatch):
    import keyring
    from keyring.errors import KeyringLocked

    def locked(*_):
        raise KeyringLocked("planted-detail")

    monkeypatch.setattr(keyring, "get_password", locked)
    with pytest.raises(WorkFailed, match=r"cannot be opened \(KeyringLocked\); unlock") as it:
        resolve("keyring:mail/bot")
    assert "planted" not in str(it.value)


def test_pages_get_what_is_allowed_and_nothing_else():
    given = {**PLANTED, "PATH": "/bin", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1",
             "REVIEW_WORKSPACE": "/w", "PATH_TO_TOKEN": "x", "HOME": "/h"}  # fmt: skip
    assert set(page_environment(given)) == {
        "PATH", "LC_ALL", "OMP_NUM_THREADS", "REVIEW_WORKSPACE", "HOME",
    }  # fmt: skip


def _forms(secret: str) -> set[bytes]:
    values = json.loads(secret).values() if secret.startswith("{") else [secret]
    return {
        form.encode()
        for value in values
        for form in (value, quote(value, safe=""), base64.b64encode(value.encode()).decode())
    }


def _add_page(company: Company, name: str, source: str) -> None:
    first = json.loads((company.notebooks / "monthly/totals.ipynb").read_text(encoding="utf-8"))
    first["cells"][-1] = {**first["cells"][-1], "id": name, "source": source}
    path = company.notebooks / f"monthly/{name}.ipynb"
    path.write_text(json.dumps(first), encoding="utf-8")
    with (company.notebooks / "reviews.yml").open("a", encoding="utf-8") as file:
        file.write(
            f"  - {{id: {name}, notebook: monthly/{name}.ipynb, title: {{zh: 页, en: {name}}}, "
            "question: {zh: 问, en: What}}\n"
        )


def _ask_a_database(company: Company) -> None:
    """Have a second mapping ask a database that nobody runs."""
    (mapping,) = company.paths.mappings.glob("*.yml")
    declared = yaml.safe_load(mapping.read_text(encoding="utf-8"))
    declared["source"] = "asked"
    declared["from"] = {
        "database": "postgresql+psycopg2://ann:${DB_WORD}@db.example:1/shop",
        "query": "SELECT * FROM sales",
        "store": "online-retail",
    }
    for column in declared["columns"].values():
        column["header"] += "Asked"  # no file is meant
    (company.paths.mappings / "asked.yml").write_text(
        yaml.safe_dump(declared, allow_unicode=True), encoding="utf-8"
    )
