"""The spread of whole numbers, to the last digit the same in every run.

DuckDB's ``stddev_samp`` adds doubles in the order in which its threads happen to finish, so two
runs over the same rows differed in the sixteenth digit, and two editions of the same inputs in a
byte. Sums of whole numbers are exact, whatever their order.
"""

from __future__ import annotations


def spread_of(number: str) -> str:
    """Write the sample standard deviation of whole numbers as SQL; NULL below two of them.

    Args:
        number: An SQL expression that gives a whole number, such as a difference of dates.

    >>> import duckdb
    >>> rows = "(VALUES (2), (4), (4), (4), (5), (5), (7), (9), (NULL)) t(n)"
    >>> duckdb.sql(f"SELECT round({spread_of('n')} ^ 2 * 7, 12) FROM {rows}").fetchall()
    [(32.0,)]
    >>> duckdb.sql(f"SELECT {spread_of('n')} FROM (VALUES (3)) t(n)").fetchall()
    [(None,)]
    """
    count, total = f"count({number})", f"sum({number})"
    squares = f"sum(({number}) * ({number}))"
    return (
        f"sqrt(({count} * {squares} - {total} * {total})::DOUBLE"
        f" / nullif({count} * ({count} - 1), 0))"
    )
