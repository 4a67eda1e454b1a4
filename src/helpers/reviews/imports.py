"""What is kept out of a process because importing it costs more than it is worth."""

from __future__ import annotations

import sys


def spare_the_address_grammar() -> None:
    """Keep ``rfc3987_syntax`` out; call before anything imports ``jsonschema``.

    It compiles a grammar of internet addresses for over two seconds, for a format that no
    notebook uses; ``jsonschema`` looks for it by an import and does without where there is none.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
