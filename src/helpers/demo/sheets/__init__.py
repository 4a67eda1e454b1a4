"""What the company's own people write down, since no platform exports it.

Every sheet follows from what happened: parcels are those of real orders, purchases what arrived,
tickets and reviews those of buyers, so that a metric made from a sheet fits the others.
"""

from __future__ import annotations

from helpers.demo.life import Company
from helpers.demo.platforms.files import Exports
from helpers.demo.sheets import buyers, marketing, office, search, service, supply, trials


def keep_sheets(company: Company) -> Exports:
    """Write all sheets of the company."""
    for room in (supply, service, buyers, marketing, trials, office, search):
        yield from room.sheets(company)
