"""Kill -9 at any step of an ingest: readers see the old or the new, and the next run finishes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent

# Runs in a process of its own, which forks a child for every step at which one is to die. The
# parent opens no engine, so that a child starts clean.
SCRIPT = """
import json, os, shutil, signal, sys
from pathlib import Path
from helpers.paths import WorkspacePaths
from helpers.config.workspace import Workspace
from tables.fake_exports import drop, install
from warehouse_builder import make_workspace, order_line
import duckdb, filelock, holidays
import helpers.tables.ingest as door, helpers.tables.warehouse as read_side
import helpers.sources.catalogue as catalogue
from helpers.tables.contracts import known_countries
from helpers.tables.intake import reading
from helpers.tables.models import load_models

# What every child would do first is done once, before the forks.
catalogue.load_sources(), known_countries(), load_models()
# One hand, so that the steps come in the same order every time and can be counted.
reading._HANDS = 1

root = Path(sys.argv[1])
install()

def in_a_child(work):
    told_by, telling = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            told = json.dumps(work())
            os.write(telling, told.encode())
        except BaseException as trouble:
            os.write(telling, json.dumps(repr(trouble)).encode())
        os._exit(0)
    os.close(telling)
    with os.fdopen(told_by) as stream:
        text = stream.read()
    _, status = os.waitpid(child, 0)
    return json.loads(text) if text else None, os.WIFSIGNALED(status)

def look(folder):
    paths = WorkspacePaths(folder)
    workspace = Workspace.model_validate_json(paths.declaration.read_text("utf-8"))
    with read_side.Warehouse.open(paths, workspace) as warehouse:
        ((total,),) = warehouse.connection.execute(
            "SELECT CAST(sum(gmv) AS VARCHAR) FROM order_lines").fetchall()
        restated = warehouse.connection.execute(
            "SELECT entry, CAST(before AS VARCHAR), CAST(after AS VARCHAR), generation_after "
            "FROM restatements WHERE measure = 'gmv'").fetchall()
        return [total, sorted(warehouse.generation.files["order_lines"].items()), restated]

def run(folder, die_at=None):
    paths = WorkspacePaths(folder)
    workspace = Workspace.model_validate_json(paths.declaration.read_text("utf-8"))
    steps = 0
    def counted(original):
        def step(*given, **named):
            nonlocal steps
            steps += 1
            if steps == die_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*given, **named)
        return step
    for name in ("rename", "replace", "mkdir", "write_text", "unlink"):
        setattr(Path, name, counted(getattr(Path, name)))
    shutil.rmtree = counted(shutil.rmtree)
    receipt = door.ingest(workspace, paths)
    return [steps, receipt.ok]

# The state before: two orders. What comes: one of them newer, one more, and a mended file.
before = root / "before"
_, paths = make_workspace(before)
old = [order_line(local_date="2025-10-01"),
       order_line(order_id="B", list_amount="100.00", local_date="2025-10-31")]
drop(paths.inbox, "old.json", tables={"order_lines": old})
drop(paths.inbox, "mended.json", tables={"order_lines": [order_line(order_id="M")]})
print(json.dumps(in_a_child(lambda: run(before))[0]), file=sys.stderr)
new = [order_line(list_amount="7.00", local_date="2025-10-01"),
       order_line(order_id="C", list_amount="1000.00")]
drop(paths.inbox, "new.json", as_of="2025-12-01", tables={"order_lines": new})
mended = [order_line(order_id="M", list_amount="20.00")]
drop(paths.inbox, "mended.json", tables={"order_lines": mended})

calm = root / "calm"
shutil.copytree(before, calm)
(steps, _), _ = in_a_child(lambda: run(calm))
expected, _ = in_a_child(lambda: look(calm))
found = []
for step in range(1, steps + 1):
    folder = root / f"killed-{step}"
    shutil.copytree(before, folder)
    _, was_killed = in_a_child(lambda: run(folder, die_at=step))
    meanwhile, _ = in_a_child(lambda: look(folder))
    again, _ = in_a_child(lambda: run(folder))
    after, _ = in_a_child(lambda: look(folder))
    left = sorted(p.name for p in (folder / "warehouse").rglob(".[no]*") if p.name != ".lock")
    inbox = sorted(p.name for p in (folder / "inbox").iterdir())
    found.append([step, was_killed, meanwhile, again, after, left, inbox])
    shutil.rmtree(folder)
print(json.dumps({"expected": expected, "found": found}))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="forks a child for every step")
def test_a_killed_ingest_leaves_the_old_state_or_the_new_and_the_next_run_finishes(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
        env={"PYTHONPATH": str(HERE.parent), "PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    expected, found = told["expected"], told["found"]
    assert expected[0] == "1127.0000", "7 + 100 + 1000 + 20"
    assert [entry[:3] for entry in expected[2]] == [[1, "120.0000", "1127.0000"]]
    assert len(found) >= 12, "steps were counted"
    for step, was_killed, meanwhile, again, after, left, inbox in found:
        assert was_killed, step
        assert not isinstance(meanwhile, str), (step, meanwhile)
        assert meanwhile[0] in ("120.0000", "1127.0000"), step
        assert meanwhile[2] == (expected[2] if meanwhile[0] == "1127.0000" else []), step
        assert again[1] is True, (step, again)
        assert after == expected, f"step {step}: the same to the byte as if nothing had happened"
        assert left == [], step
        assert inbox == ["mended.json", "new.json", "old.json"], step
