"""What comes next: forecasts that were tried on the past before anybody reads them.

``errors`` says how wrong forecasts were, ``seasons`` takes the season out and clips what stock-outs
hid, ``models`` are the candidates, ``choice`` lets each series choose among them by rolling-origin
back-test, ``outlook`` asks at the desk. What was published is kept in ``tables.forecast_log``.
"""
