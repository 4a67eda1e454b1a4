"""Who is told of what, in which words, and how it reaches them.

``occasions`` makes announcements of an edition, ``announcing`` keeps them until they are
delivered, ``delivering`` sends one, ``messages`` and ``words`` write it, ``trying`` shows what
would be sent.
"""
