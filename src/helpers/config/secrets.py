"""Secrets are named where they are used and written nowhere: ``env:NAME``, ``keyring:a/b``.

``resolve`` is the only way to a secret's value. What it has handed out is remembered for as long
as the process lives, so that ``hidden`` can take it out of whatever is told, logged or kept. Page
processes never get as far: ``page_environment`` gives them nothing that could be a secret.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote, quote_plus, unquote

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from helpers.vocabulary.faults import Fault, WorkFailed

_ENVIRONMENT = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)")
_KEYRING = re.compile(r"keyring:([^/\s]+)/(\S+)")
#: The kind of fault that must not quote what was found (see ``config.declarations``).
IN_CLEAR = "secret_in_clear"
WAY_OUT = "write env:NAME (an environment variable) or keyring:service/name instead of the secret"
#: What stands where a secret would be.
MASK = "…"
#: Shorter words are too likely to be part of an innocent sentence.
_SHORTEST = 4

_known: set[str] = set()

#: What a page's process may see: where it runs, in which language and with how many threads.
#: A list of what is allowed, because nobody can list what may be secret.
_HARMLESS = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TZDIR|TERM|COLUMNS|LINES|NO_COLOR"
    r"|TMPDIR|TEMP|TMP|XDG_(?:CACHE|CONFIG|DATA|RUNTIME)_HOME|XDG_RUNTIME_DIR"
    r"|PYTHON(?:PATH|HOME|UTF8|HASHSEED|WARNINGS|IOENCODING|DONTWRITEBYTECODE|UNBUFFERED"
    r"|NOUSERSITE|FAULTHANDLER)|PYDEVD_\w+|VIRTUAL_ENV|CONDA_(?:PREFIX|DEFAULT_ENV)"
    r"|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|FONTCONFIG_\w+|MPL(?:BACKEND|CONFIGDIR)|IPYTHONDIR"
    r"|JUPYTER_(?:PATH|DATA_DIR|CONFIG_DIR|RUNTIME_DIR|PLATFORM_DIRS)"
    r"|(?:OMP|OPENBLAS|MKL|NUMEXPR|NUMBA|VECLIB|BLIS)_\w*THREADS?\w*"
    r"|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|APPDATA|LOCALAPPDATA|PROGRAMDATA|USERPROFILE"
    r"|NUMBER_OF_PROCESSORS|PROCESSOR_\w+"
    r"|REVIEW_(?:WORKSPACE|READS_TO|MEMORY_MB)|COVERAGE_PROCESS_START|COV_CORE_\w+",
    re.IGNORECASE,
)


def is_reference(text: str) -> bool:
    """Tell whether a text names a secret instead of being one.

    >>> is_reference("env:SMTP_PASSWORD"), is_reference("keyring:mail/bot"), is_reference("hunter2")
    (True, True, False)
    """
    return bool(_ENVIRONMENT.fullmatch(text) or _KEYRING.fullmatch(text))


def in_clear(what: str) -> PydanticCustomError:
    """Make the fault of a secret that stands in a declaration; it does not repeat the secret."""
    return PydanticCustomError(IN_CLEAR, "{what}", {"what": what})


def _check(value: Any) -> Any:
    if isinstance(value, str) and is_reference(value):
        return value
    raise in_clear("names no secret")


#: A declared secret: by name only; anything else is refused without being repeated.
Reference = Annotated[str, BeforeValidator(_check)]


def resolve(reference: str) -> str:
    """Give the secret that a reference names.

    Args:
        reference: ``env:NAME`` or ``keyring:service/name``.

    Raises:
        WorkFailed: There is no such variable or entry, it is empty, or the keyring cannot be
            opened. The fault names the reference and holds nothing of any secret.
    """
    if found := _ENVIRONMENT.fullmatch(reference):
        value = os.environ.get(found[1], "").strip()
        if not value:
            raise WorkFailed(Fault(reference, "is not set in the environment", "set it"))
    elif found := _KEYRING.fullmatch(reference):
        value = _from_keyring(reference, found[1], found[2])
    else:
        raise WorkFailed(Fault("a secret", "is not named by a reference", WAY_OUT))
    remember(value)
    return value


def remember(secret: str) -> None:
    """Have ``hidden`` mask a secret that came by another way, such as a password in an address."""
    for form in {secret, unquote(secret)}:
        if len(form) >= _SHORTEST:
            _known.update({form, quote(form, safe=""), quote(form), quote_plus(form)})


def hidden(text: str) -> str:
    """Take every secret that this process knows out of a text, however it is written in it."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def page_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give what a page's process may see of the environment: no secret, whatever it is called.

    Args:
        environment: That of this process by default.

    >>> page_environment({"HOME": "/home/ann", "AWS_SECRET_ACCESS_KEY": "x", "SMTP": "y"})
    {'HOME': '/home/ann'}
    """
    given = os.environ if environment is None else environment
    return {name: value for name, value in given.items() if _HARMLESS.fullmatch(name)}


def _from_keyring(reference: str, service: str, name: str) -> str:
    import keyring
    from keyring.errors import KeyringError

    try:
        value = keyring.get_password(service, name)
    except KeyringError as trouble:
        what = f"the keyring cannot be opened ({type(trouble).__name__})"
        way_out = "unlock it, or name an environment variable: env:NAME"
        raise WorkFailed(Fault(reference, what, way_out)) from None
    if not value:
        way_out = f"put it there: `keyring set {service} {name}`"
        raise WorkFailed(Fault(reference, "is not in the keyring", way_out))
    return value
