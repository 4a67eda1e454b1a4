"""Every metric gives the answer that its own declaration promises, through the real engine."""

from __future__ import annotations

import pytest
from little_warehouse import LittleWarehouse

from helpers.metrics.catalogue import Metric, catalogue
from helpers.metrics.compute import COLUMNS, compute
from helpers.vocabulary.periods import parse_period


def test_there_are_metrics_to_try():
    assert len(catalogue()) >= 50


VARIANTS = {
    f"{metric.id}-{name}": metric.as_variant(name)
    for metric in catalogue().values()
    for name in metric.variants
}


@pytest.mark.parametrize(
    "metric",
    [*catalogue().values(), *VARIANTS.values()],
    ids=[*catalogue(), *VARIANTS],
)
def test_worked_example(metric: Metric):
    example = metric.example
    chosen = {metric.id: metric.variant} if metric.variant else {}
    warehouse = LittleWarehouse(example.given, definitions=chosen)
    answer = compute(warehouse, [metric.id], parse_period(example.period), by=example.by)
    assert list(answer.columns) == COLUMNS
    found = {row.member: row for row in answer.itertuples()}
    assert found.keys() == {one.member for one in example.expected}
    for one in example.expected:
        row = found[one.member]
        assert row.status == one.status, row.note
        if one.value is None:
            assert row.value != row.value  # n/a is empty, and never 0
        else:
            assert row.value == pytest.approx(one.value, abs=1e-12), row.note
