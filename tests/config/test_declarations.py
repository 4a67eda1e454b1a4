"""Declarations are read strictly, and every fault names file and key."""

import pytest

from helpers.config.declarations import read_declaration, read_yaml
from helpers.config.workspace import Workspace, load_workspace
from helpers.paths import ROOT
from helpers.vocabulary.faults import DeclarationFaulty

GOOD = """
company: {en: Acme, zh: 阿克美}
base_currency: CNY
time_zone: Asia/Shanghai
stores:
  - id: amazon-us
    name: {en: Amazon US, zh: 亚马逊美国}
    platform: amazon
    currency: USD
    time_zone: America/Los_Angeles
    tax_basis: excluded
"""


def faults_of(text, tmp_path):
    file = tmp_path / "workspace.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationFaulty) as caught:
        read_declaration(file, Workspace)
    return [str(fault) for fault in caught.value.faults]


def test_a_sound_workspace_is_read(tmp_path):
    (tmp_path / "workspace.yml").write_text(GOOD, encoding="utf-8")
    workspace, paths = load_workspace(str(tmp_path))
    assert workspace.store("amazon-us").currency == "USD"
    assert paths.inbox == tmp_path / "inbox"


def test_the_committed_example_is_sound():
    workspace, _ = load_workspace(str(ROOT / "data/examples/online_retail"))
    assert workspace.base_currency == "GBP"


def test_all_faults_at_once_each_with_its_key(tmp_path):
    bad = GOOD.replace("CNY", "YUAN").replace("tax_basis", "tax_bases").replace("阿克美", "' '")
    faults = faults_of(bad, tmp_path)
    assert len(faults) == 4
    text = "\n".join(faults)
    for key in ("company.zh", "base_currency", "stores.0.tax_basis", "stores.0.tax_bases"):
        assert key in text
    assert "add it" in text and "remove it" in text


def test_two_stores_of_one_name_are_refused(tmp_path):
    store = GOOD[GOOD.index("  - id") :]
    assert "stand twice" in faults_of(GOOD + store.lstrip("\n"), tmp_path)[0]


def test_two_stores_that_are_known_by_one_name_are_refused(tmp_path):
    store = GOOD[GOOD.index("  - id") :].lstrip("\n")
    one = store.replace("    platform:", "    known_as: [Main Shop]\n    platform:")
    other = one.replace("amazon-us", "amazon-de").replace("Main Shop", "main shop")
    found = faults_of(GOOD.replace(store, one) + other, tmp_path)
    assert "known_as: ['main shop'] would be two stores" in found[0]


def test_a_repeated_key_is_refused_and_not_overruled(tmp_path):
    assert "'base_currency' stands twice" in faults_of(GOOD + "base_currency: EUR\n", tmp_path)[0]


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(DeclarationFaulty, match="no such file; create it"):
        read_yaml(tmp_path / "nothing.yml")


def test_periods_stay_text(tmp_path):
    (tmp_path / "p.yml").write_text("period: 2025-10\nday: 2025-10-01\n", encoding="utf-8")
    assert read_yaml(tmp_path / "p.yml") == {"period": "2025-10", "day": "2025-10-01"}
