"""What did the export say? Which file is it, in which encoding, for which store and period?

Belongs here: recognising a file by its headers, reading it as text, typing its cells, and saying
which column fills which table, all declared in ``families/*.yml`` and a workspace's own
``sources/*.yml``. The way in is ``door.read_export``.
Does not: judging whether a row is sound, replacing older rows, keeping anything. ``tables`` does.
"""
