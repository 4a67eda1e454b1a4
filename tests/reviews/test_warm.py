"""What a page can do to itself, and what it cannot do to others."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from helpers.config.running import Limits
from helpers.reviews.run import run_review
from helpers.reviews.warm.starting import can_start, start_warm
from looking_around import look_around

pytestmark = pytest.mark.skipif(not can_start(), reason="notebooks start warm on Linux only")


@pytest.fixture
def run(studio, facts):
    def running(**kwargs):
        kwargs = {"languages": ["en"], "jobs": 4, "facts": facts, "engine": "warm", **kwargs}
        report = run_review(
            studio.workspace, "monthly", "2025-10", notebooks=studio.notebooks, **kwargs
        )
        return {page.page.id: page for page in report.pages}

    return running


def shown(result, cell_id: str) -> str:
    cells = json.loads(result.output.read_text(encoding="utf-8"))["cells"]
    output = next(cell for cell in cells if cell["id"] == cell_id)["outputs"][0]
    return "".join(output["text"] if "text" in output else output["data"]["text/plain"])


def is_gone(pid: int) -> bool:
    """Wait until a process has ended; how long that takes is not what is asked."""
    for _ in range(2400):
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False


SLOW = {
    "hangs": "import time\nprint('so far')\ntime.sleep(300)",
    "deaf": "import signal, time\n"
    "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})\n"
    "print('so far', flush=True)\ntime.sleep(300)",
}
BAD = {
    "hungry": (
        "import time\nprint('so far', flush=True)\nheld = []\n"
        "while True:\n    held.append(b'x' * 20_000_000)\n    time.sleep(0.01)",
        "the page held more than 700 MiB of memory and was stopped "
        "(running.memory_mb of workspace.yml)",
    ),
    "hungry_child": (
        "import subprocess, sys\nprint('so far', flush=True)\n"
        "subprocess.run([sys.executable, '-c', 'import time; a = b\"x\" * 700_000_000;"
        "time.sleep(300)'])",
        "the page held more than 700 MiB of memory",
    ),
    "exits": ("print('so far')\nexit()", "the page called exit(), which ends it half way"),
    "exits_hard": (
        "import os\nprint('so far')\nos._exit(0)",
        "the page ended its own process with exit code 0",
    ),
    "exits_system": (
        "import sys\nprint('so far')\nsys.exit()",
        "the cell called sys.exit() (SystemExit: ), which ends the page half way",
    ),
    "killed": (
        "import os\nprint('so far')\nos.kill(os.getpid(), 9)",
        "the page's process was killed by SIGKILL",
    ),
    "crashes": (
        "import ctypes\nprint('so far')\nctypes.string_at(0)",
        "the page's process was killed by SIGSEGV",
    ),
    "keeper_killed": (
        "import os, time\nprint('so far', flush=True)\nos.kill(os.getppid(), 9)\ntime.sleep(300)",
        "the process that watched the page was killed",
    ),
}


def check_failed(result, message: str) -> None:
    assert (result.cell, result.output) == ("bad", None)
    assert message in result.message
    book = json.loads(result.failed_output.read_text(encoding="utf-8"))
    (bad,) = (cell for cell in book["cells"] if cell["id"] == "bad")
    assert bad["metadata"]["papermill"]["status"] == "failed"
    assert "so far" in "".join(bad["outputs"][0]["text"])


def test_no_page_spoils_another_whatever_it_does(studio, run):
    for page, (source, _) in BAD.items():
        studio.write(page, studio.code("before", "1"), studio.code("bad", source))
    studio.write("sound", studio.code("show", "6 * 7"))
    told = run(limits=Limits(memory_mb=700))
    assert shown(told.pop("sound"), "show") == "42"
    for page, (_, message) in BAD.items():
        check_failed(told[page], message)
    assert "Segmentation fault" in told["crashes"].log.read_text(encoding="utf-8")


def test_a_cell_that_takes_too_long_is_stopped_even_when_it_does_not_listen(studio, run):
    for page, source in SLOW.items():
        studio.write(page, studio.code("bad", source))
    told = run(limits=Limits(cell_seconds=3))
    for one in told.values():
        check_failed(one, "a cell took longer than 3 s and was stopped (running.cell_seconds of")
    assert "time.sleep(300)" in told["hangs"].log.read_text(encoding="utf-8"), "says where it was"


def test_a_page_is_stopped_though_none_of_its_cells_is_slow(studio, run):
    cells = [studio.code(f"wait{i}", "import time\ntime.sleep(0.5)") for i in range(9)]
    studio.write("slow", *cells)
    slow = run(limits=Limits(page_seconds=2))["slow"]
    assert "the page took longer than 2 s and was stopped" in slow.message
    assert "running.page_seconds of workspace.yml" in slow.message


def test_memory_is_measured(studio, run):
    studio.write("light", studio.code("hold", "1"))
    studio.write("heavy", studio.code("hold", "held = b'x' * 300_000_000"))
    told = run()
    record = json.loads((told["light"].output.with_suffix(".json")).read_text(encoding="utf-8"))
    assert record["peak_memory"] == told["light"].peak_memory
    # 300 million bytes are 286 MiB; what the two have besides differs by little
    assert 270 < told["heavy"].peak_memory - told["light"].peak_memory < 310


def test_programs_are_heard_where_they_speak(studio, run):
    # a kernel hears them, too, but now and then a moment too late
    studio.write("says", studio.code("say", "import os\nprint(1)\nos.system('echo 2')\nprint(3)"))
    assert shown(run()["says"], "say") == "1\n2\n3\n"


def test_pages_share_nothing(studio, run):
    spoil = """
        import os, random, sys, warnings, json, logging
        import numpy, pandas, matplotlib
        from pathlib import Path
        matplotlib.rcParams["figure.dpi"] = 7
        pandas.DataFrame.sum = None
        pandas.set_option("display.max_rows", 3)
        os.environ["SPOILT"] = "yes"
        os.chdir("/")
        sys.path.insert(0, "/spoilt")
        sys.modules["spoilt"] = json
        warnings.simplefilter("error")
        logging.disable(50)
        import ibis, duckdb, helpers.reviews.page as page
        ibis.set_backend("duckdb")
        duckdb.sql("CREATE TABLE spoilt (a INT)")
        page.write_down_reads = lambda: None
        class Spoilt: pass
    """
    look = """
        import os, random, sys, warnings, logging
        import numpy, pandas, matplotlib, ibis, duckdb, helpers.reviews.page as page
        print([
            matplotlib.rcParams["figure.dpi"], callable(pandas.DataFrame.sum),
            pandas.get_option("display.max_rows"), os.environ.get("SPOILT"), os.getcwd(),
            "/spoilt" in sys.path, "spoilt" in sys.modules, ("error" in str(warnings.filters[0])),
            logging.root.manager.disable, ibis.options.default_backend,
            duckdb.sql("SHOW TABLES").fetchall(), page.write_down_reads.__name__,
            "Spoilt" in dir(sys.modules["__main__"]),
        ])
    """
    draw = "import random, numpy\nprint(random.random(), numpy.random.random())"
    for page in ("a", "b"):
        studio.write(page, studio.code("look", textwrap.dedent(look)),
                     studio.code("draw", draw),
                     studio.code("spoil", textwrap.dedent(spoil)))  # fmt: skip
    told = run(jobs=1)
    clean = [100.0, True, 60, None, str(Path.cwd()), False, False, False, 0, None, [],
             "write_down_reads", False]  # fmt: skip
    assert shown(told["a"], "look").strip() == str(clean)
    assert shown(told["b"], "look") == shown(told["a"], "look")
    drawn = [shown(one, "draw").split() for one in told.values()]
    assert drawn[0][0] != drawn[1][0], "random numbers of one page must not be another's"
    assert drawn[0][1] != drawn[1][1]


def test_the_parent_only_imports():
    import multiprocessing

    from helpers.reviews.warm import starting

    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = start_warm(look_around, theirs)
    theirs.close()  # so that a child that dies is an error here, and no wait without end
    found = ours.recv()
    process.join()
    assert len(found.pop("imported")) > 20
    assert found == {
        "threads": 1, "backend": None, "shell": None, "is_inline": False, "main": None,
        "style": set(),
    }  # fmt: skip
    assert starting._PARENT not in sys.modules, "nothing of this happens where a run is started"


RUN = """
import signal, sys
from datetime import date
from pathlib import Path
from helpers.reviews.facts import Facts
# A run begun in the background of a shell is born deaf to Ctrl-C, and so would this one be.
signal.signal(signal.SIGINT, signal.default_int_handler)
from helpers.reviews.run import run_review
facts = Facts(date(2024, 1, 1), date(2025, 12, 9))
run_review(sys.argv[1], "monthly", "2025-10", notebooks=Path(sys.argv[2]), facts=facts,
           languages=["en"], jobs=2, engine="warm")
