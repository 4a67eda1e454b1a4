"""A worker must not compile what it does not need."""

import subprocess
import sys

LOOK = """
import sys
from helpers.reviews.imports import spare_the_address_grammar
spare_the_address_grammar()
import nbformat, papermill
nbformat.validate(nbformat.v4.new_notebook())
sys.exit(sum(name.startswith(("lark", "rfc3987_syntax.")) for name in sys.modules))
"""


def test_a_worker_validates_notebooks_without_the_grammar_of_addresses():
    assert subprocess.run([sys.executable, "-c", LOOK], check=False).returncode == 0
