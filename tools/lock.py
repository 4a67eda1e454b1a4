"""Write ``environment.yml`` from ``requirements.lock``, so that conda gets the very same pins.

Run by ``make lock`` after the resolver. pip cannot mix hashed pins with ``-e .`` in one file, so
conda's file carries the pins without hashes; ``tests/test_environment.py`` holds the files
together.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = "3.11"
HEAD = f"""\
# Written by `make lock` from requirements.lock: do not edit by hand.
# conda env create -f environment.yml && conda activate review
name: review
channels: [conda-forge]
dependencies:
  - python={PYTHON}
  - pip
  - pip:
      - -e .
"""


def pins(lock: str) -> list[str]:
    """List ``name==version ; marker`` of the lock, without hashes, for the one Python above."""
    found = re.findall(r"^([A-Za-z0-9._-]+==[^\s;\\]+(?: ; [^\\\n]+)?)", lock, flags=re.MULTILINE)
    return [one.strip() for one in found if not _for_another_python(one)]


def _for_another_python(pin: str) -> bool:
    """Drop what can only be meant for a newer Python than the environment's."""
    return bool(re.search(r"python_full_version (>=|==) '3\.1[2-9]", pin)) and " or " not in pin


def environment(lock: str) -> str:
    """Give the text of ``environment.yml``."""
    quoted = (f'      - "{pin}"' if ";" in pin else f"      - {pin}" for pin in pins(lock))
    return HEAD + "\n".join(quoted) + "\n"


if __name__ == "__main__":
    text = environment((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    (ROOT / "environment.yml").write_text(text, encoding="utf-8")
    sys.stdout.write(f"environment.yml: {text.count('==')} pins\n")
