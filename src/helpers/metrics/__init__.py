"""What we measure: the catalogue, and the engine that computes it through Ibis.

Belongs here: the declaration of every metric, the dimensions it can be cut by, the rule for
"there is no source", and the compilation to queries of which only aggregates leave the engine.
Does not: comparing with targets, judging, drawing, or wording a page.

A value that cannot be had is n/a with its reason (``metrics.notes``), and never 0.
"""
