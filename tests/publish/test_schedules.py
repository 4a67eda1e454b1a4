"""Emitted schedules work: as cron would run them, and as their own tools read them."""

import ast
import re
import shlex
import shutil
import subprocess
import sys
import types
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from helpers.config.workspace import load_workspace
from helpers.paths import ROOT
from helpers.publish.unattended.schedules import FORMS, plan_for, schedule
from helpers.vocabulary.faults import AskedWrongly

COMPANY = """
company: {en: Lantern, zh: 灯笼}
base_currency: GBP
time_zone: Asia/Shanghai
stores:
- {id: shop, name: {en: Shop, zh: 店}, platform: own, currency: GBP, time_zone: Europe/London,
   tax_basis: excluded}
"""
ODD = 'a b\'c "d" %e $HOME `f` \\%g #h 中文 & ;'


def plan_of(root: Path, at: str | None = None, more: str = ""):
    root.mkdir(parents=True, exist_ok=True)
    (root / "workspace.yml").write_text(COMPANY + more, encoding="utf-8")
    return plan_for(*load_workspace(str(root)), at)


def cron_command(line: str) -> str:
    """Do what cron does with the sixth field: ``%`` ends a command, ``\\%`` is a ``%``."""
    command = line.split(maxsplit=5)[5]
    done, escaped = "", False
    for letter in command:
        if escaped:
            done = done[:-1] + "%" if letter == "%" else done + letter
            escaped = False
            continue
        if letter == "%":
            break
        escaped = letter == "\\"
        done += letter
    return done


def run_as_cron(line: str, home: Path) -> subprocess.CompletedProcess:
    """Run a line as Debian's cron does: nothing but these in the environment, no terminal."""
    bare = ["env", "-i", f"HOME={home}", "LOGNAME=nobody", "SHELL=/bin/sh", "PATH=/usr/bin:/bin"]
    return subprocess.run(
        [*bare, "/bin/sh", "-c", cron_command(line)], cwd=home, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, start_new_session=True, check=False, timeout=1200,
    )  # fmt: skip


@pytest.fixture
def cron_line():
    def give(root: Path, at: str | None = None) -> str:
        (written,) = schedule(plan_of(root, at), "cron")
        return written.text.splitlines()[-1]

    return give


@pytest.mark.skipif(sys.platform == "win32", reason="no cron there")
def test_the_line_of_cron_runs_from_a_folder_with_an_odd_name(tmp_path, cron_line):
    root = tmp_path / ODD
    line = cron_line(root)
    assert line.startswith("7 * * * * ")
    # Without an inbox every month waits for exports: nothing to publish, and no failure.
    ran = run_as_cron(line, tmp_path)
    log = (root / "runs" / "logs" / "due.log").read_text(encoding="utf-8")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", ""), log
    assert "waits for: exports: there are no orders in the tables yet" in log
    assert "monthly" in log and "annual" in log


@pytest.mark.skipif(sys.platform == "win32", reason="no cron there")
def test_what_fails_under_cron_is_printed_so_that_cron_mails_it(tmp_path, cron_line):
    root = tmp_path / "company"
    line = cron_line(root)
    (root / "workspace.yml").write_text("company: {en: Half}", encoding="utf-8")
    ran = run_as_cron(line, tmp_path)
    assert "workspace.yml: base_currency: is missing; add it" in ran.stdout


@pytest.mark.parametrize("text", ["%", "a%b%", "\\%", "a\\%b", "\\\\%", "it's 5\\%", "\\'%\\"])
def test_cron_hands_over_every_percent_sign(text):
    from helpers.publish.unattended.schedules import _for_cron

    line = "7 * * * * printf %s " + shlex.quote(text)
    command = line.split(maxsplit=5)[5]
    said = cron_command("7 * * * * " + _for_cron(command))
    shown = subprocess.run(["/bin/sh", "-c", said], capture_output=True, text=True, check=True)
    assert shown.stdout == text


def test_cron_refuses_what_it_cannot_hold(tmp_path):
    deep = tmp_path.joinpath(*["x" * 120] * 3)
    with pytest.raises(AskedWrongly, match=r"and cron takes 990; use --emit systemd"):
        schedule(plan_of(deep), "cron")
    with pytest.raises(AskedWrongly, match=r"--at: '7' is no time of day; write HH:MM"):
        plan_of(tmp_path / "a", "7")
    with pytest.raises(AskedWrongly, match="holds a line break"):
        plan_of(tmp_path / "a\nb")


def test_once_a_day_at_a_time(tmp_path):
    plan = plan_of(tmp_path / "company", "06:30")
    by_form = {form: "\n".join(one.text for one in schedule(plan, form)) for form in
               ("cron", "systemd", "airflow")}  # fmt: skip
    assert "\n30 6 * * * mkdir" in by_form["cron"]
    assert "OnCalendar=*-*-* 06:30:00 Asia/Shanghai" in by_form["systemd"]
    assert "schedule='30 6 * * *'" in by_form["airflow"]


