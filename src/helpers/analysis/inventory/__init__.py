"""Stock: how long it lasts, what to buy, move or clear, how old it is, what its lack cost.

A position is one article in one store, all the store's warehouses together. Orders go to suppliers
by article, so that what is bought is told by article and not by position.
"""
