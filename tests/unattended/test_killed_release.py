"""Ten releases killed at random moments; ``make soak`` kills two hundred."""

import sys

import pytest

from .killing import campaign

SEED = 20


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kills process groups")
def test_whatever_dies_whenever_the_site_is_whole_and_the_next_run_finishes(tmp_path):
    outcome = campaign(tmp_path, SEED, 10)
    assert not outcome.faults, "\n".join(outcome.faults)
    assert outcome.kills == 10
