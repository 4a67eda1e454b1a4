"""What would run, and why: ``review list``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from helpers.config.workspace import load_workspace
from helpers.paths import NOTEBOOKS
from helpers.reviews.declarations import load_reviews
from helpers.reviews.facts import Facts, read_facts
from helpers.reviews.front import check_request


def what_would_run(
    workspace: str | Path | None,
    review: str | None = None,
    period: str = "last",
    languages: Sequence[str] = (),
    only: Sequence[str] = (),
    *,
    settings: Mapping[str, str] | None = None,
    notebooks: Path = NOTEBOOKS,
    facts: Facts | None = None,
) -> list[dict[str, Any]]:
    """List the pages of a review, or of every review, with what they would run with and why.

    Returns:
        One row a page and language: review, period, page, language, notebook, parameters,
        up_to_date, why (in one line), reasons (each by itself).

    Raises:
        AskedWrongly: As :func:`helpers.reviews.run.run_review` would refuse it.
        DeclarationFaulty: ``reviews.yml`` or a notebook is unsound.
    """
    declared, paths = load_workspace(str(workspace) if workspace else None)
    chosen = [review] if review else [one.id for one in load_reviews(notebooks).reviews]
    facts = facts or read_facts(declared, paths)
    rows = []
    for one in chosen:
        request = check_request(
            declared,
            paths,
            one,
            period,
            languages=languages,
            only=only,
            settings=settings,
            notebooks=notebooks,
            facts=facts,
        )
        for run in request.runs:
            why = request.why_run(run)
            rows.append(
                {
                    "review": request.review.id,
                    "period": request.period.text,
                    "page": run.page.id,
                    "language": run.language,
                    "notebook": run.page.notebook,
                    "parameters": dict(run.parameters),
                    "up_to_date": not why,
                    "why": "; ".join(why),
                    "reasons": why,
                }
            )
    return rows
