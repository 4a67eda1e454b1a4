"""What these tests borrow from their neighbours: servers, sites and exports by hand."""

from __future__ import annotations

import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "publish")]
