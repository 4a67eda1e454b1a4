"""The catalogue as a table, for whoever wants to read all definitions at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.metrics.catalogue import Catalogue, Metric, catalogue, needs
from helpers.metrics.formulas import Typed
from helpers.metrics.in_words import formula_in_words

if TYPE_CHECKING:
    import pandas as pd


def definitions(registry: Catalogue | None = None) -> pd.DataFrame:
    """Give the catalogue as a table, a row per metric, with its words in both languages.

    Args:
        registry: With a company's chosen definitions (``catalogue_of``); the catalogue itself
            where left out.
    """
    import pandas as pd

    known = registry or catalogue()
    return pd.DataFrame(
        [
            {
                "metric": metric.id,
                "label_en": metric.label.en,
                "label_zh": metric.label.zh,
                "question_en": metric.question.en,
                "question_zh": metric.question.zh,
                "formula": str(metric.formula),
                "formula_en": formula_in_words(metric.formula, known, "en"),
                "formula_zh": formula_in_words(metric.formula, known, "zh"),
                "kind": metric.formula.kind,
                "rests_on_typed": _rests_on_typed(metric, known),
                "definition_en": metric.definition.en if metric.definition else "",
                "definition_zh": metric.definition.zh if metric.definition else "",
                "variant": metric.variant,
                "variants": [
                    {
                        "id": name,
                        "label_en": one.label.en,
                        "label_zh": one.label.zh,
                        "formula_en": formula_in_words(one.formula, known, "en"),
                        "formula_zh": formula_in_words(one.formula, known, "zh"),
                        "definition_en": one.definition.en,
                        "definition_zh": one.definition.zh,
                    }
                    for name, one in metric.variants.items()
                ],
                "unit": str(metric.unit),
                "direction": str(metric.direction),
                "grain": metric.grain,
                "additive": metric.additive,
                "tables": ", ".join(metric.tables),
                "dimensions": ", ".join(metric.dimensions),
                "benchmark_en": metric.benchmark.says.en if metric.benchmark else "",
                "benchmark_zh": metric.benchmark.says.zh if metric.benchmark else "",
                "benchmark_source": metric.benchmark.source if metric.benchmark else "",
                "owner": metric.owner,
                "example_period": metric.example.period,
                "example_by": list(metric.example.by),
                "example_given": dict(metric.example.given),
                "example_expect": [one.model_dump() for one in metric.example.expected],
            }
            for metric in known.values()
        ]
    )


def _rests_on_typed(metric: Metric, known: Catalogue) -> bool:
    """Tell whether a figure is typed in, or made with one that is."""
    if isinstance(metric.formula, Typed):
        return True
    return any(_rests_on_typed(known[one], known) for one in needs(metric))