"""


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT])
def test_nobody_outlives_the_run(studio, tmp_path: Path, sign):
    pids = tmp_path / "pids"
    pids.mkdir()
    source = f"""
        import os, subprocess, time
        away = subprocess.Popen(["sh", "-c", "sleep 300 & echo $!; exec sleep 300"],
                                stdout=subprocess.PIPE, start_new_session=True, text=True)
        told = [os.getpid(), os.getppid(), away.pid, int(away.stdout.readline())]
        open("{pids}/writing" + str(os.getpid()), "w").write(" ".join(map(str, told)))
        os.rename("{pids}/writing" + str(os.getpid()), "{pids}/" + str(os.getpid()))
        time.sleep(300)
    """
    for page in ("one", "two"):
        studio.write(page, studio.code("hang", textwrap.dedent(source)))
    command = [sys.executable, "-c", RUN, str(studio.workspace), str(studio.notebooks)]
    started = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while len(told := [one for one in pids.iterdir() if one.name.isdigit()]) < 2:
        assert started.poll() is None
        time.sleep(0.05)
    family = [started.pid, *(one.pid for one in psutil.Process(started.pid).children(True))]
    started.send_signal(sign)
    started.wait()
    family += [int(pid) for one in told for pid in one.read_text(encoding="ascii").split()]
    assert len(set(family)) >= 9
    assert [pid for pid in set(family) if not is_gone(pid)] == []
