"""How a review reaches a reader: the book, its editions, the portal that links them.

Belongs here: turning executed notebooks into a static site, going live in one rename, what changed
since the last edition, who is told, and the checks that every published page must pass. Does not:
computing a number, or running a notebook.

Making an edition
    ``release``   from the inbox to an edition; the only entrance other rooms need
    ``status``    preliminary or final; ``signing`` who has signed, ``fallback`` pages that failed
    ``book``      builds one edition aside; ``content`` what a notebook may show, ``frames`` the
                  words around a page, ``assets`` style sheets, scripts and the font, once each
    ``engine``    the one module that knows Jupyter Book; ``search`` makes Chinese searchable
    ``changes``   a package: what changed since the last edition, and which files changed it
    ``check``     reads the built site as a sceptic would
What was published
    ``editions``  the records beside the pages; ``manifest`` what each was made from, sealed by
                  ``seals``
    ``verify``    names every byte that differs; ``retention`` lets go of what a rule does not keep
    ``portal``    home, archive, definitions, how to read; ``home``, ``history``, ``definitions``
Before readers
    ``going_live``  the order in which what is built comes before readers; ``settling`` brings files
                  to rest, ``rollback`` leads back, ``sending`` and ``targets`` to other places
    ``serve``     shows the site on this machine
Unattended
    ``unattended``  a package: what is due, many periods at once, schedules for cron
    ``notices``   a package: who is told of what, in which words
    ``standing``  a publication with nothing to do; ``traces`` what each leaves in the journal
"""
