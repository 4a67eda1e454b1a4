"""Preliminary or final: what the data allow, what people have signed, and what is still awaited.

Final means: nothing lacks (or a person has admitted that it will not come), nothing may change
any more (or whoever publishes says that it may stand), and those who must have signed these very
figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from helpers.publish.signing import Signatures
from helpers.tables.completeness import Readiness
from helpers.vocabulary.faults import AskedWrongly, Fault
from helpers.vocabulary.labels import LANGUAGES, Label, Language
from helpers.vocabulary.wording import write_date

Status = Literal["preliminary", "final"]

_INGEST = (
    "ingest the rest, or publish it with --status preliminary; what will not come is admitted "
    "with review waive, a closed store needs its closed_on"
)
_SIGN = (
    "publish it with --status preliminary, have that edition signed with review sign, and "
    "publish again"
)
_MEND = "mend it, or publish with --status preliminary"


@dataclass(frozen=True)
class Standing:
    """Where an edition stands between preliminary and final.

    Attributes:
        status: What it is called.
        data: What it awaits of data, in one line; None where that is nothing.
        unsigned: Whose signatures it awaits.
        amiss: What else no final edition may have.
        signed: Who signed a final one.
        admitted: What it does without, because somebody says that it will not come.
    """

    status: Status
    data: Label | None = None
    unsigned: tuple[Label, ...] = ()
    amiss: tuple[Label, ...] = ()
    signed: tuple[Label, ...] = ()
    admitted: tuple[Label, ...] = ()

    @property
    def awaiting(self) -> tuple[Label, ...]:
        """Everything that is awaited; nothing where the edition is final."""
        return (*((self.data,) if self.data else ()), *self.unsigned, *self.amiss)

    @property
    def only_unsigned(self) -> bool:
        """Tell whether signatures are all that is awaited."""
        return bool(self.unsigned) and self.awaiting == self.unsigned


def decide(
    review: str,
    ready: Readiness,
    last_day: date,
    asked: Status | None,
    signatures: Signatures,
    amiss: Sequence[Label] = (),
) -> Standing:
    """Choose an edition's status, and say what a preliminary one awaits.

    What merely settles may be called final by whoever publishes; what lacks, what is unsigned and
    what is amiss may not.

    Args:
        review: Its id.
        ready: The period's data, with what was waived left out.
        last_day: Up to when there are sales.
        asked: The status asked for, or None for the best that may be.
        signatures: Whose hold for these figures, and whose are awaited.
        amiss: What else no final edition may have: a comment that is withheld, a page that is
            not up to date.

    Raises:
        AskedWrongly: The period lacks data and was not asked for as preliminary, or was asked
            for as final and is not; carries everything that is missing.
    """
    where = f"{review} {ready.period}"
    faults = []
    if asked != "preliminary":
        # The last days may be among what was admitted.
        if last_day < ready.period.end and not (ready.complete and ready.admitted):
            day = write_date(last_day, "en")
            what = f"the period is not complete, the data end on {day}"
            faults.append(Fault(where, what, _INGEST))
        elif not ready.complete:
            what = f"the period is not complete, it lacks {ready.lacks('en')}"
            faults.append(Fault(where, what, _INGEST))
    if asked == "final":
        faults += [Fault(where, f"is not final without {one.en}", _SIGN) for one in
                   signatures.awaited]  # fmt: skip
        faults += [Fault(where, f"is not final without {one.en}", _MEND) for one in amiss]
    if faults:
        raise AskedWrongly(faults)
    lines = {language: ready.awaiting(language) for language in LANGUAGES}
    data = Label(en=lines["en"], zh=lines["zh"]) if ready.missing else None
    if asked == "final" or not (asked or data or signatures.awaited or amiss):
        signed = tuple(one.told for one in signatures.given)
        return Standing("final", signed=signed, admitted=ready.admitted)
    return Standing("preliminary", data, signatures.awaited, tuple(amiss), admitted=ready.admitted)


def in_lines(labels: Sequence[Label]) -> dict[Language, str]:
    """Write things in one line for each language; no line where there is nothing."""
    if not labels:
        return {}
    return {
        language: ("；" if language == "zh" else "; ").join(one.text(language) for one in labels)
        for language in LANGUAGES
    }
