"""How editions reach readers, and what happens when a page fails: ``publishing``."""

from __future__ import annotations

from typing import Literal

from helpers.vocabulary.labels import Declared

Policy = Literal["all-or-nothing", "stale-page"]


class Publishing(Declared):
    """The rules of publication."""

    #: One page fails. ``all-or-nothing``: readers keep the last good edition. ``stale-page``: the
    #: page's last good version stands in, under a banner that says of when it is.
    policy: Policy = "all-or-nothing"
