"""Declarations that a command writes for a person: small dated YAML files, one fact each.

One file a fact, so that two people's files merge without a conflict, and a file that is there is
never written over.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel

from helpers.config.swap import write_whole
from helpers.config.workspace import Workspace
from helpers.vocabulary.faults import AskedWrongly, Fault


def write_new(path: Path, content: BaseModel) -> None:
    """Write a declaration as a new file, whole or not at all.

    Raises:
        AskedWrongly: The file is there already.
    """
    told = content.model_dump(mode="json", exclude_none=True)
    text = yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=100)
    try:
        write_whole(path, text, over=False)
    except FileExistsError:
        fault = Fault(str(path), "is there already", "change or remove the file itself")
        raise AskedWrongly(fault) from None


def slug_of(name: str) -> str:
    """Make a part of a file's name out of a person's name, in whatever script.

    >>> slug_of("Anna  Li"), slug_of("王芳"), slug_of("../a/b"), slug_of("…")
    ('anna-li', '王芳', 'a-b', 'x')
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\W_]+", "-", plain).strip("-")[:40] or "x"


def today_in(workspace: Workspace) -> date:
    """Give the company's date: what a person there would write under a letter."""
    return datetime.now(ZoneInfo(workspace.time_zone)).date()
