"""Commentary on its page: shown while the figures bear it out, withheld and flagged when not.

A page whose commentary file is there gets one more cell, after its first section; no notebook
knows of it. What is withheld travels with the cell, unseen, to whoever publishes the page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.charts.markup import Markup, clean, tag
from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.plan.comments import (
    Comment,
    Placed,
    comment_file,
    comment_files,
    misplaced,
    read_comment,
)
from helpers.reviews.declarations import Reviews
from helpers.reviews.figures import figures_in
from helpers.reviews.preparing import Cell, Notebook, source_of
from helpers.vocabulary.faults import AskedWrongly, DeclarationFaulty, Fault, ReviewError
from helpers.vocabulary.labels import Label, Language
from helpers.vocabulary.wording import write_date

if TYPE_CHECKING:
    from helpers.plan.commenting import Judged
    from helpers.reviews.page import Page

#: Id of the cell, of the shown comment, and of its place in the figures of a page.
COMMENT = "comment"
MIME = "application/x-review-comment"
_LOCALES = {"zh": "zh-CN", "en": "en-GB"}
_SIGNED = Label(en="Comment by {author}, {day}", zh="{author}，{day}评论")
_WITHHELD = Label(
    en="A comment by {author} of {day} is withheld: {why}.",
    zh="{author}{day}的评论暂不展示：{why}。",
)
_UNSOUND = Label(
    en="A comment on this page is withheld: its file cannot be read as it is ({file}).",
    zh="本页评论暂不展示：评论文件有误（{file}）。",
)
_CORRECT = Label(
    en="a correction of the comment by {author} of {day}: {why}",
    zh="更正{author}{day}的评论（{why}）",
)
_MEND = Label(en="a sound file of the comment {file}", zh="修正评论文件{file}")


@dataclass(frozen=True)
class Shown:
    """A comment as a page shows it, or the sentence that stands in its place.

    ``awaited`` says what would bring it back; empty where it is shown.
    """

    language: Language
    paragraphs: tuple[str, ...]
    signed: str = ""
    awaited: str = ""

    def _repr_html_(self) -> Markup:
        if self.awaited:
            return tag(
                "p", *self.paragraphs, class_="notice withheld", id=COMMENT,
                lang=_LOCALES[self.language],
            )  # fmt: skip
        told = [tag("p", one) for one in self.paragraphs]
        return tag(
            "blockquote", told, tag("p", self.signed, class_="comment-by"), class_="comment",
            id=COMMENT, lang=_LOCALES[self.language],
        )  # fmt: skip

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        shown = {"text/html": str(self._repr_html_()), "text/plain": repr(self)}
        return {**shown, MIME: self.awaited} if self.awaited else shown

    def __repr__(self) -> str:
        return "\n".join(clean(one) for one in (*self.paragraphs, self.signed) if one)


def with_comment(notebook: Notebook, review: str, page: str) -> Notebook:
    """Add the cell that shows a page's commentary, where its first section ends.

    Args:
        notebook: As it was prepared for a language; it is not changed.
        review: Id of the review.
        page: Id of the page.
    """
    cells = notebook["cells"]
    heads = [
        place
        for place, cell in enumerate(cells)
        if cell["cell_type"] == "markdown" and source_of(cell).startswith("## ")
    ]
    place = heads[1] if len(heads) > 1 else len(cells)
    cell: Cell = {
        "cell_type": "code",
        "id": COMMENT,
        "metadata": {"tags": [COMMENT]},
        "execution_count": None,
        "outputs": [],
        "source": "from helpers.reviews.comments import comment_on\n\n"
        f'comment_on("{review}", "{page}", period, language, workspace)',
    }
    return {**notebook, "cells": [*cells[:place], cell, *cells[place:]]}


def comment_on(review: str, page: str, period: str, language: str, workspace: str) -> Shown:
    """Show what was commented on a page, or why it is withheld.

    Args:
        review: Id of the review.
        page: Id of the page.
        period: What it is about.
        language: ``"zh"`` or ``"en"``.
        workspace: The company's folder.
    """
    from helpers.metrics.catalogue import catalogue_of
    from helpers.plan.commenting import judge
    from helpers.reviews.page import page_of

    opened = page_of(period, language, workspace)
    desk = opened.desk
    start = desk.workspace.fiscal_year_start
    path = comment_file(desk.paths, start, review, desk.period, page)
    file = path.relative_to(desk.paths.root).as_posix()
    desk.files_read.add(file)
    try:
        found = read_comment(path, file, desk.period.kind, catalogue_of(desk.workspace))
        judged = judge(found, desk, opened.targets if found.speaks_of_targets else None)
    except ReviewError:
        told = {"file": path.name}
        return Shown(
            desk.language, (_filled(_UNSOUND, desk.language, **told),),
            awaited=_filled(_MEND, desk.language, **told),
        )  # fmt: skip
    shown = _shown(found, judged, desk.language)
    if not shown.awaited:
        _note(judged, opened)
    return shown


def awaited_comments(notebook: Path) -> Iterator[str]:
    """Say what would bring back the comments that an executed page withholds."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    for cell in content.get("cells", ()):
        for output in cell.get("outputs", ()):
            if text := output.get("data", {}).get(MIME):
                yield "".join(text)


