"""Places that a site is sent to: a folder on another disk, an object store.

Each kind knows how to put a file there so that a reader sees it whole or not at all. In which
order a site goes is the same for all of them (``publish.sending``).
"""
