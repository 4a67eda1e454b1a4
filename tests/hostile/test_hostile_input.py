"""Fifty spoilt files through the front door; `make soak` walks them all."""

from __future__ import annotations

import random

from .campaign import Mutant, Outcome, run
from .exports import Export, every_family
from .mutations import DEAR, MUTATIONS, fits

#: How many run here; what is not among them is walked by ``make soak``.
SHARE = 50
SEED = 20251122


def chosen(exports: list[Export]) -> list[Mutant]:
    """Choose mutations by the seed, each of another family as far as they go."""
    rng = random.Random(SEED)
    names = rng.sample(sorted(set(MUTATIONS) - DEAR), SHARE)
    order = rng.sample(exports, len(exports))
    mutants = []
    for at, name in enumerate(names):
        turned = order[at % len(order) :] + order[: at % len(order)]
        mutants.append(Mutant(SEED, next(one for one in turned if fits(one, name)), name))
    return mutants


def test_fifty_spoilt_files_are_taken_or_refused_with_a_reason() -> None:
    outcome: Outcome = run(chosen(list(every_family())))
    assert not outcome.faults, "\n".join(outcome.faults)
    assert outcome.mutants == SHARE
    # Not all are refused: what is sound in them is kept.
    assert outcome.statuses["accepted"] >= 5 and outcome.statuses["refused"] >= 5


def test_a_mutation_can_be_repeated() -> None:
    from .mutations import spoilt

    export = next(every_family())
    for name in ("cut_anywhere", "numbers_huge", "lines_shuffled"):
        if fits(export, name):
            assert spoilt(1, export, name) == spoilt(1, export, name)
            assert spoilt(1, export, name) != spoilt(2, export, name)
