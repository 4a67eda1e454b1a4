"""The floor plan. A room imports only from rooms above it in this list.

Floor 0  ``vocabulary``  what we call it: labels, units, periods, money, faults
         ``paths``       where it is
         ``config``      what the workspace declares: company, stores, files
Floor 1  ``sources``     what the export said
Floor 2  ``tables``      what is one row, is it sound, where is it kept
Floor 3  ``metrics``     what we measure
Floor 4  ``analysis``    what changed, why, is it noise
         ``charts``      how it is shown (never imports ``analysis`` or ``plan``)
Floor 5  ``plan``        what we promised, and did it work
Floor 6  ``reviews``     which pages make a review; run them
Floor 7  ``publish``     how it reaches a reader
Floor 8  ``cli``         what can be asked for

``demo`` stands apart: it writes a made-up company's exports, and only ``cli`` and tests know it.
This module exports nothing.
"""
