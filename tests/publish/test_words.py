"""Headings of the definitions page: each subject has a name, none an anchor of the frame."""

import re

from helpers.metrics.catalogue import catalogue
from helpers.paths import BOOK
from helpers.publish.words import OWNERS
from helpers.vocabulary.labels import LANGUAGES


def test_every_owner_of_a_metric_has_a_name_that_is_no_anchor_of_the_frame():
    owners = {metric.owner for metric in catalogue().values()}
    assert owners - set(OWNERS) == set()
    frame = set(re.findall(r'id="([\w-]+)"', (BOOK / "theme" / "layout.html").read_text("utf-8")))
    assert "content" in frame
    for language in LANGUAGES:
        names = [OWNERS[owner].text(language) for owner in sorted(owners)]
        assert len(set(names)) == len(names)
        assert {re.sub(r"\W+", "-", name.lower()) for name in names} & frame == set()
