"""Schedules to paste: cron, systemd, GitHub Actions and Airflow run ``review due`` every hour.

``review due`` knows the calendar, is quick when nothing is due and holds its own lock, so that a
schedule has nothing to decide. What a schedule must get right is the rest: absolute paths, an
environment that a bare daemon does not have, where the log goes, and each format's own quoting.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from helpers.config.workspace import Workspace
from helpers.paths import ROOT, WorkspacePaths
from helpers.vocabulary.faults import AskedWrongly, Fault

Form = Literal["cron", "systemd", "github", "airflow"]
FORMS: tuple[Form, ...] = ("cron", "systemd", "github", "airflow")
#: Minute of the hour: not the full one, at which every other schedule runs.
_MINUTE = 7
#: Debian's cron takes no longer command.
_CRON_LONGEST = 990
_LOG_LINES = 40
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_NAMED_SECRET = re.compile(r"\benv:([A-Za-z_][A-Za-z0-9_]*)")


@dataclass(frozen=True)
class Written:
    """A file of a schedule: the name it must have, and its text."""

    name: str
    text: str


@dataclass(frozen=True)
class Plan:
    """What every schedule says in its own way."""

    #: The program, by its absolute path, and its arguments.
    command: tuple[str, ...]
    #: Where it runs: the folder with the notebooks.
    folder: Path
    log: Path
    workspace: Path
    time_zone: str
    #: Names of environment variables that the declaration takes secrets from.
    secrets: tuple[str, ...]
    #: Hour and minute of a daily run; None for every hour.
    at: tuple[int, int] | None = None

    @property
    def five_fields(self) -> str:
        """Say when, as cron writes it."""
        return f"{self.at[1]} {self.at[0]} * * *" if self.at else f"{_MINUTE} * * * *"

    @property
    def name(self) -> str:
        """A name for units and jobs that tells two workspaces apart."""
        plain = re.sub(r"[^a-z0-9]+", "-", self.workspace.name.lower()).strip("-")
        return f"review-due-{plain or 'workspace'}"


def plan_for(
    workspace: Workspace, paths: WorkspacePaths, at: str | None = None, to: Sequence[str] = ()
) -> Plan:
    """Work out what a schedule must say.

    Args:
        workspace: The company.
        paths: Its folder.
        at: ``HH:MM`` for once a day; every hour if not given.
        to: Targets that the site is sent to, too; a folder is taken from here.

    Raises:
        AskedWrongly: ``at`` is no time of day, or a path no schedule can hold.
    """
    found = _CLOCK.fullmatch(at) if at else None
    if at and not found:
        raise AskedWrongly(Fault("--at", f"{at!r} is no time of day", "write HH:MM"))
    if "\n" in str(paths.root) or "\r" in str(paths.root):
        fault = Fault(repr(str(paths.root)), "holds a line break", "rename the folder")
        raise AskedWrongly(fault)
    declared = paths.declaration.read_text(encoding="utf-8")
    # Named targets and addresses stay as they are; a folder typed here is not found from there.
    whole = [str(Path(one).absolute()) if Path(one).is_dir() else one for one in to]
    targets = [word for one in whole for word in ("--to", one)]
    return Plan(
        command=(*_program(), "due", "--workspace", str(paths.root), *targets),
        folder=ROOT,
        log=paths.runs / "logs" / "due.log",
        workspace=paths.root,
        time_zone=workspace.time_zone,
        secrets=tuple(dict.fromkeys(_NAMED_SECRET.findall(declared))),
        at=(int(found[1]), int(found[2])) if found else None,
    )


def schedule(plan: Plan, form: Form) -> tuple[Written, ...]:
    """Write a schedule in one of ``FORMS``.

    Raises:
        AskedWrongly: The paths are too long for cron, or the workspace lies outside the
            repository that GitHub would check out.
    """
    write: dict[Form, Callable[[Plan], tuple[Written, ...]]] = {
        "cron": _cron,
        "systemd": _systemd,
        "github": _github,
        "airflow": _airflow,
    }
    return write[form](plan)


def _program() -> tuple[str, ...]:
    """Give the command by its absolute path: the one beside the Python that runs now."""
    beside = Path(sys.executable).with_name("review")
    if beside.is_file():
        return (str(beside),)
    if found := shutil.which("review"):
        return (str(Path(found).absolute()),)
    return (sys.executable, "-c", "from helpers.cli import main; main()")


# -- cron ----------------------------------------------------------------------------------------


def _cron(plan: Plan) -> tuple[Written, ...]:
    log, folder = shlex.quote(str(plan.log)), shlex.quote(str(plan.folder))
    logs = shlex.quote(str(plan.log.parent))
    command = (
        f"mkdir -p {logs} && cd {folder} && PYTHONUTF8=1 {shlex.join(plan.command)} "
        f">> {log} 2>&1 </dev/null || tail -n {_LOG_LINES} {log}"
    )
    line = f"{plan.five_fields} {_for_cron(command)}"
    if len(line) > _CRON_LONGEST:
        what = f"the paths make a line of {len(line)} characters, and cron takes {_CRON_LONGEST}"
        raise AskedWrongly(Fault(str(plan.workspace), what, "use --emit systemd, or move it"))
    how_often = "Once a day" if plan.at else "Every hour"
    head = [
        f"# {how_often}: publish what is due; `review due` decides what, and holds its own lock.",
        f"# Log: {plan.log} (`review due` keeps it short). What fails is mailed, as",
        "# cron mails whatever a command prints; set MAILTO=somebody@example.com above this line.",
        *([f"# Times are this machine's; dates are those of {plan.time_zone}."] if plan.at else []),
        *(
            f"# {name}: set {name}=... above this line, or keep it in the keyring"
            for name in plan.secrets
        ),
    ]
    return (Written("crontab", "\n".join([*head, line, ""])),)


def _for_cron(command: str) -> str:
    r"""Escape ``%``, which cron takes for the end of a command, quoted or not.

    Cron drops the backslash before ``%`` but pairs backslashes on the way; a quoted ``\%`` is
    parted, so that no backslash stands before ours.
    """
    return command.replace("\\%", "\\''%").replace("%", "\\%")


# -- systemd -------------------------------------------------------------------------------------


def _systemd(plan: Plan) -> tuple[Written, ...]:
    when = f"{plan.at[0]:02}:{plan.at[1]:02}:00" if plan.at else f"*:{_MINUTE:02}:00"
    zone = f" {plan.time_zone}" if plan.at else ""
    secrets = plan.workspace / "unattended.env"
    lines = [
        f"# ~/.config/systemd/user/{plan.name}.service",
        "[Unit]",
        f"Description=Publish what is due of {_percent(plan.workspace.name)}",
        "",
        "[Service]",
        "Type=oneshot",
        f"WorkingDirectory={_percent(str(plan.folder))}",
        "Environment=PYTHONUTF8=1",
        *(
            [
                f"# Holds {', '.join(f'{name}=...' for name in plan.secrets)}; only you may read "
                "it (chmod 600).",
                f"EnvironmentFile=-{_percent(str(secrets))}",
            ]
            if plan.secrets
            else []
        ),
        f"ExecStart={' '.join(map(_for_systemd, plan.command))}",
        "StandardInput=null",
        "Nice=10",
        "",
    ]
    timer = [
        f"# ~/.config/systemd/user/{plan.name}.timer",
        f"# systemctl --user daemon-reload && systemctl --user enable --now {plan.name}.timer",
        "# loginctl enable-linger lets it run while you are logged out; journalctl --user -u "
        f"{plan.name} is the log, which the journal itself keeps short.",
        "[Unit]",
        f"Description=Ask whether a review of {_percent(plan.workspace.name)} is due",
        "",
        "[Timer]",
        f"OnCalendar=*-*-* {when}{zone}",
        "# A run missed while the machine was off is made up for when it is back.",
        "Persistent=true",
        "",
        "[Install]",
        "WantedBy=timers.target",
        "",
    ]
    return (
        Written(f"{plan.name}.service", "\n".join(lines)),
        Written(f"{plan.name}.timer", "\n".join(timer)),
    )


def _percent(text: str) -> str:
    return text.replace("%", "%%")


def _for_systemd(word: str) -> str:
    """Quote a word of a command line: specifiers, variables, quotes and backslashes stay text."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


