"""Signing an edition, and telling whether a sign-off still holds.

A person signs the figures that an edition shows. They are fingerprinted into the sign-off; when
figures have changed since, it does not count, and whoever signed is awaited again. Figures about
the files themselves (how many rows were set aside) change with every file and are not signed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from helpers.config.signing import Signer, same_name
from helpers.config.workspace import Workspace
from helpers.config.written import today_in
from helpers.paths import WorkspacePaths
from helpers.plan.models import SignOff
from helpers.plan.sign_offs import sign_offs_of, write_sign_off
from helpers.publish.content import LINEAGE_FILE
from helpers.publish.editions import Edition
from helpers.publish.words import SIGNING
from helpers.reviews.figures import Figure, is_same, read_figures
from helpers.vocabulary.faults import AskedWrongly, Fault
from helpers.vocabulary.labels import LANGUAGES, Label
from helpers.vocabulary.periods import Period
from helpers.vocabulary.wording import write_date

FIGURES = "figures.json"


@dataclass(frozen=True)
class Signed:
    """A sign-off that counts, and what it was given as."""

    sign_off: SignOff
    role: Label | None = None

    @property
    def told(self) -> Label:
        """Say who signed, as what and when."""
        if self.role is None:
            return _worded("signed", name=self.sign_off.name, day=_date(self.sign_off))
        return _worded(
            "signed_as", name=self.sign_off.name, role=self.role, day=_date(self.sign_off)
        )


@dataclass(frozen=True)
class Signatures:
    """Who has signed the figures at hand, and who is awaited."""

    given: tuple[Signed, ...] = ()
    awaited: tuple[Label, ...] = ()


def signatures_on(
    figures: Sequence[Figure] | None,
    review: str,
    period: Period,
    workspace: Workspace,
    paths: WorkspacePaths,
) -> Signatures:
    """Tell whose signatures hold for figures.

    Args:
        figures: What would be published; None before they are known, when any sign-off counts.
        review: Id of the review.
        period: What it is about.
        workspace: Who must sign.
        paths: Where the sign-offs are, and the editions they were given for.

    Raises:
        DeclarationFaulty: A sign-off is unsound.
    """
    found = sign_offs_of(paths, workspace, review, period)
    changes = {one: _changes(one, figures, paths.site) for one in found}
    given: list[Signed] = []
    awaited: list[Label] = []
    for signer in workspace.signing.get(review) or (None,):
        of_role = [one for one in found if signer is None or signer.may_sign(one.name)]
        holding = [one for one in of_role if changes[one] == 0]
        if holding:
            given.append(Signed(holding[-1], signer.role if signer else None))
        elif of_role:
            awaited.append(_again(signer, of_role[-1], changes[of_role[-1]]))
        else:
            awaited.append(_worded("awaited", who=_who(signer)))
    return Signatures(tuple(given), tuple(awaited))


def signatures_kept(edition: Edition, workspace: Workspace, paths: WorkspacePaths) -> Signatures:
    """Tell whose signatures hold for the figures kept with an edition."""
    figures = read_figures(paths.site / edition.folder / FIGURES)
    return signatures_on(figures, edition.review, edition.span, workspace, paths)


def sign(
    edition: Edition,
    by: str,
    workspace: Workspace,
    paths: WorkspacePaths,
    note: str | None = None,
) -> Path:
    """Sign the figures of an edition for a person, and say where it is written.

    Raises:
        AskedWrongly: The edition shows no figures, the person is not among those who sign this
            review, or has signed this edition already.
        DeclarationFaulty: The name or the note is none.
    """
    from helpers.config.declarations import declare

    where = f"{edition.review}/{edition.period}/r{edition.number}"
    figures = read_figures(paths.site / edition.folder / FIGURES)
    if not list(_signed_ones(figures)):
        fault = Fault(where, "holds no figure that could be signed", "publish the period again")
        raise AskedWrongly(fault)
    content = {
        "review": edition.review,
        "period": edition.period,
        "edition": edition.number,
        "name": by,
        "signed_on": today_in(workspace),
        "figures": fingerprint(figures),
        "note": note,
    }
    one = declare(content, SignOff, "review sign")
    signers = workspace.signing.get(edition.review, ())
    if signers and not any(signer.may_sign(one.name) for signer in signers):
        known = "; ".join(f"{s.role.en}: {', '.join(s.names)}" for s in signers)
        fault = Fault("--by", f"{one.name!r} does not sign {edition.review}", f"who does: {known}")
        raise AskedWrongly(fault)
    for known_one in sign_offs_of(paths, workspace, edition.review, edition.span):
        if known_one.edition == one.edition and same_name(known_one.name, one.name):
            what = f"{one.name} has signed it already, on {write_date(known_one.signed_on, 'en')}"
            raise AskedWrongly(Fault(where, what, "publish the period to make it final"))
    return write_sign_off(paths, workspace, one)


def fingerprint(figures: Iterable[Figure]) -> str:
    """Give a short name for the figures that are signed, in whatever order they come."""
    told = sorted((*one.key, _digits(one.value)) for one in _signed_ones(figures))
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:20]


def count_changes(before: Iterable[Figure], now: Iterable[Figure]) -> int:
    """Count the signed figures that came, went or have another value."""
    old, new = ({one.key: one.value for one in _signed_ones(each)} for each in (before, now))
    moved = sum(not is_same(old[key], new[key]) for key in old.keys() & new.keys())
    return moved + len(old.keys() ^ new.keys())


def _changes(one: SignOff, now: Sequence[Figure] | None, site: Path) -> int | None:
    """Count what has changed since a sign-off; None where only that much is known."""
    if now is None:
        return 0
    seen = read_figures(site / one.review / one.period / f"r{one.edition}" / FIGURES)
    # Figures of another fingerprint are not those that were signed, whatever their folder says.
    if seen and fingerprint(seen) == one.figures:
        return count_changes(seen, now)
    return 0 if fingerprint(now) == one.figures else None


def _signed_ones(figures: Iterable[Figure]) -> Iterable[Figure]:
    return (one for one in figures if not one.page.startswith(f"{LINEAGE_FILE}#"))


def _digits(value: float | None) -> str:
    return "" if value is None else f"{value:.9g}"


def _again(signer: Signer | None, one: SignOff, changes: int | None) -> Label:
    who = _who(signer) if signer else Label(en=one.name, zh=one.name)
    word = {None: "again", 1: "again_one"}.get(changes, "again_counted")
    return _worded(word, who=who, name=one.name, day=_date(one), count=str(changes))


def _who(signer: Signer | None) -> Label:
    if signer is None:
        return SIGNING["anyone"]
    names = Label(en=" or ".join(signer.names), zh="或".join(signer.names))
    return _worded("who", role=signer.role, names=names)


def _worded(word: str, **parts: Label | str) -> Label:
    told = {
        language: SIGNING[word]
        .text(language)
        .format(
            **{
                name: part if isinstance(part, str) else part.text(language)
                for name, part in parts.items()
            }
        )
        for language in LANGUAGES
    }
    return Label(en=told["en"], zh=told["zh"])


def _date(one: SignOff) -> Label:
    return Label(en=write_date(one.signed_on, "en"), zh=write_date(one.signed_on, "zh"))
