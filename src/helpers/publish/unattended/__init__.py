"""What runs when nobody watches: what is due, many periods at once, schedules for cron.

``due`` decides, ``hands`` does what it decided, ``releasing`` is one release or the word that it
stands, ``report`` and ``words`` tell; ``backfill`` walks many periods, ``schedules`` writes what
calls ``review due``.
"""
