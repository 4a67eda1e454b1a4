"""The command: exit codes, faults on stderr, and no traceback for a wrong question."""

import csv
import io
import json
import os
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from helpers.cli import command, figures
from helpers.cli.command import COMMANDS
from helpers.metrics.compute import compute
from helpers.paths import ROOT
from helpers.tables.warehouse import Warehouse
from helpers.vocabulary.periods import parse_period
from warehouse_builder import make_workspace, order_line, write_table

WORKSPACE = """
company: {en: Acme, zh: 阿克美}
base_currency: USD
time_zone: America/New_York
stores:
  - id: shop
    name: {en: Shop, zh: 店铺}
    platform: own
    currency: USD
    time_zone: America/New_York
    tax_basis: excluded
"""


def review(*words, cwd=ROOT, **environment):
    """Run the installed command as a person would; stderr and exit code are part of it."""
    command = [sys.executable, "-c", "from helpers.cli import main; main()", *map(str, words)]
    return subprocess.run(
        command,
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "200", **environment},
        timeout=1200,
        check=False,
    )


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "workspace.yml").write_text(WORKSPACE, encoding="utf-8")
    return tmp_path


def test_help_names_every_subcommand():
    said = review("--help").stdout
    for name in ("demo", "ingest", "metrics", "check", "list", "run", "publish", "serve", "lab"):
        assert f"\n  {name} " in said


@pytest.mark.parametrize(
    ("words", "exit_code", "says"),
    [
        (["metrics", "--period", "2025-13"], 2, "no period"),
        (["metrics"], 2, "review ingest"),
        (["run", "monthly"], 2, "review ingest"),
        (["publish", "nothing"], 2, "nothing"),
        (["nonsense"], 2, "No such command"),
        (["run", "monthly", "--lang", "fr"], 2, "fr"),
    ],
)
def test_asked_wrongly_is_exit_2_in_words(workspace, words, exit_code, says):
    where = [] if words == ["nonsense"] else ["--workspace", workspace]
    done = review(*words, *where)
    assert done.returncode == exit_code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_no_workspace_says_which_file_to_create(tmp_path):
    done = review("ingest", "--workspace", tmp_path)
    assert done.returncode == 2
    assert f"{tmp_path}/workspace.yml: no such file; name a company's folder" in done.stderr


