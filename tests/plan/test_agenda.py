"""What rules see of a plan."""

from datetime import date

from helpers.paths import WorkspacePaths
from helpers.plan.agenda import agenda_of
from helpers.plan.loading import load_plan


def test_actions_risks_and_captures_arrive_as_tables(tmp_path):
    folder = tmp_path / "plan" / "2025"
    folder.mkdir(parents=True)
    (folder / "loop.yml").write_text(
        "problems: [{id: p, statement: {en: P, zh: 题}, metric: gmv, period: '2025'}]\n"
        "strategies: [{id: s, label: {en: S, zh: 策}, problems: [p]}]\n",
        encoding="utf-8",
    )
    (folder / "actions.yml").write_text(
        "actions: [{id: a, quarter: Q1, task: {en: Task, zh: 任务}, metric: gmv, strategy: s, "
        "owner: {en: O, zh: 人}, due: '2025-03-31', status: planned, "
        "resources: {en: R, zh: 源}}]\n",
        encoding="utf-8",
    )
    (folder / "risks.yml").write_text(
        "risks: [{id: r, kind: rule_change, label: {en: Law, zh: 法规}, probability: 1, "
        "impact: 1, contingency: {en: C, zh: 案}, reviewed_on: '2025-02-01'}]\n",
        encoding="utf-8",
    )
    capture = "{captured_on: '2025-01-05', price: 9, currency: EUR, main_image: i, detail_page: d}"
    (folder / "competitors.yml").write_text(
        f"rivals: [{{id: x, name: X, sku: A, market: DE, own: [{capture}], "
        f"captures: [{capture}]}}]\n",
        encoding="utf-8",
    )
    agenda = agenda_of(load_plan(WorkspacePaths(tmp_path), 2025), "zh")
    assert agenda.actions.values.tolist() == [
        ["a", "任务", None, date(2025, 3, 31), None, "planned"]
    ]
    assert agenda.risks.values.tolist() == [["r", "法规", "rule_change", date(2025, 2, 1), ()]]
    assert agenda.captures.values.tolist() == [["X", date(2025, 1, 5), True, True, True, False]]


def test_no_plan_is_an_empty_agenda(tmp_path):
    agenda = agenda_of(load_plan(WorkspacePaths(tmp_path), 2025), "en")
    assert agenda.actions.empty and agenda.risks.empty and agenda.captures.empty
