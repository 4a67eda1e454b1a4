"""One thread for linear algebra: its own threads wait for each other longer than they work.

Series here have tens of points, not thousands. Fitting them on one thread took an eighth of the
processor time on two busy cores, and one order of adding up gives one sum, on a page as
on the command line. Must be in the environment before numpy is imported.
"""

from __future__ import annotations

#: Environment variables of the algebra libraries that numpy may be built with.
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)
