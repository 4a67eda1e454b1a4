"""Every family that ships, under every wording of its headers, is known for what it is."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.sources.catalogue import load_sources
from helpers.sources.declared import Source
from helpers.sources.files import open_file
from helpers.sources.headers import plain
from helpers.sources.recognise import Recognised, recognise

FAMILIES = load_sources()
#: What real exports were seen to carry, and the family that must know them.
SEEN = json.loads((Path(__file__).parent / "headers_seen.json").read_text(encoding="utf-8"))
FAMILY_OF = {
    "amazon_fba_myi_inventory": "amazon_fba_inventory",
    "amazon_inventory_ledger_summary": "amazon_inventory_ledger",
    "amazon_sp_advertised_product_zh": "amazon_sp_advertised_product",
    "shopee_orders_en": "shopee_orders",
    "shopee_orders_zh_hant": "shopee_orders",
    "shopee_orders_th": "shopee_orders",
    "shopee_orders_id": "shopee_orders",
    "tiktok_orders_th": "tiktok_orders",
    "dianxiaomi_order_67": "dianxiaomi_orders",
}


def wordings(source: Source) -> Iterator[tuple[str, dict[str, str]]]:
    """Give the first wording of all headers, then each further wording beside the last ones."""
    most = max(len(source.headers_of(column)) for column in source.columns)
    for number in range(most):
        yield (
            f"wording {number + 1}",
            {
                column: headers[min(number, len(headers) - 1)]
                for column in source.columns
                for headers in [source.headers_of(column)]
            },
        )
    needed = {column for column, about in source.columns.items() if not about.optional}
    yield (
        "only what it needs",
        {
            column: source.headers_of(column)[0]
            for column in source.columns
            if column in needed or column in source.known_by
        },
    )


def every_wording() -> list[object]:
    return [
        pytest.param(key, said, id=f"{key}, {which}")
        for key, source in FAMILIES.items()
        for which, said in wordings(source)
    ]


def known_as(folder: Path, headers: list[str], backwards: bool = False) -> Recognised:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(headers)
    path = folder / "export.csv"
    path.write_text(text.getvalue(), encoding="utf-8-sig")
    order = reversed(FAMILIES) if backwards else FAMILIES
    return recognise(open_file(path), {key: FAMILIES[key] for key in order}, None)


@pytest.mark.parametrize(("family", "said"), every_wording())
def test_a_familys_own_headers_are_known_as_it(
    family: str, said: dict[str, str], tmp_path: Path
) -> None:
    headers = list(said.values())
    found = known_as(tmp_path, headers)
    assert found.source.source == family
    assert found.unknown == ()
    assert {column: headers[at] for column, at in found.positions.items()} == said
    # A tie would go to whichever family is listed first, and that says nothing about the file.
    assert known_as(tmp_path, headers, backwards=True).source.source == family


@pytest.mark.parametrize("seen", SEEN)
def test_headers_as_they_were_seen_are_known_in_full(seen: str, tmp_path: Path) -> None:
    family = FAMILY_OF.get(seen, seen)
    found = known_as(tmp_path, SEEN[seen])
    assert found.source.source == family
    assert found.unknown == ()
    assert known_as(tmp_path, SEEN[seen], backwards=True).source.source == family


@pytest.mark.parametrize("family", FAMILIES)
def test_no_header_is_both_read_and_ignored(family: str) -> None:
    source = FAMILIES[family]
    read = {plain(header) for column in source.columns for header in source.headers_of(column)}
    assert not read & {plain(header) for header in source.ignored}
