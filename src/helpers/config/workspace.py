"""One company: ``workspace.yml`` (DESIGN 4).

Stores say what no export says: currency, time zone, and whether prices hold tax. What is not
declared is refused where it matters and never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.numbers import list_currencies
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from helpers.config.calendar import Calendar
from helpers.config.declarations import read_declaration
from helpers.config.notices import Receivers
from helpers.config.publishing import Publishing
from helpers.config.running import Limits
from helpers.config.signing import Signing
from helpers.config.targets import Targets
from helpers.paths import WorkspacePaths, workspace_folder
from helpers.vocabulary.faults import DeclarationFaulty, Fault
from helpers.vocabulary.labels import LANGUAGES, Declared, Label, Language

Platform = Literal[
    "alibaba", "amazon", "shopify", "tiktok", "shopee", "lazada", "own"
]  # "own" is a shop of the company's own, without a marketplace's export format

PLATFORM_LABELS: dict[str, Label] = {
    "alibaba": Label(en="Alibaba.com", zh="阿里国际站"),
    "amazon": Label(en="Amazon", zh="亚马逊"),
    "shopify": Label(en="Shopify", zh="Shopify 独立站"),
    "tiktok": Label(en="TikTok Shop", zh="TikTok Shop"),
    "shopee": Label(en="Shopee", zh="Shopee"),
    "lazada": Label(en="Lazada", zh="Lazada"),
    "own": Label(en="Own shop", zh="自营店"),
}


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is no IANA time zone, such as Europe/London") from None
    return name


def _known_currency(code: str) -> str:
    if code not in list_currencies():
        raise ValueError("is no ISO 4217 currency code, such as EUR")
    return code


TimeZone = Annotated[str, AfterValidator(_known_zone)]
Currency = Annotated[str, AfterValidator(_known_currency)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
StoreId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=40)]


class Store(Declared):
    """One shop on one platform and marketplace, selling in one currency."""

    id: StoreId
    name: Label
    platform: Platform
    currency: Currency
    time_zone: TimeZone
    #: Do listed prices hold the tax (``included``), or is it added at checkout (``excluded``)?
    tax_basis: Literal["included", "excluded"]
    #: Used only where prices hold tax and the export has no tax column.
    tax_rate: Annotated[Decimal, Field(ge=0, lt=1)] | None = None
    #: The market of lines whose export names no country.
    country: Country | None = None
    #: Where an export gives refunds without a date (Shopify): count them on the order's day.
    #: Undeclared, such a store's net sales are n/a.
    undated_refunds: Literal["order_day"] | None = None
    #: Alibaba.com: is the order amount that of the ``goods``, so that shipping is added to it and
    #: a discount taken off, or the ``total`` that the buyer pays with both in it?
    order_amount: Literal["goods", "total"] = "goods"
    #: What other systems call this shop, where their files list several (an ERP's account names).
    known_as: tuple[str, ...] = ()
    opened_on: date | None = None
    closed_on: date | None = None
    #: Which source speaks for a fact (``orders: amazon_all_orders``) where two bring it.
    authority: Mapping[str, str] = Field(default_factory=dict)


class FileRule(Declared):
    """Which store, period and source the files under a glob belong to.

    The glob is matched against the path below the inbox, or for files named on the command
    line against the whole path; ``**`` crosses folders.
    """

    glob: str
    store: StoreId | None = None
    period: str | None = None
    source: str | None = None
    #: The day on which they were downloaded: the newer of two exports of one order wins.
    #: ``in_name`` reads it from the file's name (2026-01-05, 20260105 or 2026_01_05).
    as_of: date | Literal["in_name"] | None = None


class Workspace(Declared):
    """One company's declaration."""

    company: Label
    base_currency: Currency
    time_zone: TimeZone
    fiscal_year_start: Annotated[int, Field(ge=1, le=12)] = 1
    #: The year whose mean rates make amounts comparable over years, where no budget rate is given;
    #: left out, the year before the last one in the data.
    constant_rates_of: Annotated[int, Field(ge=1999, le=2100)] | None = None
    languages: tuple[Language, ...] = LANGUAGES
    business: Literal["b2b", "b2c", "both"] = "both"
    stores: tuple[Store, ...] = Field(min_length=1)
    files: tuple[FileRule, ...] = ()
    #: Further inboxes: folders, buckets and servers, as fsspec writes them.
    inboxes: tuple[str, ...] = ()
    #: Which of several usual definitions a metric takes (``aov: per_customer``), where the company
    #: does not use the catalogue's first; see the variants on the definitions page.
    definitions: Mapping[str, str] = Field(default_factory=dict)
    #: Who is told what happened.
    notices: Receivers = ()
    #: When reviews are due.
    calendar: Calendar = Calendar()
    #: How editions reach readers.
    publishing: Publishing = Publishing()
    #: What a page may take before it is stopped.
    running: Limits = Limits()
    #: Who must sign before an edition is final.
    signing: Signing = Field(default_factory=dict)
    #: Where the site is sent besides, by name.
    targets: Targets = Field(default_factory=dict)

    @model_validator(mode="after")
    def _hangs_together(self) -> Workspace:
        ids = [store.id for store in self.stores]
        if repeated := {one for one in ids if ids.count(one) > 1}:
            raise ValueError(f"stores {sorted(repeated)} stand twice")
        called = [name.casefold() for s in self.stores for name in {s.id, *s.known_as}]
        if doubled := {one for one in called if called.count(one) > 1}:
            raise ValueError(f"known_as: {sorted(doubled)} would be two stores")
        named = {rule.store for rule in self.files if rule.store}
        if strangers := named - set(ids):
            raise ValueError(f"files name unknown stores {sorted(strangers)}; known: {ids}")
        return self

    def store(self, store_id: str) -> Store:
        """Give the store with this id.

        Raises:
            KeyError: There is none.
        """
        return {store.id: store for store in self.stores}[store_id]


def load_workspace(folder: str | None = None) -> tuple[Workspace, WorkspacePaths]:
    """Read the workspace that is meant (argument, ``REVIEW_WORKSPACE``, or the demo).

    Raises:
        DeclarationFaulty: ``workspace.yml`` is missing or unsound.
    """
    paths = WorkspacePaths(workspace_folder(folder))
    if not paths.declaration.exists():
        fault = Fault(
            str(paths.declaration),
            "no such file",
            "name a company's folder with --workspace, or write the file as "
            "docs/bring-your-own-files.md shows; `review demo` makes an example",
        )
        raise DeclarationFaulty(fault)
    return read_declaration(paths.declaration, Workspace), paths
