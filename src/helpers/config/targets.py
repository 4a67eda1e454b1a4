"""Where a site is sent besides the workspace: ``targets`` of ``workspace.yml``.

A folder (a share that a web server reads) or an object store. Keys are named and never written;
without them the store's own chain is asked (environment, profile, the machine's role).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, StringConstraints, model_validator

from helpers.config.secrets import Reference, in_clear
from helpers.vocabulary.labels import Declared

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
#: Stores that take a file whole or not at all, so that no reader meets half of one.
STORES = ("s3", "s3a", "gs", "gcs", "memory")


def scheme_of(url: str) -> str:
    """Give the kind of an address, ``""`` for a folder.

    >>> scheme_of("s3://reviews/board"), scheme_of("/mnt/intranet"), scheme_of("C:/web")
    ('s3', '', '')
    """
    found = _SCHEME.match(url)
    return "" if not found or found[1].lower() == "file" else found[1].lower()


def _sound_address(value: Any) -> Any:
    if not isinstance(value, str) or not value.strip():
        raise in_clear("is no address")
    url = value.strip()
    scheme = scheme_of(url)
    if not scheme:
        return url.removeprefix("file://")
    parts = urlsplit(url)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise in_clear("holds more than a place; keys go into access_key and secret_key")
    if scheme not in STORES:
        raise ValueError(
            "is neither a folder nor an object store; stores that speak S3 are s3://bucket/folder "
            "with their endpoint"
        )
    if not parts.netloc:
        raise ValueError("names no bucket")
    return url.rstrip("/")


class Target(Declared):
    """A place that a site is sent to."""

    #: A folder, or ``s3://bucket/folder``.
    url: Annotated[str, BeforeValidator(_sound_address)]
    #: Address of a store that speaks S3 but is not Amazon's (MinIO, R2, OSS, COS).
    endpoint: Annotated[str, StringConstraints(pattern=r"^https?://[^@\s?]+$")] | None = None
    region: str | None = None
    #: A profile of ``~/.aws``.
    profile: str | None = None
    access_key: Reference | None = None
    secret_key: Reference | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Target:
        if (self.access_key is None) != (self.secret_key is None):
            raise ValueError("access_key and secret_key go together")
        given = [self.endpoint, self.region, self.profile, self.access_key]
        if any(given) and not scheme_of(self.url).startswith("s3"):
            raise ValueError("endpoint, region, profile and keys are for s3:// addresses")
        return self


TargetName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=40)]
Targets = Mapping[TargetName, Target]