def check_comments(workspace: Workspace, paths: WorkspacePaths, reviews: Reviews) -> None:
    """Check every comment of a workspace, and hold it against the figures where there are some.

    Args:
        workspace: The company.
        paths: Its folders.
        reviews: The reviews there are.

    Raises:
        DeclarationFaulty: A file is unsound or belongs to no page, or says what is not true
            (any more); every fault, with file and figure.
    """
    from helpers.metrics.catalogue import catalogue_of

    kinds = {one.id: (one.period, tuple(page.id for page in one.pages)) for one in reviews.reviews}
    known = catalogue_of(workspace)
    faults: list[Fault] = []
    sound: dict[Placed, Comment] = {}
    for one in comment_files(paths):
        if fault := misplaced(one, kinds, workspace.fiscal_year_start):
            faults.append(fault)
            continue
        try:
            sound[one] = read_comment(one.path, one.file, kinds[one.review][0], known)
        except ReviewError as trouble:
            faults += trouble.faults
    faults += _untrue(sound, workspace, paths) if sound else ()
    if faults:
        raise DeclarationFaulty(faults)


def _untrue(
    comments: Mapping[Placed, Comment], workspace: Workspace, paths: WorkspacePaths
) -> Iterator[Fault]:
    """Name the comments that the figures refute; one of a period without data waits for them."""
    from helpers.analysis.desk import Desk, desk_at
    from helpers.plan.commenting import judge
    from helpers.plan.loading import load_plan
    from helpers.plan.promises import targets_frame
    from helpers.tables.warehouse import Warehouse

    desks: dict[str, Desk] = {}
    with Warehouse.open(paths, workspace) as warehouse:
        for placed, comment in comments.items():
            try:
                if placed.period not in desks:
                    desks[placed.period] = desk_at(warehouse, placed.period, "en")
            except AskedWrongly:
                continue
            desk = desks[placed.period]
            try:
                plan = load_plan(paths, int(placed.year), workspace)
                targets = targets_frame(plan, desk) if comment.speaks_of_targets else None
                refuted = judge(comment, desk, targets).refuted
            except ReviewError as trouble:
                refuted = tuple(str(one) for one in trouble.faults)
            for why in refuted:
                way_out = "correct the comment or take the file away; until then it is withheld"
                yield Fault(placed.file, why, way_out)


def _shown(comment: Comment, judged: Judged, language: Language) -> Shown:
    told = {"author": comment.author, "day": write_date(comment.written_on, language)}
    if not judged.refuted:
        return Shown(language, judged.paragraphs, _filled(_SIGNED, language, **told))
    why = ("；" if language == "zh" else "; ").join(judged.refuted)
    return Shown(
        language,
        (_filled(_WITHHELD, language, **told, why=why),),
        awaited=_filled(_CORRECT, language, **told, why=why),
    )


def _note(judged: Judged, page: Page) -> None:
    """The figures of a comment are figures of its page."""
    for frame in judged.frames:
        found = figures_in(frame, page.desk, COMMENT)
        page.figures += [replace(one, page=COMMENT) for one in found]
    page.behind[COMMENT] = tuple(
        sorted({name for frame in judged.frames for name in page.tables_behind(frame)})
    )


def _filled(label: Label, language: Language, **parts: Any) -> str:
    return label.text(language).format(**parts)
