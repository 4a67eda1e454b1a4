"""Release the little company's review in this process, telling a file which step it is at.

python driver.py ROOT STEPS
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from helpers.publish.release import Audience, release
from helpers.vocabulary.faults import ReviewError


def main(root: Path, steps: Path) -> int:
    @contextmanager
    def step(what: str) -> Iterator[Callable[[int, int, str], None]]:
        with steps.open("a", encoding="utf-8") as file:
            file.write(f"{what}\n")
        yield lambda done, total, name: None

    try:
        released = release(
            str(root / "company"),
            "monthly",
            "2025-10",
            status="preliminary",
            notebooks=root / "notebooks",
            audience=Audience(progress=step),
        )
    except ReviewError as trouble:
        for fault in trouble.faults:
            print(fault, file=sys.stderr)
        return trouble.exit_code
    for page in released.report.failed:
        print(page.fault, file=sys.stderr)
    return 0 if released.is_ok else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
