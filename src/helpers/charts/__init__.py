"""How it is shown: exhibits, sorted by what the reader must see.

An analyst starts from the sentence and picks the module by its intent: ``magnitude`` (how much),
``change_over_time``, ``deviation`` (against what), ``ranking``, ``part_to_whole``,
``distribution``, ``flow``, ``grids`` (look it up). Every function takes a plain frame and gives
an :class:`~helpers.charts.exhibit.Exhibit`, which cannot exist without its words.

Belongs here: notation, layout, escaping, spoken text. Does not: computing a figure, judging a
signal, wording a conclusion; takeaways arrive as text. Imports ``vocabulary`` and ``metrics``
only, never ``analysis`` or ``plan``.

Bars, cards, tables and grids are HTML and CSS: they reflow on a phone, weigh little and are read
aloud as text. Lines and waterfalls are drawn as SVG, twice: for a wide and for a narrow column.
"""
