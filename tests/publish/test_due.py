"""What is due, what is waited for, and that one call too many does no harm.

A stub stands for the release: it writes the record of an edition and nothing else, so that a
year of calls takes a second.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from helpers.paths import WorkspacePaths
from helpers.publish.editions import RECORD, Edition, next_number
from helpers.publish.unattended.due import due
from helpers.publish.unattended.hands import Hands, Readied
from helpers.reviews.holding import HeldByAnother
from helpers.reviews.journal import Entry, PageNote, entries, write_entry
from helpers.vocabulary.faults import Fault, WorkFailed
from helpers.vocabulary.labels import Label
from holder import held_elsewhere

LATE_ADS = Label(en="Shop: advertising of 30 November 2025", zh="店：2025年11月30日的广告")
MONTHLY = """
reviews:
- id: monthly
  title: {zh: 月度, en: Monthly}
  period: month
  pages:
  - {id: one, notebook: a/one.ipynb, title: {zh: 页, en: One}, question: {zh: 如何, en: How}}
"""
WEEKLY = MONTHLY.replace("monthly", "weekly").replace("period: month", "period: week")
COMPANY = """
company: {en: Lantern, zh: 灯笼}
base_currency: GBP
time_zone: Asia/Shanghai
stores:
- {id: shop, name: {en: Shop, zh: 店}, platform: own, currency: GBP, time_zone: Europe/London,
   tax_basis: excluded}
