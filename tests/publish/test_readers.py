"""Readers never see half a site: one reads in a loop while publications happen and are killed.

Fifty killed publications, with books that are really built and a bucket, are for ``make soak``.
"""

from __future__ import annotations

import os
import random

import pytest
from publishers import publishers
from reading import HalfASite, Reader, Walk, in_folder
from sites_by_hand import SiteByHand

from helpers.publish.editions import editions_of, newest
from helpers.publish.holdings import LINKS, leads_somewhere
from helpers.publish.pointer import links_in
from helpers.publish.sending import send

KILLED = 5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills what it forked")
def test_readers_never_see_half_a_site(tmp_path):
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    luck = random.Random(seed)
    share = tmp_path / "share"
    share.mkdir()
    company = SiteByHand(tmp_path / "company")
    company.publish("2025-09")
    send(company.workspace, company.paths, [str(share)])
    readers = [Reader(in_folder(company.site)), Reader(in_folder(share))]
    with publishers("by-hand", company.root, [str(share)]) as who:
        who.whole()
        for reader in readers:
            reader.start()
        for _ in range(KILLED):
            who.killed_after(luck.uniform(0.02, 0.5))
        who.whole()
    for reader in readers:
        reader.stop()
        assert reader.walks > 0 and reader.seen
    # The one that was left in peace went to the end, and cleared what the killed ones left.
    for folder in (company.site, share):
        left = [one for one in folder.rglob("*") if one.name.startswith(".")]
        assert not left
        assert leads_somewhere(folder), "readers are led to all that is there"
    for one in newest(editions_of(company.site)):
        links = (share / one.review / one.period / LINKS).read_text(encoding="utf-8")
        assert links_in(links)["editions"][0]["folder"] == one.folder
    walk = Walk(in_folder(share))
    for one in editions_of(company.site):
        walk.edition(one.folder)


SPOILT = {
    "a page of the portal is gone": ("portal/1/zh/archive.html", None, "which is not there"),
    "a page ends in the middle": ("monthly/2025-10/r1/en/sales.html", "<!DOCTYPE html>", "middle"),
    "a style sheet is empty": ("_assets/review-*.css", "", "not what its name says"),
    "a page is of another edition": (
        "monthly/2025-10/r1/zh/sales.html",
        '<html data-review="monthly" data-period="2025-10" data-number="2"></html>',
        "says it is",
    ),
    "the manifest says otherwise": ("monthly/2025-10/r1/edition.json", "{}", "manifest says"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_the_reader_notices_what_is_half(tmp_path, what):
    company = SiteByHand(tmp_path)
    company.publish("2025-10")
    assert Walk(in_folder(company.site)).go().led_to == {"monthly/2025-10/r1"}
    name, content, met = SPOILT[what]
    (path,) = company.site.glob(name)
    path.unlink() if content is None else path.write_text(content, encoding="utf-8")
    with pytest.raises(HalfASite, match=met):
        Walk(in_folder(company.site)).go()
