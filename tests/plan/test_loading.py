"""A plan hangs together or is refused, with every fault at once."""

import pytest

from helpers.demo.plan_files import write_plan
from helpers.paths import WorkspacePaths
from helpers.plan.loading import load_plan, plan_years
from helpers.vocabulary.faults import DeclarationFaulty

TARGETS = """
objectives:
  - id: growth
    label: {en: Growth, zh: 增长}
targets:
  - id: gmv
    metric: gmv
    value: 1000000
    due: "2025-12-31"
    owner: {en: Ann, zh: 安}
    objective: growth
    role: lagging
"""
ACTIONS = """
actions:
  - id: sell
    quarter: Q1
    task: {en: Sell more, zh: 多卖}
    metric: gmv
    strategy: sell-more
    owner: {en: Ann, zh: 安}
    due: "2025-03-31"
    status: planned
    resources: {en: none, zh: 无}
"""
LOOP = """
problems:
  - {id: few-sales, statement: {en: Few sales, zh: 销量低}, metric: gmv, period: "2024"}
strategies:
  - {id: sell-more, label: {en: Sell more, zh: 多卖}, problems: [few-sales]}
"""


def written(tmp_path, **files):
    folder = tmp_path / "plan" / "2025"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return WorkspacePaths(tmp_path)


def faults(paths, **more):
    with pytest.raises(DeclarationFaulty) as caught:
        load_plan(paths, 2025, **more)
    return [str(fault) for fault in caught.value.faults]


def test_a_sound_plan_is_read(tmp_path):
    plan = load_plan(written(tmp_path, targets=TARGETS, actions=ACTIONS, loop=LOOP), 2025)
    assert [one.id for one in plan.targets] == ["gmv"]
    assert plan.actions[0].strategy == plan.strategies[0].id
    assert not plan.is_empty


def test_no_plan_is_an_empty_plan(tmp_path):
    assert load_plan(WorkspacePaths(tmp_path), 2025).is_empty
    assert plan_years(WorkspacePaths(tmp_path)) == []


def test_every_broken_link_is_named_at_once(tmp_path):
    paths = written(
        tmp_path,
        targets=TARGETS.replace("objective: growth", "objective: groth"),
        actions=ACTIONS.replace("strategy: sell-more", "strategy: sell-mor"),
        loop=LOOP.replace("[few-sales]", "[no-sales]").replace("metric: gmv", "metric: gvm"),
    )
    said = "\n".join(faults(paths))
    assert said.count("\n") == 3
    for part in ("'groth' is no objective", "'sell-mor' is no strategy", "'no-sales' is no problem",
                 "'gvm' is no metric"):  # fmt: skip
        assert part in said


def test_unknown_keys_and_repeated_ids_are_refused(tmp_path):
    twice = ACTIONS + ACTIONS[ACTIONS.index("  - id") :]
    assert (
        "the id stands 2 times"
        in faults(written(tmp_path, targets=TARGETS, actions=twice, loop=LOOP))[0]
    )
    strange = TARGETS.replace("role: lagging", "role: lagging\n    colour: red")
    assert "targets.0.colour: is no known key" in faults(written(tmp_path, targets=strange))[0]


def test_relative_targets_need_a_baseline(tmp_path):
    bare = TARGETS.replace("value: 1000000", "change_kind: relative\n    value: 0.1")
    assert "needs a baseline period" in faults(written(tmp_path, targets=bare))[0]


def test_the_demo_plans_hang_together(tmp_path):
    write_plan(tmp_path, {"2025": {}})
    paths = WorkspacePaths(tmp_path)
    assert plan_years(paths) == [2025, 2026]
    this_year, next_year = load_plan(paths, 2025), load_plan(paths, 2026)
    assert len(this_year.rivals) == 3
    assert {one.quarter for one in next_year.actions} == {"Q1", "Q2", "Q3", "Q4"}
    assert {p for s in this_year.strategies for p in s.problems} == {
        p.id for p in this_year.problems
    }
