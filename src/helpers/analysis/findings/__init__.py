"""What management should hear of a month, ranked by money and confidence.

``watching`` says which series are watched and reads them, ``calendar`` what moves in the year,
``expecting`` what a month should have been, ``testing`` which months chance would hardly put
there, ``folding`` makes one story of what says the same, ``explaining`` names the driver,
``saying`` finds the words, ``ruling`` adds what rules of the trade say, and ``telling`` joins all
of it. How often stories are found and how often nothing is taken for one is measured
(``benchmarks/findings.py``).
"""
