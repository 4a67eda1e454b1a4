"""Comments that an edition does not show: withheld by their pages, or meant for no page at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from helpers.plan.comments import comment_files, misplaced
from helpers.publish.content import PageBuilt
from helpers.publish.words import AMISS
from helpers.reviews.comments import awaited_comments
from helpers.reviews.run import RunReport
from helpers.vocabulary.labels import Label, Language


def comments_awaited(
    report: RunReport, pages: Mapping[Language, Sequence[PageBuilt]]
) -> tuple[Label, ...]:
    """Say what would bring back each comment that an edition does not show.

    Args:
        report: The run; says which pages its review has.
        pages: What is published, the same pages in every language.
    """
    found = []
    for twins in zip(*pages.values(), strict=True):
        each = {
            language: list(awaited_comments(page.notebook))
            for language, page in zip(pages, twins, strict=True)
        }
        # An edition in one language says it in that one.
        some = next(iter(each.values()))
        told = zip(each.get("en", some), each.get("zh", some), strict=True)
        found += [Label(en=en, zh=zh) for en, zh in told]
    review = report.review
    kinds = {review.id: (review.period, [page.id for page in review.pages])}
    start = report.workspace.fiscal_year_start
    for one in comment_files(report.paths):
        of_it = (one.review, one.period) == (review.id, report.period.text)
        if of_it and misplaced(one, kinds, start):
            word, file = AMISS["stray"], one.path.name
            found.append(Label(en=word.en.format(file=file), zh=word.zh.format(file=file)))
    return tuple(found)
