"""An object store, through fsspec: a file there is whole or not there, and has no other name.

Nothing can be renamed, so the order of writing alone keeps readers safe. Faults of a moment
(a lost connection, an overloaded store) are retried by the drivers themselves, with growing
pauses; what still fails after that is told, without what it was signed with.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from helpers.config.secrets import hidden, resolve
from helpers.config.targets import Target, scheme_of
from helpers.publish.targets.place import Counted
from helpers.vocabulary.faults import Fault, WorkFailed

#: What a browser must be told of each kind of file; no store guesses all of them right.
CONTENT_TYPES: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".pdf": "application/pdf",
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_UNKNOWN = "application/octet-stream"
#: A year, and never asked for again. Not `public`: figures behind a login are for no shared cache.
FOREVER = "max-age=31536000, immutable"
#: Kept by a browser, but asked for each time.
ALWAYS_ASK = "no-cache"
#: How often a request is tried, and how long a server may take to answer, in seconds.
ATTEMPTS = 5
CONNECT_WITHIN, ANSWER_WITHIN = 10, 60
#: Files on their way at once; they are held in memory.
_TOGETHER = 16
_MD5 = re.compile(r"[0-9a-f]{32}")
_DRIVERS = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs"}
_UNTOUCHED = "readers there see what they saw before"


class Bucket:
    """A site in an object store."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._scheme = scheme_of(target.url)
        self._root = target.url.partition("://")[2].strip("/")
        self._store: Any = None

    @property
    def shown(self) -> str:
        """Give its address, which holds no key."""
        return self._target.url

    def read(self, name: str) -> bytes | None:
        """Give a small file's content, None where there is none."""
        with self._told() as store:
            try:
                return bytes(store.cat_file(self._path(name)))
            except FileNotFoundError as missing:
                if _code(missing) == "NoSuchBucket":
                    raise
                return None

    def holds(self, folder: str) -> dict[str, str]:
        """Say which files lie below a folder, each with the MD5 of its content."""
        with self._told() as store:
            found = self._find(store, folder)
            held = {name: _md5_told(about) for name, about in found.items()}
            for name in [name for name, digest in held.items() if not digest]:
                # Encrypted with a key of one's own, a file's mark says nothing of its content.
                content = store.cat_file(self._path(f"{folder}/{name}"))
                held[name] = hashlib.md5(content, usedforsecurity=False).hexdigest()
        return held

    def put(self, folder: str, files: Mapping[str, Path], counted: Counted) -> None:
        """Put files into a folder that nobody is led to yet; each is whole or not there."""
        done = 0
        by_type: dict[str, list[str]] = {}
        for name in files:
            by_type.setdefault(content_type(name), []).append(name)
        with self._told() as store:
            for kind, names in by_type.items():
                for first in range(0, len(names), _TOGETHER):
                    some = names[first : first + _TOGETHER]
                    contents = {
                        self._path(f"{folder}/{name}"): files[name].read_bytes() for name in some
                    }
                    store.pipe(contents, **self._headers(kind, FOREVER))
                    done += len(some)
                    counted(done)

    def replace(self, name: str, content: bytes) -> None:
        """Replace a small file at once."""
        with self._told() as store:
            headers = self._headers(content_type(name), ALWAYS_ASK)
            store.pipe_file(self._path(name), content, **headers)

    def portals(self, folder: str) -> dict[int, datetime]:
        """Say which numbered folders lie below one, and since when."""
        with self._told() as store:
            found = self._find(store, folder)
        since: dict[int, datetime] = {}
        for name, about in found.items():
            number = name.partition("/")[0]
            if number.isdigit():
                made = _time_told(about)
                since[int(number)] = max(since.get(int(number), made), made)
        return since

    def remove(self, folder: str) -> None:
        """Take away a folder that nobody is led to any more."""
        with self._told() as store:
            if found := self._find(store, folder):
                store.rm([self._path(f"{folder}/{name}") for name in found])

    def finish(self) -> None:
        """Leave everything: what was begun and not finished is overwritten by the next one."""

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _find(self, store: Any, folder: str) -> dict[str, Mapping[str, Any]]:
        # Listings kept from before would hide what came since.
        store.invalidate_cache()
        top = self._path(folder)
        found = store.find(top, detail=True)
        return {
            there.strip("/").removeprefix(f"{top}/"): about
            for there, about in found.items()
            if there.strip("/").startswith(f"{top}/")
        }

    def _headers(self, kind: str, keep: str) -> dict[str, Any]:
        """Say in the driver's own words what a file is and how long it may be kept."""
        if self._scheme in ("s3", "s3a"):
            return {"ContentType": kind, "CacheControl": keep}
        if self._scheme in ("gs", "gcs"):
            return {"content_type": kind, "fixed_key_metadata": {"cache_control": keep}}
        return {}

    @contextmanager
    def _told(self) -> Iterator[Any]:
        """Give the store's driver, and tell what it stumbles over in words a person can use.

        Raises:
            WorkFailed: It cannot be reached, does not know us, or does not let us.
        """
        try:
            yield self._opened()
        except (WorkFailed, KeyboardInterrupt):
            raise
        except ImportError:
            driver = _DRIVERS.get(self._scheme, "fsspec")
            fault = Fault(self.shown, f"needs the driver {driver}", f"pip install {driver}")
            raise WorkFailed(fault) from None
        except Exception as trouble:  # noqa: BLE001 - every driver has errors of its own
            raise WorkFailed(self._fault(trouble)) from None

    def _opened(self) -> Any:
        if self._store is None:
            import fsspec

            # An instance of one's own: keys may have changed since another one was made.
            self._store = fsspec.filesystem(
                self._scheme, skip_instance_cache=True, use_listings_cache=False, **self._options()
            )
        return self._store

    def _options(self) -> dict[str, Any]:
        if self._scheme not in ("s3", "s3a"):
            return {}
        target = self._target
        options: dict[str, Any] = {
            "endpoint_url": target.endpoint,
            # Small files are read in one piece; else each is asked for its size first.
            "max_concurrency": 1,
            "profile": target.profile,
            "client_kwargs": {"region_name": target.region} if target.region else {},
            "config_kwargs": {
                "retries": {"mode": "standard", "total_max_attempts": ATTEMPTS},
                "connect_timeout": CONNECT_WITHIN,
                "read_timeout": ANSWER_WITHIN,
                # Stores that merely speak S3 stumble over the newer kinds of checksum.
                "request_checksum_calculation": "when_required",
                "response_checksum_validation": "when_required",
            },
        }
        if target.access_key and target.secret_key:
            options |= {"key": resolve(target.access_key), "secret": resolve(target.secret_key)}
        return {name: value for name, value in options.items() if value}

    def _fault(self, trouble: Exception) -> Fault:
        for cause in _causes(trouble):
            name, code = type(cause).__name__, _code(cause)
            if code == "NoSuchBucket":
                what = f"there is no bucket {self._root.partition('/')[0]!r}"
                return Fault(self.shown, what, f"create it or correct the address; {_UNTOUCHED}")
            if name in (
                "NoCredentialsError",
                "PartialCredentialsError",
                "CredentialRetrievalError",
            ):
                way_out = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name keys in targets"
                return Fault(self.shown, "no keys were found to sign in with", way_out)
            if name == "ProfileNotFound":
                what = f"there is no profile {self._target.profile!r}"
                return Fault(self.shown, what, "add it to ~/.aws, or correct the target")
            if code in ("InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"):
                way_out = f"look at the keys it is signed in with; {_UNTOUCHED}"
                return Fault(self.shown, f"does not know these keys ({code})", way_out)
            if code in ("AccessDenied", "AllAccessDisabled", "403") or isinstance(
                cause, PermissionError
            ):
                way_out = f"allow listing, reading, writing and deleting there; {_UNTOUCHED}"
                return Fault(self.shown, f"does not let us ({code or name})", way_out)
            if name in _GONE or isinstance(cause, ConnectionError | TimeoutError):
                way_out = f"look at network and endpoint, and send again; {_UNTOUCHED}"
                return Fault(self.shown, f"cannot be reached ({name})", way_out)
        said = " ".join(hidden(f"{type(trouble).__name__}: {trouble}").split())[:200]
        return Fault(self.shown, f"failed ({said})", f"send again; {_UNTOUCHED}")


