"""A made-up company that writes the exports a real one downloads.

Belongs here: inventing sales, stock, advertising and their planted stories, and writing them in
the platforms' own formats. Does not: reading anything back. The demo has no private door: the
ingest meets these files as it meets any seller's, and only ``cli`` and tests import this room.
"""
