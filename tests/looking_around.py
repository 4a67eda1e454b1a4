"""What a process finds around it; here because a child imports it by this name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any


def look_around(answer: Any) -> None:
    """Say what a process finds that was just started from the warm parent."""
    import matplotlib

    from helpers.reviews.warm import parent

    backend = sys.modules["ibis"].options.default_backend
    answer.send(
        {
            "imported": {one for one in parent._LIBRARIES if one in sys.modules},
            "threads": len(list(Path("/proc/self/task").iterdir())),
            "backend": backend,
            "shell": sys.modules["IPython"].get_ipython(),
            "is_inline": "matplotlib_inline.backend_inline" in sys.modules,
            "style": {
                name
                for name, value in matplotlib.rcParamsDefault.items()
                if name != "backend" and matplotlib.rcParams[name] != value
            },
            "main": getattr(sys.modules["__main__"], "__file__", None),
        }
    )
