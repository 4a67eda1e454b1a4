"""The rules as declared, and what a company may set otherwise."""

import string
from pathlib import Path

import pytest

from helpers.analysis.rules import rulebook as rulebook_room
from helpers.analysis.rules.checking import CHECKS
from helpers.analysis.rules.rulebook import load_rules, rulebook
from helpers.paths import WorkspacePaths
from helpers.tables.models import load_models
from helpers.vocabulary.faults import DeclarationFaulty


def test_thirty_rules_and_a_check_for_each():
    ids = [f"R{number:02}" for number in range(1, 31)]
    assert sorted(rulebook().rules) == ids
    assert sorted(CHECKS) == ids


def test_only_the_rule_that_contradicts_another_ships_switched_off():
    rules = rulebook().rules
    assert [name for name, rule in rules.items() if not rule.enabled] == ["R09"]
    assert all(rule.enabled or rule.disabled_because for rule in rules.values())


def test_rules_ask_for_tables_that_there_are():
    tables = set(load_models())
    for name, rule in rulebook().rules.items():
        assert set(rule.needs) <= tables, name


def test_sentences_say_the_same_in_both_languages():
    def names(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for rule in rulebook().rules.values():
        for template in (rule.says.act, rule.says.fine, rule.says.not_enough_data):
            assert names(template.zh) == names(template.en), template.en


def given(folder, text):
    (folder / "rules.yml").write_text(text, encoding="utf-8")
    return WorkspacePaths(folder)


def test_a_company_overrules_only_what_it_names(tmp_path):
    paths = given(tmp_path, "rules: {R07: {thresholds: {factor: 2}}, R08: {enabled: false}}")
    rules = load_rules(paths)
    assert rules["R07"].at("factor") == 2
    assert not rules["R08"].enabled
    assert rules["R08"].at("cover_days") == 90
    assert rulebook().rules["R07"].at("factor") == 1.5


def test_an_open_threshold_can_be_given(tmp_path):
    assert load_rules(WorkspacePaths(tmp_path))["R10"].open_at("b_days") is None
    paths = given(tmp_path, "rules: {R10: {thresholds: {b_days: 30}}}")
    assert load_rules(paths)["R10"].open_at("b_days") == 30


def test_what_is_misspelt_is_refused_with_what_is_known(tmp_path):
    text = """
rules:
  R99: {enabled: true}
  R07: {thresholds: {facter: 2}}
  R08: {thresholds: {cover_days: null}}
"""
    with pytest.raises(DeclarationFaulty) as trouble:
        load_rules(given(tmp_path, text))
    said = [str(fault) for fault in trouble.value.faults]
    assert "rules.R99: is no known rule; known: R01 to R30" in said[0]
    assert "rules.R07.thresholds.facter: is no known key; known: factor" in said[1]
    assert "rules.R08.thresholds.cover_days: is empty" in said[2]


def test_an_unknown_word_is_refused(tmp_path):
    with pytest.raises(DeclarationFaulty, match=r"rules.R07.threshold: is no known key"):
        load_rules(given(tmp_path, "rules: {R07: {threshold: {factor: 2}}}"))


def test_every_threshold_is_asked_for():
    """A number that no check reads would be turned by a company in vain."""
    rooms = Path(rulebook_room.__file__).parent
    inventory = rooms.parent / "inventory"
    code = "\n".join(file.read_text("utf-8") for folder in (rooms, inventory)
                     for file in folder.glob("*.py"))  # fmt: skip
    by_class = {"a_days", "b_days", "c_days"}
    for name, rule in rulebook().rules.items():
        unread = {one for one in rule.thresholds if f'"{one}"' not in code} - by_class
        assert not unread, (name, unread)
