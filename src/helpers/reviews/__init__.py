"""Which pages make a review; run them; remember what they read.

Belongs here: the list of pages (``notebooks/reviews.yml``), the strict front that checks
parameters before a kernel starts, the runner, the page cache, and :mod:`helpers.reviews.page`,
the one desk that notebooks sit down at. Does not: knowing a metric by name, computing, drawing.

Importing this room is cheap on purpose: papermill and pandas are imported by the processes that
need them.
"""
