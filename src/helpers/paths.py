"""Where things are: the project's root, a workspace, and the folders inside one.

Nothing here reads a file; ``config`` reads, this room only points.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def _project_root() -> Path:
    """Find the checkout: two folders above the package, or the folder one works in."""
    checkout = PACKAGE.parents[1]
    return checkout if (checkout / "notebooks").is_dir() else Path.cwd()


ROOT = _project_root()
NOTEBOOKS = ROOT / "notebooks"
BOOK = ROOT / "book"
REFERENCE = ROOT / "data" / "reference"
DEMO_WORKSPACE = ROOT / "data" / "demo"


@dataclass(frozen=True)
class WorkspacePaths:
    """The folders of one company's workspace (DESIGN 4); none of them need exist yet."""

    root: Path

    @property
    def declaration(self) -> Path:
        """``workspace.yml``: company, base currency, stores."""
        return self.root / "workspace.yml"

    @property
    def inbox(self) -> Path:
        """Where the analyst drops exports: ``inbox/<store>/<period>/`` or unsorted."""
        return self.root / "inbox"

    @property
    def fetched(self) -> Path:
        """Copies of what lies in inboxes elsewhere; may be deleted at any time."""
        return self.root / ".fetched"

    @property
    def mappings(self) -> Path:
        """Column mappings of this company's own files, one YAML each."""
        return self.root / "sources"

    @property
    def plan(self) -> Path:
        """Targets, actions, risks: ``plan/<year>/*.yml``."""
        return self.root / "plan"

    @property
    def rules(self) -> Path:
        """``rules.yml``: thresholds of the trade's rules that this company sets otherwise."""
        return self.root / "rules.yml"

    @property
    def reference(self) -> Path:
        """Overrides of the committed facts (exchange rates, calendar)."""
        return self.root / "reference"

    @property
    def pictures(self) -> Path:
        """Pictures of rivals' offers, under the names that the captures give."""
        return self.root / "pictures"

    @property
    def forecasts(self) -> Path:
        """What was forecast and published, a file each time; kept for good."""
        return self.root / "forecasts"

    @property
    def warehouse(self) -> Path:
        """Checked tables as Parquet, with lineage."""
        return self.root / "warehouse"

    @property
    def quarantine(self) -> Path:
        """Rows and files that were refused, each with its reason."""
        return self.root / "quarantine"

    @property
    def runs(self) -> Path:
        """Executed notebooks and their logs."""
        return self.root / "runs"

    @property
    def site(self) -> Path:
        """What readers open."""
        return self.root / "site"

    @property
    def buyer_key(self) -> Path:
        """Key of the buyers' hashes (mode 0600); outside warehouse and site on purpose."""
        return self.root / ".buyer-key"

    @property
    def passwords(self) -> Path:
        """Passwords of locked workbooks, by store (mode 0600)."""
        return self.root / "passwords.yml"


def workspace_folder(given: str | Path | None = None) -> Path:
    """Say which workspace is meant: the argument, ``REVIEW_WORKSPACE``, or the demo company.

    A relative path is taken from the current folder when it exists there, else from the
    project's root, so that notebooks (run in their own folder) and the shell agree.
    """
    chosen = Path(given or os.environ.get("REVIEW_WORKSPACE") or DEMO_WORKSPACE)
    if chosen.is_absolute() or chosen.exists():
        return chosen.resolve()
    return (ROOT / chosen).resolve()
