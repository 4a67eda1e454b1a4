"""What is one row, is it sound, and where is it kept?

Belongs here: the canonical tables (``models/*.yml``), the contracts a row must keep, quarantine,
the warehouse (batches, tables, lineage), exchange rates, and which days the data covers.
Does not: reading an export's own format (``sources``), or computing a metric (``metrics``).

``ingest``     the front door: inbox and paths -> a receipt for every file (``intake``)
``contracts``  is each row sound? set-based, in the engine
``batches``    one accepted file, kept for ever
``build``      all batches -> the tables, a pure function of their set (``building``)
``warehouse``  the read side that everybody above uses
"""
