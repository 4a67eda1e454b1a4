"""From the rows of all batches to the rows of one state of the tables.

Belongs here: which source speaks for a fact, which export's rows win, and what is filled in,
derived and converted of those. All of it is SQL in the builder's own engine.
Does not: naming a state, making it current or letting old ones go (``tables.build``), or writing
its files (``tables.writing``).

``authority``  of two sources that bring one fact of a store, who speaks
``choosing``   of several exports of one unit, whose rows stand: ``won_<table>``
``finishing``  articles, countries, derived and base columns of what won
"""