def test_units_of_systemd_are_sound(tmp_path):
    plan = plan_of(tmp_path / ODD.replace("/", ""))
    service, timer = schedule(plan, "systemd")
    assert service.name.removesuffix(".service") == timer.name.removesuffix(".timer")
    assert "Persistent=true" in timer.text
    quoted = str(plan.workspace).replace("\\", "\\\\").replace('"', '\\"')
    quoted = quoted.replace("%", "%%").replace("$", "$$")
    assert f'"due" "--workspace" "{quoted}"' in service.text
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not there")
    for one in (service, timer):
        (tmp_path / one.name).write_text(one.text, encoding="utf-8")
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--user", tmp_path / service.name, tmp_path / timer.name],
        capture_output=True, text=True, check=False,
        env={"XDG_RUNTIME_DIR": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )  # fmt: skip
    about_ours = [line for line in verified.stderr.splitlines() if "review-due" in line]
    assert about_ours == []


def in_repository(plan):
    root = ROOT / "companies" / "lantern ${{ x }}"
    moved = [str(root) if one == str(plan.workspace) else one for one in plan.command]
    return replace(plan, workspace=root, command=tuple(moved))


def test_the_site_is_sent_where_it_is_asked_to(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    plan = plan_of(tmp_path / "company")
    asked = plan_for(*load_workspace(str(tmp_path / "company")), None, ("board", "out"))
    assert asked.command == (*plan.command, "--to", "board", "--to", str(tmp_path / "out"))


def test_the_workflow_of_github_is_sound_yaml(tmp_path):
    (written,) = schedule(in_repository(plan_of(tmp_path)), "github")
    flow = yaml.load(written.text, Loader=yaml.BaseLoader)
    assert flow["on"]["schedule"] == [{"cron": "7 * * * *"}]
    steps = flow["jobs"]["due"]["steps"]
    # GitHub turns the expression into its text before the shell sees the line.
    ran = [step.get("run", "").replace("${{ '${{' }}", "${{") for step in steps]
    assert [shlex.split(one) for one in ran if "due" in one] == [
        ["review", "due", "--workspace", "companies/lantern ${{ x }}"]
    ]
    uploads = [step for step in steps if "upload-artifact" in step.get("uses", "")]
    assert uploads[0]["with"]["path"] == "companies/lantern ${{ '${{' }} x }}/site"


def test_a_workspace_elsewhere_cannot_be_checked_out(tmp_path):
    with pytest.raises(AskedWrongly, match="keep the workspace in the repository"):
        schedule(plan_of(tmp_path / "company"), "github")


@contextmanager
def airflow_stub(monkeypatch):
    """Airflow as far as a DAG file goes: decorators that keep what they are given."""
    seen = types.SimpleNamespace(dags=[], tasks=[])

    def dag(**how):
        def wrap(function):
            def make():
                seen.dags.append(how)
                return function()

            return make

        return wrap

    def task(**how):
        def wrap(function):
            return lambda: seen.tasks.append((how, function))

        return wrap

    sdk = types.ModuleType("airflow.sdk")
    sdk.dag, sdk.task = dag, task
    monkeypatch.setitem(sys.modules, "airflow", types.ModuleType("airflow"))
    monkeypatch.setitem(sys.modules, "airflow.sdk", sdk)
    yield seen


def test_the_dag_of_airflow_runs_the_command(tmp_path, monkeypatch):
    plan = plan_of(tmp_path / ODD)
    (written,) = schedule(plan, "airflow")
    assert re.fullmatch(r"[a-z0-9_]+\.py", written.name)
    ast.parse(written.text)
    with airflow_stub(monkeypatch) as seen:
        exec(compile(written.text, written.name, "exec"), {})
    assert [(one["schedule"], one["catchup"], one["max_active_runs"]) for one in seen.dags] == [
        ("7 * * * *", False, 1)
    ]
    called = []
    monkeypatch.setattr(subprocess, "run", lambda command, **how: called.append((command, how)))
    seen.tasks[0][1]()
    ((command, how),) = called
    assert command[-3:] == ["due", "--workspace", str(tmp_path / ODD)]
    assert Path(command[0]).is_absolute() and how["cwd"] == str(ROOT) and how["check"]


@pytest.mark.parametrize("form", FORMS)
def test_secrets_are_named_and_not_looked_up(tmp_path, form, monkeypatch):
    monkeypatch.setenv("MAIL_PASSWORD", "hunter2-and-more")
    more = (
        "notices:\n- {name: board, url: 'mailtos://bot@mail.example.com/?to=a@example.com', "
        "secret: 'env:MAIL_PASSWORD'}\n"
    )
    plan = plan_of(tmp_path / "company", more=more)
    if form == "github":
        plan = in_repository(plan)
    told = "\n".join(one.text for one in schedule(plan, form))
    assert "MAIL_PASSWORD" in told and "hunter2" not in told
