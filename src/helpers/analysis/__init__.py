"""What changed, why, is it noise, and what comes next.

Belongs here: comparisons like for like, driver splits, process limits and intervals, cohorts,
stock rules, pace against targets, forecasts, and the sentences that say all this in two
languages (the words themselves stand in ``sentences.yml``).
Does not: reading files, declaring a metric, drawing. Targets arrive as a table, because the plan
lives on a floor above.

Frames keep three promises: what is missing is empty with a ``status`` and never 0; a comparison
without a baseline is empty; a change is called one only when it stands out of its own noise.
"""