# -- GitHub Actions ------------------------------------------------------------------------------


def _github(plan: Plan) -> tuple[Written, ...]:
    if not plan.workspace.is_relative_to(ROOT):
        what = f"lies outside {ROOT}, which is what GitHub checks out"
        raise AskedWrongly(Fault(str(plan.workspace), what, "keep the workspace in the repository"))
    inside = plan.workspace.relative_to(ROOT).as_posix()
    kept = [
        f"{inside}/{part}"
        for part in (".buyer-key", "warehouse", "quarantine", "runs", "site", "forecasts")
    ]
    hour, minute = plan.at or (None, _MINUTE)
    secrets = [f"          {name}: ${{{{ secrets.{name} }}}}" for name in plan.secrets]
    lines = [
        "# .github/workflows/review-due.yml",
        "# Exports come with the repository or from `inboxes:` of workspace.yml. GitHub's clock is",
        f"# UTC; dates are those of {plan.time_zone}. Tables and site are carried from run to run",
        "# in a cache that GitHub drops after seven idle days: give `targets:` for what must stay.",
        "name: review due",
        '"on":',
        "  schedule:",
        f'    - cron: "{minute} {"*" if hour is None else hour} * * *"',
        "  workflow_dispatch: {}",
        "permissions:",
        "  contents: read",
        "concurrency:",
        "  group: review-due",
        "  cancel-in-progress: false",
        "jobs:",
        "  due:",
        "    runs-on: ubuntu-latest",
        "    timeout-minutes: 120",
        "    env:",
        '      PYTHONUTF8: "1"',
        "    steps:",
        "      - uses: actions/checkout@v4",
        "      - uses: actions/setup-python@v5",
        "        with:",
        '          python-version: "3.11"',
        "          cache: pip",
        "          cache-dependency-path: requirements.lock",
        "      - run: pip install --require-hashes -r requirements.lock",
        "      - run: pip install --no-deps -e .",
        "      - uses: actions/cache@v4",
        "        with:",
        "          path: |",
        *(f"            {_github_text(one)}" for one in kept),
        "          key: review-${{ github.run_id }}",
        "          restore-keys: review-",
        f"      - run: {_for_github(shlex.join(['review', *_github_words(plan, inside)]))}",
        *(["        env:", *secrets] if secrets else []),
        "      - uses: actions/upload-artifact@v4",
        "        if: always()",
        "        with:",
        "          name: site",
        f"          path: {_for_github(f'{inside}/site')}",
        "          if-no-files-found: ignore",
        "      - uses: actions/upload-artifact@v4",
        "        if: failure()",
        "        with:",
        "          name: logs",
        f"          path: {_for_github(f'{inside}/runs')}",
        "          if-no-files-found: ignore",
        "",
    ]
    return (Written("review-due.yml", "\n".join(lines)),)


