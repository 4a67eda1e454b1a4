"""The shape of ``notebooks/reviews.yml``: reviews and their pages, in reading order."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from helpers.config.declarations import read_declaration
from helpers.paths import NOTEBOOKS
from helpers.vocabulary.faults import AskedWrongly, DeclarationFaulty, Fault
from helpers.vocabulary.labels import Declared, Label

PageId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
NotebookPath = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*/[a-z][a-z0-9_]*\.ipynb$")
]
ParameterValue = bool | int | float | str


class Page(Declared):
    """One page of a review: a notebook run with these parameters."""

    id: PageId
    notebook: NotebookPath
    title: Label
    #: What the page answers; the notebook opens with the same words.
    question: Label
    #: Values for the notebook's own parameters; period, language and workspace come from the run.
    parameters: dict[str, ParameterValue] = Field(default_factory=dict)


class Review(Declared):
    """A set of pages about one period of a fixed kind."""

    id: PageId
    title: Label
    period: Literal["week", "month", "year"]
    pages: tuple[Page, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _pages_stand_once(self) -> Review:
        ids = [page.id for page in self.pages]
        if repeated := sorted({one for one in ids if ids.count(one) > 1}):
            raise ValueError(f"review {self.id}: pages {repeated} stand twice")
        return self

    def choose(self, only: tuple[str, ...] = ()) -> tuple[Page, ...]:
        """Give the pages asked for, in reading order; all of them when none is named.

        Raises:
            AskedWrongly: A name is no page of this review.
        """
        known = [page.id for page in self.pages]
        if strangers := [one for one in only if one not in known]:
            raise AskedWrongly(
                Fault("--only", f"{one!r} is no page of {self.id}", f"known: {', '.join(known)}")
                for one in strangers
            )
        return tuple(page for page in self.pages if not only or page.id in only)


class Reviews(Declared):
    """``reviews.yml``."""

    reviews: tuple[Review, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _reviews_stand_once(self) -> Reviews:
        ids = [review.id for review in self.reviews]
        if repeated := sorted({one for one in ids if ids.count(one) > 1}):
            raise ValueError(f"reviews {repeated} stand twice")
        return self

    def find(self, review_id: str) -> Review:
        """Give one review.

        Raises:
            AskedWrongly: There is none of that name.
        """
        by_id = {review.id: review for review in self.reviews}
        if review_id not in by_id:
            known = ", ".join(by_id)
            raise AskedWrongly(Fault("REVIEW", f"{review_id!r} is no review", f"known: {known}"))
        return by_id[review_id]


def load_reviews(notebooks: Path = NOTEBOOKS) -> Reviews:
    """Read ``reviews.yml`` and see that every notebook it names is there.

    Raises:
        DeclarationFaulty: The file is unsound, or notebooks are missing (all are named).
    """
    declaration = notebooks / "reviews.yml"
    found = read_declaration(declaration, Reviews)
    if missing := [
        Fault(f"{declaration}: {review.id}.{page.id}", f"no notebook {page.notebook}", "write it")
        for review in found.reviews
        for page in review.pages
        if not (notebooks / page.notebook).is_file()
    ]:
        raise DeclarationFaulty(missing)
    return found
