"""Who buys, who comes back, and what they are worth.

``cohorts`` follows customers by the month of their first order, ``returning`` says how many bought
again within a stated window, ``segments`` scores recency, frequency and money and checks the tags
that people gave, ``worth`` adds up what cohorts brought and what customers may still bring, on the
models in ``lifetime``.
"""
