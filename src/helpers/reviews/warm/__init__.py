"""Notebooks that start warm: each in a process forked from one that has imported everything.

``parent``    what that one process imports; it does nothing else (DESIGN 7)
``starting``  start a process from it
``keeping``   the keeper of a page: limits, memory, and nobody left behind when the page ends
``shell``     what a page lives in: the kernel that Jupyter itself uses, without its sockets
``driving``   the papermill engine: hands over cells, takes what they say
``entry``     what papermill finds under ``--engine warm``; light, because papermill always loads it

Three processes serve a page: the *driver* runs papermill, the *keeper* watches, the *page* runs
the cells. Whichever dies, the others follow; a page can spoil nothing but itself.
"""
