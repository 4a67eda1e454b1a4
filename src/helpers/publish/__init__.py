"""How a review reaches a reader: the book, its editions, the portal that links them.

Belongs here: turning executed notebooks into a static site, going live in one rename, and the
checks that every published page must pass. Does not: computing a number, or running a notebook.

``book``      publish one edition; the only entrance other rooms need
``frames``    the words and links around a page
``going_live``  the order in which what is built comes before readers
``content``   what a notebook may show: outputs without code, words without the other language
``home``      what the first screen says
``portal``    the pages around the editions: home, archive, definitions, how to read
``definitions``  the catalogue in the reader's words
``templates``  what fills ``book/pages``
``release``   from a finished run to an edition
``editions``  what has been published, as recorded beside the pages
``assets``    style sheets, scripts and the font, stored once under a content hash
``engine``    the one module that knows Jupyter Book; runs in a process of its own
``search``    the Sphinx extension that makes Chinese searchable
``check``     reads the built site as a sceptic would
``serve``     shows the site on this machine
"""
