"""A made-up company with known stories, written straight into the tables.

What findings are measured on; it knows nothing of how findings are made.
"""
