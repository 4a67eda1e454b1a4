"""Every metric of a whole company, answered from what its months left behind.

Here and not beside ``tests/metrics/test_states.py`` because the company of this folder is made
and ingested once.
"""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.config.workspace import load_workspace
from helpers.metrics import spans, states
from helpers.metrics.catalogue import catalogue
from helpers.metrics.compute import compute_series
from helpers.tables.warehouse import Warehouse
from helpers.vocabulary.periods import parse_period

PERIODS = [parse_period("2025-12"), parse_period("2025-11")]


def answer(company, by):
    """Ask for all metrics; gives the answer and how many queries reached the engine."""
    asked = []
    with pytest.MonkeyPatch.context() as patch:
        run = spans.Spans.run
        patch.setattr(spans.Spans, "run", lambda own, q: asked.append(q) or run(own, q))
        workspace, paths = load_workspace(str(company))
        with Warehouse.open(paths, workspace) as opened:
            found = compute_series(opened, catalogue(), PERIODS, by)
            return found, len(asked), opened.fingerprint()


@pytest.mark.parametrize("by", [(), ("market", "platform")])
def test_states_answer_every_metric_as_the_lines_do(company, by, monkeypatch):
    expected, in_full, print_in_full = answer(company, by)  # no table here is worth a state
    monkeypatch.setattr(states, "WORTHWHILE_ROWS", 1)
    first, _, _ = answer(company, by)
    again, left, print_of_states = answer(company, by)
    assert len(expected) >= len(catalogue())
    pd.testing.assert_frame_equal(first, expected, check_exact=True)
    pd.testing.assert_frame_equal(again, expected, check_exact=True)
    # What a page depends on is known as well where no line was read.
    assert print_of_states == print_in_full
    assert left < in_full / 2
