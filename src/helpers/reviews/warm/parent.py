"""The warm parent: importing this module is all that it does.

What pages need is imported here once, in a process that is forked for each of them. Nothing may
run in it: a thread, an open connection or a default backend would reach the child half alive and
hang it. Files of this package that a page could import are imported, too, because reading them
costs each page a second.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from contextlib import suppress
from importlib import import_module

from helpers.config.algebra import ONE_THREAD

#: The interpreter's own path: what a child is told by its starter is another process's.
PATH = [one for one in sys.path if one]

# numpy's algebra starts its threads when it is imported, matplotlib reads its backend then.
os.environ.update(ONE_THREAD)
os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"

_LIBRARIES = (
    "papermill", "nbclient", "ipykernel.ipkernel", "ipykernel.iostream", "IPython.display",
    "numpy", "pandas", "pandas.io.formats.style", "pandas.core.methods.to_dict",
    "pyarrow.parquet", "pyarrow.pandas_compat", "matplotlib.figure", "matplotlib.pyplot",
    "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg", "seaborn",
    "scipy.stats", "scipy.optimize", "statsmodels.tsa.exponential_smoothing.ets",
    "statsmodels.tsa.forecasting.theta", "duckdb", "ibis", "ibis.backends.duckdb",
    "ibis.backends.duckdb.converter", "ibis.expr.types.groupby", "ibis.formats.numpy",
    "ibis.formats.pandas", "ibis.formats.pyarrow", "sqlglot.dialects.duckdb", "babel.dates",
    "babel.numbers", "yaml", "psutil", "encodings.utf_16_be",
)  # fmt: skip
#: Rooms that a page never enters.
_ELSEWHERE = ("helpers.cli", "helpers.demo", "helpers.publish", "helpers.sources")


def _import_all() -> None:
    from helpers.paths import PACKAGE
    from helpers.reviews.imports import spare_the_address_grammar

    spare_the_address_grammar()
    files = (one.relative_to(PACKAGE.parent) for one in sorted(PACKAGE.rglob("*.py")))
    rooms = (".".join(one.with_suffix("").parts) for one in files if one.stem != "__init__")
    for name in (*_LIBRARIES, *(one for one in rooms if not one.startswith(_ELSEWHERE))):
        with suppress(ImportError):  # the page that needs it will say so
            import_module(name)
    # What is here stays: a child's collector need not touch, and so copy, the pages it lies in.
    gc.collect()
    gc.freeze()


#: Becomes false in a page: it may hold anything, and nothing may be forked from it.
is_clean = True


def _leave_at_once(parent: int) -> None:
    if os.getpid() == parent:
        os._exit(0)


_import_all()
# Taking all of it apart again, object by object, is of use to nobody.
atexit.register(_leave_at_once, os.getpid())
