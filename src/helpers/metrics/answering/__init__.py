"""From figures of single stores to the answer of one question.

Belongs here: putting measured leaves together (totals, ratios, differences, growth, attainment),
and the rules by which a figure is withheld though each of its parts can be told. The rule that
matters: figures of different sources are combined only where every store in the scope has all of
them, because sales of six stores minus the fees of two are no profit.
Does not: asking the engine for rows (``metrics.measuring``), knowing which days a source speaks
for (``metrics.spans``), or comparing with a baseline in words (``analysis``).
"""
