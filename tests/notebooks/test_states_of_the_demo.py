"""Every metric of a whole company, answered from what its months left behind."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.config.workspace import load_workspace
from helpers.metrics import spans, states
from helpers.metrics.catalogue import catalogue
from helpers.metrics.compute import compute_series
from helpers.tables.warehouse import Warehouse
from helpers.vocabulary.periods import parse_period
from shared import linked_copy

PERIODS = [parse_period("2025-12"), parse_period("2025-11")]


def answer(company, ids, by):
    """Ask for metrics; gives the answer and how many queries reached the engine."""
    asked = []
    with pytest.MonkeyPatch.context() as patch:
        run = spans.Spans.run
        patch.setattr(spans.Spans, "run", lambda own, q: asked.append(q) or run(own, q))
        workspace, paths = load_workspace(str(company))
        with Warehouse.open(paths, workspace) as opened:
            found = compute_series(opened, ids, PERIODS, by)
            return found, len(asked), opened.fingerprint()


def one_of_each_kind() -> list[str]:
    """Give one metric for each kind of formula over each set of tables."""
    alike = {(one.formula.kind, frozenset(one.tables)): one.id for one in catalogue().values()}
    return list(alike.values())


@pytest.mark.parametrize(
    ("ids", "by"),
    [(one_of_each_kind(), ()), (list(catalogue()), ("market", "platform"))],
    ids=["in all", "by market and platform"],
)
def test_states_answer_every_metric_as_the_lines_do(company, ids, by, monkeypatch, tmp_path):
    company = linked_copy(company, tmp_path / "company")  # what is left behind is left there
    expected, in_full, print_in_full = answer(company, ids, by)  # no table here is worth a state
    monkeypatch.setattr(states, "WORTHWHILE_ROWS", 1)
    first, _, _ = answer(company, ids, by)
    again, left, print_of_states = answer(company, ids, by)
    assert len(expected) >= len(ids) > 100
    pd.testing.assert_frame_equal(first, expected, check_exact=True)
    pd.testing.assert_frame_equal(again, expected, check_exact=True)
    # What a page depends on is known as well where no line was read.
    assert print_of_states == print_in_full
    assert left < in_full / 2
