"""A desk whose figures a test writes down itself."""

from datetime import date
from types import SimpleNamespace

import pandas as pd

from helpers.metrics.catalogue import catalogue
from helpers.vocabulary.periods import Period, parse_period
from helpers.vocabulary.units import Direction


class DeskByHand:
    """Answers what plan asks of a desk from a dict of (metric, member, period) -> value."""

    def __init__(self, figures, period="2025-12", language="en", first=date(2023, 1, 1)):
        self.figures = figures
        self.period = self.elapsed = parse_period(period)
        self.language, self.currency, self.is_complete = language, "CNY", True
        self.workspace = SimpleNamespace(fiscal_year_start=1)
        self.coverage = (first, self.period.end)
        self.product_names = {"SKU-0001": "Kettle"}

    def measure(self, metrics, period: Period | None = None, by=()):
        return self.measure_series(metrics, [period or self.period], by)

    def measure_series(self, metrics, periods, by=()):
        rows = [
            {"metric": metric, "period": period.text, "dimension": ",".join(by), "member": member,
             "value": value}
            for (metric, member, text), value in self.figures.items()
            for period in periods
            if metric in metrics and text == period.text and bool(member) == bool(by)
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["metric", "period", "dimension", "member", "value"])

    def foresee(self, wanted):
        """Nothing to gain: the figures are written down."""

    def metric_label(self, metric):
        return catalogue()[metric].label.text(self.language)

    def unit(self, metric):
        return catalogue()[metric].unit

    def member_label(self, dimension, member):
        return member

    def direction(self, metric):
        return Direction(catalogue()[metric].direction)
