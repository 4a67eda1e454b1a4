"""One month from an inbox that is not full yet to an edition, by `review due` alone."""

import re
from datetime import date
from decimal import Decimal

from helpers.publish.editions import editions_of
from helpers.publish.unattended.due import due
from helpers.reviews.journal import entries

from .company import Company


def test_due_waits_for_the_month_and_then_publishes_it_once(tmp_path):
    company = Company(tmp_path).found()
    paths = company.paths

    def call() -> list[str]:
        report = due(str(paths.root), date(2025, 11, 6), notebooks=company.notebooks, jobs=1)
        assert report.is_ok, report.as_dict()
        return [line for line in report.lines() if line.startswith("monthly 2025-10")]

    assert call() == [
        "monthly 2025-10: preliminary overdue since 2025-11-05, waits for: newer exports: "
        "the data end on 1 October 2025"
    ]
    assert not paths.site.exists()
    for _ in range(30):
        company.deliver(1)
    assert call() == ["monthly 2025-10: published r1 (preliminary)"]
    assert call() == ["monthly 2025-10: in place, r1 (preliminary); final is due on 2025-11-15"]
    (edition,) = editions_of(paths.site)
    assert edition.data_through == date(2025, 10, 31)
    page = (paths.site / edition.home("en")).read_text(encoding="utf-8")
    lines, pounds = re.search(r"TOTAL (\d+) lines ([\d.]+) pounds", page).groups()
    assert (int(lines), Decimal(pounds)) == company.told()
    told = [(one.kind, one.outcome, one.files_read) for one in entries(paths)]
    assert told == [
        ("due", "waiting", None), ("ingest", "done", 1),
        ("due", "done", None), ("ingest", "done", 30), ("publish", "done", 0),
        ("due", "unchanged", None),
    ], "the third call neither read the inbox nor released"  # fmt: skip
    (published,) = [one for one in entries(paths) if one.kind == "publish"]
    assert (published.asked_by, published.edition) == ("due", "monthly/2025-10/r1")
    assert published.bytes_read and [page.status for page in published.pages] == ["ran"]


def test_due_says_by_itself_why_a_page_failed(tmp_path):
    company = Company(tmp_path, shows="import sys\nsys.exit(0)").found()
    for _ in range(30):
        company.deliver(1)
    paths = company.paths
    report = due(str(paths.root), date(2025, 11, 6), notebooks=company.notebooks, jobs=1)
    (item,) = [one for one in report.items if one.failures]
    stopped, page = item.failures
    assert stopped.startswith("monthly 2025-10: not published, because pages failed (totals)")
    assert "cell totals: the cell called sys.exit()" in page and page.endswith("totals.log")
    (failed,) = [one for one in entries(paths) if one.kind == "publish"]
    assert sorted(failed.failures) == sorted(item.failures), "each once"