def test_no_such_folder_is_told_by_every_command_in_words(tmp_path):
    done = review("publish", "monthly", "--workspace", tmp_path / "nowhere")
    assert done.returncode == 2
    assert "nowhere/workspace.yml: no such file" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("given", "kept"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": "4"}, "4")])
def test_algebra_gets_one_thread_unless_told_otherwise(given, kept):
    program = (
        "import os, sys; from helpers.cli import main; sys.argv = ['review', '--version']\n"
        "try: main()\nfinally: print(os.environ['OPENBLAS_NUM_THREADS'])"
    )
    environment = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")} | given
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == kept


def test_a_misspelt_command_is_answered_with_its_neighbour():
    done = review("pubish", "monthly")
    assert done.returncode == 2 and "did you mean publish?" in done.stderr


def test_every_command_is_listed_once_with_its_whole_sentence():
    listed = review("--help").stdout
    for name in (name for group in COMMANDS.values() for name in group):
        assert len(re.findall(rf"^  {name} +[A-Z]", listed, re.MULTILINE)) == 1, name
    assert not re.search(r"[a-z]\.\.\.$", listed, re.MULTILINE)


def test_ingest_of_nothing_is_fine_and_creates_the_inbox(workspace):
    done = review("ingest", "--workspace", workspace, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["files"] == []
    assert (workspace / "inbox").is_dir()


def test_a_refused_file_is_exit_1_and_named(workspace):
    (workspace / "inbox" / "shop").mkdir(parents=True)
    (workspace / "inbox" / "shop" / "what.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    done = review("ingest", "--workspace", workspace, "--json")
    assert done.returncode == 1
    (file,) = json.loads(done.stdout)["files"]
    assert file["status"] == "refused" and "what.csv" in file["path"]
    assert file["rows_kept"] == 0


def test_the_receipt_accounts_for_every_row_and_says_what_to_do(workspace):
    inbox = workspace / "inbox"
    inbox.mkdir()
    head = "store_id,date,sessions,visitors,page_views,add_to_carts,orders,units,currency,sales\n"
    rows = [f"shop,2025-10-0{day},{n},1,1,0,0,0,USD,0.00\n" for day, n in ((1, 5), (2, "many"))]
    (inbox / "traffic.csv").write_text(head + "".join(rows), encoding="utf-8")
    (inbox / "what.csv").write_text("a,b\n1,2\n", encoding="utf-8")

    told = review("ingest", "--workspace", workspace)
    assert told.returncode == 1
    lines = told.stdout.splitlines()
    headings = ("store", "kind", "files", "rows read", "kept", "quarantined", "duplicate")
    assert all(heading in lines[0] for heading in headings)
    assert "rows: 2 read = 1 kept + 1 quarantined + 0 duplicate" in lines
    to_do = "\n".join(lines[lines.index("To look at:") :])
    assert "refused  inbox/what.csv: " in to_do
    assert "1 of 2 rows set aside (1 x is no whole number); correct them as quarantine/" in to_do

    again = json.loads(review("ingest", "--workspace", workspace, "--json").stdout)["files"]
    assert [one["status"] for one in again] == ["duplicate", "refused"]
    assert list(again[0]) == [
        "path", "kind", "store", "period", "status", "message",
        "rows_read", "rows_kept", "rows_quarantined", "rows_duplicate",
    ]  # fmt: skip
    for one in again:
        parts = ("rows_kept", "rows_quarantined", "rows_duplicate")
        assert one["rows_read"] == sum(one[part] for part in parts), one


def test_the_catalogue_is_listed_without_a_workspace(tmp_path):
    done = review("metrics", "--list", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    listed = json.loads(done.stdout)
    ids = {one["id"] for one in listed}
    assert {"gmv", "net_sales", "aov", "roas", "return_rate"} <= ids and len(ids) >= 50


def test_the_demo_is_never_written_over_something_else(tmp_path):
    (tmp_path / "letters.txt").write_text("mine", encoding="utf-8")
    done = review("demo", tmp_path, "--scale", "0.02", "--months", "3")
    assert done.returncode == 2 and "holds no demo" in done.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["letters.txt"]


def test_check_names_every_fault_of_a_bad_workspace(workspace):
    folder = workspace / "plan" / "2025"
    folder.mkdir(parents=True)
    (folder / "risks.yml").write_text("risks: [{id: x}]\ncolour: red\n", encoding="utf-8")
    done = review("check", "--workspace", workspace)
    assert done.returncode == 1
    assert "colour: is no known key" in done.stderr and "risks.0.label: is missing" in done.stderr
    assert "ok   metric catalogue" in done.stdout


def test_csv_says_what_is_typed_in_and_what_is_missing(tmp_path, monkeypatch):
    """A figure that somebody typed never stands unmarked, whatever program reads it next."""
    workspace, paths = make_workspace(tmp_path)
    write_table(paths, "order_lines", [order_line(local_date="2025-10-31")])
    typed = {"metric_id": "market_share", "local_date": "2025-10-31", "value": 0.08,
             "entered_by": "Wang", "evidence": "report.pdf", "scope": ""}  # fmt: skip
    write_table(paths, "manual_kpis", [typed])
    frame = compute(
        Warehouse.open(paths, workspace),
        ["orders_count", "market_share", "visitors"],
        parse_period("2025-10"),
    )
    monkeypatch.setattr(figures, "_figures", lambda *asked: frame)
    done = CliRunner().invoke(command.review, ["metrics", "--format", "csv"])
    assert done.exit_code == 0 and done.stderr == ""  # each note is told once, with its figure
    head = "metric,period,dimension,member,value,unit,status,numerator,denominator,note"
    assert done.stdout.splitlines()[0] == head
    orders, share, visitors = csv.DictReader(io.StringIO(done.stdout))
    assert (orders["value"], orders["status"], orders["note"]) == ("1", "ok", "")
    assert (share["value"], share["note"]) == ("0.08", "typed in by Wang: report.pdf")
    assert (visitors["value"], visitors["status"]) == ("", "no_source")
    assert visitors["note"] == "no visitors data for this scope and period"
