"""Every table model is sound, and what is unsound is told in one go."""

import pytest

from helpers.tables.models import MODELS, load_models
from helpers.vocabulary.faults import DeclarationFaulty


def test_every_model_names_what_one_row_is():
    models = load_models()
    assert len(models) >= 11
    for model in models.values():
        assert model.grain
        assert set(model.replaces_by) <= set(model.key), "a unit holds whole keys"


def test_the_grain_stands_first():
    for path in MODELS.glob("*.yml"):
        assert path.read_text("utf-8").startswith("grain: "), path.name


def test_money_with_a_currency_gets_a_base_twin_and_costs_do_not():
    lines = load_models()["order_lines"]
    assert "gmv_base" in lines.stored_columns
    assert "landed_cost" in lines.stored_columns
    assert "landed_cost_base" not in lines.stored_columns
    assert not load_models()["products"].converted


def test_all_faults_of_all_models_are_told_at_once(tmp_path):
    sound = "table: one\ngrain: x\nkey: [a]\nreplaces_by: [a]\nfact: f\nauthority: []\n"
    (tmp_path / "one.yml").write_text(sound + "columns: {b: {type: text}}\n")
    (tmp_path / "two.yml").write_text(sound + "columns: {a: {type: txt}}\n")
    with pytest.raises(DeclarationFaulty) as caught:
        load_models(tmp_path)
    told = str(caught.value)
    assert "names columns it does not have: ['a']" in told
    assert "columns.a.type" in told
    assert "give file and table one name" not in told, "a broken model is told once"
