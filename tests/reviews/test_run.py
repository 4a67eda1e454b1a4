"""The runner, on tiny notebooks."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from filelock import FileLock

from helpers.config.running import Limits
from helpers.reviews.listing import what_would_run
from helpers.reviews.run import run_review
from helpers.vocabulary.faults import AskedWrongly, WorkFailed


@pytest.fixture
def run(studio, facts):
    def running(**kwargs):
        kwargs = {"languages": ["en"], "jobs": 2, "facts": facts, **kwargs}
        return run_review(
            studio.workspace, "monthly", "2025-10", notebooks=studio.notebooks, **kwargs
        )

    return running


def cells_of(result) -> dict:
    content = json.loads(result.output.read_text(encoding="utf-8"))
    return {cell["id"]: cell for cell in content["cells"]}


def test_failing_page_is_named_with_its_cell_and_the_others_go_on(studio, run):
    studio.write(
        "sound",
        studio.words("title-zh", "# 标题", "lang-zh"),
        studio.words("title-en", "# {period_label}", "lang-en", "templated"),
        studio.code(
            "show", "import sys\nprint('careful', file=sys.stderr)\n(period, top, language)"
        ),
    )
    studio.write("broken", studio.code("divide", "1 / 0"), studio.code("after", "2"))
    studio.write("ended", studio.code("leave", "raise SystemExit(0)"), studio.code("after", "2"))
    told = []
    report = run(settings={"top": "5"}, progress=lambda *args: told.append(args))

    assert [page.status for page in report.pages] == ["ran", "failed", "failed"]
    assert not report.is_ok
    sound, broken, ended = report.pages
    assert [page.page.id for page in report.publishable("en")] == ["sound"]
    assert (broken.cell, broken.message) == ("divide", "ZeroDivisionError: division by zero")
    assert broken.output is None
    assert "monthly/broken.ipynb (en), cell divide: ZeroDivisionError" in str(broken.fault)
    assert broken.failed_output is not None
    assert broken.failed_output.name == "broken.failed.ipynb"
    assert "ZeroDivisionError" in broken.log.read_text(encoding="utf-8")
    assert ended.output is None, "ending a notebook half way is no success"
    assert ended.cell in ("leave", "after")
    assert sorted(done for done, _, _ in told) == [1, 2, 3]

    cells = cells_of(sound)
    assert sound.output.parts[-5:] == ("runs", "monthly", "2025-10", "en", "sound.ipynb")
    assert "title-zh" not in cells
    assert "".join(cells["title-en"]["source"]) == "# October 2025"
    shown = cells["show"]["outputs"][0]["data"]["text/plain"]
    assert "".join(shown) == "('2025-10', 5, 'en')"
    assert len(cells["show"]["outputs"]) == 1, "warnings are for the log, not for readers"
    assert sound.warnings == ("show: careful\n",)
    assert cells["show"]["metadata"]["jupyter"]["source_hidden"] is True
    assert "record-reads" not in cells
    assert "injected-parameters" in cells


def test_page_runs_again_only_for_a_reason(studio, run, facts):
    path = studio.write(
        "sales",
        # stands for a page that opened a desk: it says what it read
        studio.code(
            "read",
            "import helpers.reviews.page as page, json, os, pathlib\n"
            "from helpers.config.files_read import fingerprint_of\n"
            "told = pathlib.Path(workspace) / 'plan/2025/targets.yml'\n"
            "reads = {'tables': {'order_lines': {'2025-09': 'one', '2025-10': 'one'}}, 'plans': {},"
            " 'read': {'order_lines': [['2025-10-01', '2025-10-31']]}, 'asked': [],"
            " 'files': {'plan/2025/targets.yml': fingerprint_of(told)}}\n"
            "page.write_down_reads = lambda: pathlib.Path(os.environ['REVIEW_READS_TO'])"
            ".write_text(json.dumps(reads))",
        ),
    )

    def with_data(**partitions):
        held = {table: {**facts.partitions[table], **now} for table, now in partitions.items()}
        return replace(facts, partitions={**facts.partitions, **held})

    first = run()
    assert [(page.status, page.reason) for page in first.pages] == [("ran", "never ran")]
    assert [page.status for page in run().pages] == ["up_to_date"]
    for unread in (
        {"ad_spend": {"2025-10": "two"}},
        {"order_lines": {"2025-09": "two"}},
        {"order_lines": {"2025-11": "one"}},
    ):
        assert run(facts=with_data(**unread)).pages[0].status == "up_to_date", unread
    changed = with_data(order_lines={"2025-10": "two"})
    rows = what_would_run(
        studio.workspace, "monthly", "2025-10", ["en"], notebooks=studio.notebooks, facts=changed
    )
    assert [row["why"] for row in rows] == ["order_lines 2025-10 changed"]
    assert rows[0]["reasons"] == ["order_lines 2025-10 changed"]

    plan = studio.workspace / "plan" / "2025"
    plan.mkdir(parents=True)
    (plan / "risks.yml").write_text("risks: []", encoding="utf-8")
    (studio.workspace / "workspace.yml").open("a").write("publishing: {policy: stale-page}\n")
    assert run().pages[0].status == "up_to_date", "neither is read by a page"

    (plan / "targets.yml").write_text("targets: []", encoding="utf-8")
    content = path.read_text(encoding="utf-8").replace("how many", "the number")
    path.write_text(content, encoding="utf-8")
    why = run(settings={"top": "4"}).pages[0].reason
    assert why == "notebook changed; parameters changed; file plan/2025/targets.yml is new"


def test_failed_page_runs_again_and_a_mended_one_takes_its_place(studio, run):
    studio.write("sales", studio.code("divide", "1 / 0"))
    failed = run().pages[0]
    assert failed.failed_output is not None
    studio.write("sales", studio.code("divide", "1 / 1"))
    mended = run().pages[0]
    assert (mended.status, mended.reason) == ("ran", "failed last time")
    assert not failed.failed_output.exists()


def test_refused_request_starts_nothing(studio, run):
    studio.write("sales", studio.code("show", "1"))
    with pytest.raises(AskedWrongly):
        run(settings={"tpo": "5"})
    assert not (studio.workspace / "runs").exists()


def test_two_runs_at_once_are_refused(studio, run):
    studio.write("sales", studio.code("show", "1"))
    (studio.workspace / "runs").mkdir()
    with (
        FileLock(studio.workspace / "runs" / ".lock"),
        pytest.raises(WorkFailed, match="another run is under way"),
    ):
        run()


def test_the_portable_road_holds_the_same_limits(studio, run):
    studio.write("broken", studio.code("divide", "1 / 0"))
    eat = "held = []\nwhile True:\n    held.append(b'x' * 10_000_000)"
    studio.write("hungry", studio.code("eat", eat))
    broken, hungry = run(engine="kernel", limits=Limits(memory_mb=500)).pages
    assert (broken.cell, broken.message) == ("divide", "ZeroDivisionError: division by zero")
    assert 30 < broken.peak_memory < 500 < hungry.peak_memory
    assert "the page held more than 500 MiB of memory" in hungry.message
    assert hungry.output is None