def _github_words(plan: Plan, inside: str) -> list[str]:
    """Give the arguments as they are in a checkout."""
    start = plan.command.index("due")
    return [inside if one == str(plan.workspace) else one for one in plan.command[start:]]


def _github_text(text: str) -> str:
    """Keep ``${{`` of a path from being taken for an expression."""
    return text.replace("${{", "${{ '${{' }}")


def _for_github(text: str) -> str:
    return json.dumps(_github_text(text), ensure_ascii=False)


# -- Airflow -------------------------------------------------------------------------------------


def _airflow(plan: Plan) -> tuple[Written, ...]:
    needed = ", ".join(plan.secrets)
    secrets = f" The workers need in their environment: {needed}." if needed else ""
    text = f'''"""Publish what is due; put this file into the folder of your DAGs.{secrets}"""

import os
import subprocess
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

try:
    from airflow.sdk import dag, task
except ImportError:  # before Airflow 3
    from airflow.decorators import dag, task

COMMAND = {list(plan.command)!r}
FOLDER = {str(plan.folder)!r}


# catchup is off: `review due` knows what it missed, and makes up for it itself.
@dag(
    dag_id={plan.name!r},
    schedule={plan.five_fields!r},
    start_date=datetime(2025, 1, 1, tzinfo=ZoneInfo({plan.time_zone!r})),
    catchup=False,
    max_active_runs=1,
    tags=["review"],
)
def review_due():
    @task(retries=1, retry_delay=timedelta(minutes=10))
    def due():
        # No shell and no template: the paths are handed over as they are.
        environment = {{**os.environ, "PYTHONUTF8": "1"}}
        subprocess.run(
            COMMAND, cwd=FOLDER, env=environment, stdin=subprocess.DEVNULL, check=True
        )

    due()


review_due()
'''
    return (Written(f"{plan.name.replace('-', '_')}.py", text),)
