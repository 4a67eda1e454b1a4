"""What papermill finds under ``--engine warm``.

papermill loads every registered engine while it is itself being imported, so this module imports
nothing of it: the engine proper is fetched when it is used.
"""

from __future__ import annotations

from typing import Any


class WarmEngine:
    """Run a notebook in a process forked from one that has imported the heavy libraries."""

    @classmethod
    def execute_notebook(cls, nb: Any, kernel_name: str, **how: Any) -> Any:
        """Run a notebook; the same keywords as papermill's own engine takes, and ``limits``."""
        from helpers.reviews.warm.driving import Driver

        return Driver.execute_notebook(nb, kernel_name, **how)

    @classmethod
    def nb_kernel_name(cls, nb: Any, name: str | None = None) -> Any:
        """Name the kernel that the notebook asks for."""
        from helpers.reviews.warm.driving import Driver

        return Driver.nb_kernel_name(nb, name)

    @classmethod
    def nb_language(cls, nb: Any, language: str | None = None) -> Any:
        """Name the language that the notebook is written in."""
        from helpers.reviews.warm.driving import Driver

        return Driver.nb_language(nb, language)
