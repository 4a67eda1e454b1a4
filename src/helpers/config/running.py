"""How far a page may go before it is stopped: ``running``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from helpers.vocabulary.labels import Declared


class Limits(Declared):
    """What one page may take; whatever takes more is stopped, and the other pages go on."""

    #: Seconds that one cell may take.
    cell_seconds: Annotated[float, Field(gt=0)] = 600
    #: Seconds that a page may take from its first cell to its last.
    page_seconds: Annotated[float, Field(gt=0)] = 1800
    #: MiB of memory that a page and the programs it starts may hold together.
    memory_mb: Annotated[int, Field(ge=64)] = 4096