#: What botocore and aiohttp call a network that is gone.
_GONE = {
    "EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "ConnectionClosedError",
    "ProxyConnectionError", "SSLError", "ConnectionError", "HTTPClientError", "FSTimeoutError",
    "ClientConnectorError", "ClientConnectorDNSError", "ServerDisconnectedError",
}  # fmt: skip


def content_type(name: str) -> str:
    """Say what a browser is told that a file is."""
    return CONTENT_TYPES.get(Path(name).suffix.lower(), _UNKNOWN)


def _causes(trouble: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = trouble
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _code(trouble: BaseException) -> str:
    """Give the store's own word for what is wrong, as S3 says it."""
    for cause in _causes(trouble):
        response = getattr(cause, "response", None)
        if isinstance(response, Mapping):
            return str(response.get("Error", {}).get("Code", ""))
    return ""


def _md5_told(about: Mapping[str, Any]) -> str:
    """Give the MD5 that a listing holds, ``""`` where its mark is something else."""
    if told := about.get("md5Hash"):
        return base64.b64decode(str(told)).hex()
    mark = str(about.get("ETag") or "").strip('"')
    return mark if _MD5.fullmatch(mark) else ""


def _time_told(about: Mapping[str, Any]) -> datetime:
    for name in ("LastModified", "updated", "created"):
        made = about.get(name)
        if isinstance(made, str):
            made = datetime.fromisoformat(made)
        if isinstance(made, datetime):
            return made if made.tzinfo else made.replace(tzinfo=UTC)
    return datetime.now(UTC)
