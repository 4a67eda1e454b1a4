"""Rivals' offers beside ours (DOMAIN B17, R28): price, main image, detail page, promotion.

``offers`` says which two offers may be compared and what the one costs against the other,
``pictures`` and ``pages`` say what changed between two captures, ``benchmark`` asks at the desk.
Captures are typed in or come as a file; nothing is scraped.
"""
