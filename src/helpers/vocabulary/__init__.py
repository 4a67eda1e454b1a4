"""What we call things: labels in two languages, units, periods, money, faults.

Belongs here: words, number formats, and the small value types every room speaks in.
Does not: anything that reads data or draws.
"""
