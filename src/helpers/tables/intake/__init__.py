"""Files in, batches and receipts out.

Belongs here: finding and fetching files, knowing which bytes were read before and as what,
reading and judging the others, and telling what became of each.
Does not: reading an export's own format (``sources.door``), the contracts a row must keep
(``tables.contracts``), or what the tables make of the batches (``tables.build``).

``inbox``       which files lie there, and which bytes they hold
``gathering``   what is fetched first: answers of databases, inboxes elsewhere
``ledger``      what counts as taken in, and whether it may still be believed
``reading``     files -> batches, two at a time
``quarantine``  what is set aside or refused, listed for the analyst
``receipts``    what became of each file
"""