"""


@dataclass
class Company:
    """A workspace without data, and hands that note what they were asked to do."""

    root: object
    released: list[str] = field(default_factory=list)
    taken_in: int = 0
    data_end: date = date(2026, 1, 31)
    data_begin: date = date(2025, 1, 1)
    today: date = date(2026, 1, 5)
    lacking: dict[str, Label] = field(default_factory=dict)
    awaiting: dict[str, str] = field(default_factory=dict)  # why a final one stays preliminary
    stands: dict[str, str] = field(default_factory=dict)
    trouble: dict[str, Exception] = field(default_factory=dict)
    failed_pages: dict[str, str] = field(default_factory=dict)

    @property
    def paths(self) -> WorkspacePaths:
        return WorkspacePaths(self.root / "company")

    def due(self, today: str | None, **how):
        day = date.fromisoformat(today) if today else None
        self.today = day or self.today
        hands = Hands(
            self.ingest,
            self.readiness,
            self.release,
            lambda slot: self.stands.get(str(slot.period)),
        )
        notebooks = self.root / "notebooks"
        return due(str(self.paths.root), day, hands=hands, notebooks=notebooks, **how)

    def ingest(self, workspace, paths):
        self.taken_in += 1
        return ()

    def readiness(self, workspace, paths, periods):
        for period in periods:
            if period.start < self.data_begin:
                yield Readied(begin=self.data_begin)
            elif period.end > self.data_end:
                yield Readied(Label(en=f"the data end on {self.data_end}", zh="数据截至"))
            else:
                yield Readied(self.lacking.get(str(period)))

    def release(self, slot):
        period = str(slot.period)
        self.released.append(period)
        if period in self.trouble:
            raise self.trouble[period]
        status = (
            "final"
            if slot.due(self.today) == "final" and period not in self.awaiting
            else "preliminary"
        )
        is_new, folder = self.publish(slot.review.id, period, status)
        failed = [self.failed_pages[period]] if period in self.failed_pages else []
        pages = tuple(PageNote("one", "en", "failed") for _ in failed)
        write_entry(self.paths, Entry("publish", slot.review.id, period, pages=pages))
        report = SimpleNamespace(failed=[SimpleNamespace(fault=one) for one in failed])
        built = SimpleNamespace(is_new=is_new, number=int(folder.name[1:]), edition=folder)
        return SimpleNamespace(edition=built, report=report)

    def publish(self, review: str, period: str, status: str, through: date | None = None):
        site = self.paths.site
        number = next_number(site, review, period)
        before = site / review / period / f"r{number - 1}"
        if number > 1 and f'"{status}"' in (before / RECORD).read_text("utf-8"):
            return False, before
        folder = site / review / period / f"r{number}"
        folder.mkdir(parents=True)
        awaits = {"en": self.awaiting[period], "zh": "等待"} if period in self.awaiting else {}
        record = Edition(
            review=review, title=Label(en="Monthly", zh="月度"), period=period, fiscal_start=1,
            number=number, status=status, data_through=through or self.data_end, awaiting=awaits,
            key=str(number), languages=("zh", "en"), pages=(),
        )  # fmt: skip
        (folder / RECORD).write_text(record.model_dump_json(), encoding="utf-8")
        return True, folder


@pytest.fixture
def company(tmp_path):
    made = Company(tmp_path)
    made.paths.root.mkdir()
    made.declare("")
    (tmp_path / "notebooks" / "a").mkdir(parents=True)
    (tmp_path / "notebooks" / "a" / "one.ipynb").write_text("{}")
    (tmp_path / "notebooks" / "reviews.yml").write_text(MONTHLY, encoding="utf-8")
    return made


def _declare(self, calendar: str) -> None:
    self.paths.declaration.write_text(COMPANY + calendar, encoding="utf-8")


Company.declare = _declare


def states(report) -> dict[str, str]:
    return {str(item.slot.period): item.state for item in report.items}


def lines(report) -> str:
    return "\n".join(report.lines())


# -- what is due -----------------------------------------------------------------------------------


def test_missed_periods_are_made_up_for_oldest_first_and_up_to_the_bound(company):
    report = company.due("2026-01-20")
    assert company.released == ["2025-10", "2025-11", "2025-12"]
    assert states(report) == {
        "2025-10": "published", "2025-11": "published", "2025-12": "published",
        "2026-01": "not_due",
    }  # fmt: skip
    assert "monthly 2026-01: not yet due, preliminary on 2026-02-04, final on 2026-02-15" in lines(
        report
    )


def test_the_bound_is_declared(company):
    company.declare("calendar: {catch_up: 1}")
    company.due("2026-01-20")
    assert company.released == ["2025-12"]


def test_periods_past_the_bound_are_told_with_the_way_out(company):
    company.publish("monthly", "2025-05", "final")
    company.publish("monthly", "2025-07", "preliminary")
    report = company.due("2026-01-20")
    assert company.released == ["2025-10", "2025-11", "2025-12"]
    assert (
        "monthly: not in place and too old to make up for: 4 periods; `review backfill monthly "
        "--from 2025-06 --to 2025-09`" in report.notes
    )


def test_the_second_call_does_nothing_at_all(company):
    company.due("2026-01-20")
    company.released.clear()
    taken_in = company.taken_in
    report = company.due("2026-01-20")
    assert (company.released, company.taken_in) == ([], taken_in)
    assert report.outcome == "unchanged"
    assert "monthly 2025-12: in place, r1 (final)" in lines(report)


def test_a_month_goes_from_not_due_through_preliminary_to_final(company):
    company.declare("calendar: {catch_up: 1}")
    company.publish("monthly", "2025-11", "final", date(2025, 12, 31))
    found = {}
    for day in ("2026-01-04", "2026-01-05", "2026-01-06", "2026-01-14", "2026-01-15", "2026-01-16"):
        found[day] = states(company.due(day)).get("2025-12", "left"), tuple(company.released)
        company.released.clear()
    # Thursday 1 January is a working day where no country is named: 1, 2, 5.
    assert found == {
        "2026-01-04": ("not_due", ()),
        "2026-01-05": ("published", ("2025-12",)),
        "2026-01-06": ("in_place", ()),
        "2026-01-14": ("in_place", ()),
        "2026-01-15": ("published", ("2025-12",)),
        "2026-01-16": ("in_place", ()),
    }


def test_an_edition_of_half_a_month_does_not_count(company):
    company.declare("calendar: {catch_up: 1}")
    company.publish("monthly", "2025-12", "preliminary", date(2025, 12, 9))
    company.due("2026-01-06")
    assert company.released == ["2025-12"]


# -- what is waited for ----------------------------------------------------------------------------


def test_what_is_waited_for_is_said_and_nothing_is_published(company):
    company.data_end, company.lacking = date(2025, 11, 30), {"2025-11": LATE_ADS}
    company.declare("calendar: {catch_up: 2}")
    report = company.due("2026-01-05")
    assert company.released == []
    assert report.lines()[:2] == [
        "monthly 2025-11: final overdue since 2025-12-15, waits for: "
        "Shop: advertising of 30 November 2025",
        "monthly 2025-12: preliminary due today, waits for: the data end on 2025-11-30",
    ]
    assert (report.outcome, report.is_ok) == ("waiting", True), "waiting is no failure"
    company.lacking, company.data_end = {}, date(2026, 1, 4)
    company.due("2026-01-05")
    assert company.released == ["2025-11", "2025-12"]


def test_a_final_that_waits_for_a_signature_is_asked_for_each_time_and_told(company):
    company.declare("calendar: {catch_up: 1}")
    company.awaiting = {"2025-12": "sign-off by Chen Li"}
    first, second = company.due("2026-01-20"), company.due("2026-01-21")
    assert states(first)["2025-12"] == "published"
    assert states(second)["2025-12"] == "unchanged"
    assert second.lines()[0] == (
        "monthly 2025-12: nothing has changed since r1 (preliminary); final, due since "
        "2026-01-15, waits for: sign-off by Chen Li"
    )
    taken_in, released = company.taken_in, len(company.released)
    company.stands = {"2025-12": "monthly/2025-12/r1"}
    assert company.due("2026-01-21").lines() == second.lines()
    assert (company.taken_in, len(company.released)) == (taken_in, released), "a look was enough"
    company.awaiting, company.stands = {}, {}
    assert states(company.due("2026-01-22"))["2025-12"] == "published"
    assert states(company.due("2026-01-23"))["2025-12"] == "in_place"


def test_periods_before_the_data_are_left_out_quietly(company):
    company.data_begin = date(2025, 11, 1)
    report = company.due("2026-01-20")
    assert company.released == ["2025-11", "2025-12"]
    assert "monthly 2025-10: left out, the data begin on 1 November 2025" in lines(report)


def test_periods_before_the_data_cost_a_look_only_once_for_each_state_of_the_tables(company):
    company.data_begin = date(2025, 11, 1)
    company.paths.warehouse.mkdir()
    (company.paths.warehouse / "CURRENT").write_text("first", encoding="utf-8")
    for call, taken_in in enumerate((1, 1, 2, 2), 1):
        if call == 3:  # other files have made other tables
            (company.paths.warehouse / "CURRENT").write_text("second", encoding="utf-8")
        report = company.due("2026-01-20")
        assert company.taken_in == taken_in, f"call {call}"
        assert states(report)["2025-10"] == "before_data"


def test_an_intake_that_reaches_further_back_is_noticed_by_the_same_call(company):
    company.data_begin, company.data_end = date(2025, 12, 1), date(2025, 12, 9)
    company.paths.warehouse.mkdir()
    current = company.paths.warehouse / "CURRENT"
    current.write_text("first", encoding="utf-8")
    company.due("2026-01-20")
    company.due("2026-01-20")
    assert company.released == []
    company.data_begin, company.data_end = date(2025, 11, 1), date(2026, 1, 5)

    def ingest(workspace, paths):
        current.write_text("second", encoding="utf-8")
        return ()

    hands = Hands(ingest, company.readiness, company.release)
    notebooks = company.root / "notebooks"
    for _ in range(2):
        due(str(company.paths.root), date(2026, 1, 20), hands=hands, notebooks=notebooks)
        assert company.released == ["2025-11", "2025-12"]


def test_dry_run_says_it_and_leaves_no_trace(company):
    company.lacking = {"2025-11": LATE_ADS}
    report = company.due("2026-01-20", dry_run=True)
    assert company.released == [] and company.taken_in == 0
    assert states(report)["2025-11"] == "waiting"
    assert "monthly 2025-12: would be published, final overdue since 2026-01-15" in lines(report)
    assert not company.paths.runs.exists() and not company.paths.site.exists()


def test_machines_are_told_as_much(company):
    company.lacking = {"2025-12": LATE_ADS}
    told = company.due("2026-01-20", dry_run=True).as_dict()
    (december,) = [one for one in told["items"] if one["period"] == "2025-12"]
    assert december == {
        "review": "monthly", "period": "2025-12", "state": "waiting", "stage": "final",
        "due_since": "2026-01-15", "overdue_days": 5, "preliminary_on": "2026-01-05",
        "final_on": "2026-01-15", "edition": None, "status": None, "failures": [],
        "awaiting": {"en": LATE_ADS.en, "zh": LATE_ADS.zh},
    }  # fmt: skip


# -- the clock -------------------------------------------------------------------------------------


def test_today_is_the_workspaces_own_day(company):
    company.declare("calendar: {catch_up: 1}")
    evening = datetime(2026, 1, 4, 16, 30, tzinfo=UTC)  # half past midnight in Shanghai
    assert company.due(None, now=evening).today == date(2026, 1, 5)
    assert company.released == ["2025-12"]


def test_a_clock_set_back_is_said_and_takes_nothing_back(company):
    company.due("2026-01-20")
    before = set(company.paths.site.rglob("*"))
    company.released.clear()
    report = company.due("2025-11-05")
    assert before <= set(company.paths.site.rglob("*"))
    assert set(company.released) == {"2025-08", "2025-09"}, "2025-10 is in place"
    today = datetime.now(UTC).date()
    assert any(
        note.startswith("clock: today is 2025-11-05, but the last run was on") for note in
        report.notes
    ), f"the runs of this test are of {today}"  # fmt: skip


def test_a_clock_far_ahead_publishes_nothing_that_has_not_been(company):
    report = company.due("2099-01-20")
    assert company.released == []
    assert set(states(report).values()) == {"waiting", "not_due"}


# -- what fails ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (WorkFailed(Fault("site", "the disk is full", "make room")), "the disk is full"),
        (RuntimeError("boom"), "monthly 2025-11: RuntimeError: boom; see the log"),
    ],
)
def test_one_period_that_fails_does_not_stop_the_others(company, trouble, told, capsys):
    company.trouble = {"2025-11": trouble}
    report = company.due("2026-01-20")
    assert company.released == ["2025-10", "2025-11", "2025-12"]
    assert states(report)["2025-11"] == "failed" and states(report)["2025-12"] == "published"
    assert told in "\n".join(report.items[1].failures)
    assert (report.is_ok, report.outcome) == (False, "partly")
    (noted,) = [one for one in entries(company.paths) if one.kind == "due"]
    assert told in "\n".join(noted.failures)


def test_pages_that_failed_are_tried_again_and_only_until_they_are_sound(company):
    company.declare("calendar: {catch_up: 1}")
    company.failed_pages = {"2025-12": "one.ipynb (en), cell 3: boom"}
    assert not company.due("2026-01-20").is_ok
    assert not company.due("2026-01-20").is_ok
    company.failed_pages = {}
    assert company.due("2026-01-20").is_ok
    assert company.released == ["2025-12"] * 3
    assert states(company.due("2026-01-20"))["2025-12"] == "in_place"
    assert company.released == ["2025-12"] * 3


def test_an_inbox_that_cannot_be_read_fails_what_is_due_and_nothing_else(company):
    def broken(workspace, paths):
        raise WorkFailed(Fault("inbox", "another intake is running", "wait"))

    hands = Hands(broken, company.readiness, company.release)
    report = due(
        str(company.paths.root), date(2026, 1, 20), hands=hands,
        notebooks=company.root / "notebooks",
    )  # fmt: skip
    assert company.released == [] and not report.is_ok
    assert states(report)["2026-01"] == "not_due"


def test_two_at_once_are_not_possible(company):
    with held_elsewhere(company.paths, "review due"), pytest.raises(HeldByAnother):
        company.due("2026-01-20")
    assert company.released == []


# -- other reviews ---------------------------------------------------------------------------------


def test_a_weekly_review_follows_the_last_complete_week(company):
    (company.root / "notebooks" / "reviews.yml").write_text(WEEKLY, encoding="utf-8")
    company.declare("calendar: {catch_up: 2}")
    company.due("2026-01-11")  # a Sunday: week 2 has not ended
    assert company.released == ["2025-W52", "2026-W01"]
    company.due("2026-01-12")
    assert company.released[2:] == ["2026-W02"]
    company.due("2026-01-13")
    assert len(company.released) == 3


def test_the_journal_tells_what_the_calls_did(company):
    company.due("2026-01-20")
    company.due("2026-01-20")
    told = [
        (one.kind, one.period, one.outcome, one.asked_by)
        for one in entries(company.paths)
        if one.kind in ("due", "publish")
    ]
    assert sorted(told) == sorted(
        [("due", "", "done", ""), ("due", "", "unchanged", "")]
        + [("publish", f"2025-{month}", "done", "due") for month in (10, 11, 12)]
    )
