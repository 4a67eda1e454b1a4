"""What a message says: subject, plain text and HTML, from the announcement and its edition.

Everything in it is text: product titles and failures are hostile, so HTML is made by the escaping
templates, and whatever is not e-mail gets plain text and no markup at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from helpers.config.notices import Receiver
from helpers.config.secrets import hidden
from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.publish.editions import Edition, summary_of
from helpers.publish.holdings import RECORD
from helpers.publish.notices.announcing import Announcement
from helpers.publish.words import FRAME, HTML_LANGUAGE, STATUSES
from helpers.vocabulary.labels import LANGUAGES, Language
from helpers.vocabulary.wording import write_date

#: A subject line that a phone shows, and no mail server cuts.
_LONGEST_SUBJECT = 200
_LONGEST_LINE = 600


@dataclass(frozen=True)
class Message:
    """A message as it is sent; ``html`` is for e-mail, ``text`` for everything else."""

    subject: str
    text: str
    html: str


def message_of(
    announcement: Announcement, workspace: Workspace, paths: WorkspacePaths, receiver: Receiver
) -> Message:
    """Write an announcement for one receiver, in its language or in those of the workspace."""
    from helpers.publish.templates import render

    languages = [receiver.language] if receiver.language else _spoken(workspace)
    edition = _edition_of(paths, announcement)
    blocks = [
        _block(announcement, workspace, paths, receiver, edition, language)
        for language in languages
    ]
    company = workspace.company.text(languages[0])
    labels = dict.fromkeys(announcement.label.text(language) for language in languages)
    colon = "：" if languages[0] == "zh" else ": "
    subject = _line(f"{company}{colon}{' / '.join(labels)}", _LONGEST_SUBJECT)
    text = "\n\n".join(_as_text(block) for block in blocks)
    html = render("notice.html", {"subject": subject, "blocks": blocks})
    return Message(hidden(subject), hidden(text), hidden(html))


def _spoken(workspace: Workspace) -> list[Language]:
    return [one for one in LANGUAGES if one in workspace.languages]


def _edition_of(paths: WorkspacePaths, announcement: Announcement) -> Edition | None:
    """Read the edition's own record; one that is gone leaves the announcement's words."""
    if not announcement.edition:
        return None
    try:
        text = (paths.site / announcement.edition / RECORD).read_text(encoding="utf-8")
        return Edition.model_validate_json(text)
    except (OSError, ValueError):
        return None


def _block(
    announcement: Announcement,
    workspace: Workspace,
    paths: WorkspacePaths,
    receiver: Receiver,
    edition: Edition | None,
    language: Language,
) -> dict[str, Any]:
    """Lay out one language of a message."""
    # An edition in one language only is told of, and led to, in that one.
    spoken = language if edition is None or language in edition.languages else edition.languages[0]
    parts = [_part("", [one.text(language) for one in announcement.detail])]
    facts, banner = "", ""
    if edition is not None and announcement.kind in ("published", "restated"):
        summary = summary_of(paths.site / announcement.edition).get(spoken)
        facts = _facts(edition, language)
        if edition.status == "preliminary":
            what = edition.awaiting.get(spoken)
            banner = (
                FRAME["awaiting_banner"].text(language).format(what=what)
                if what
                else FRAME["preliminary_banner"].text(language)
            )
        if summary is not None:
            parts += [
                _part(FRAME["did_we"].text(language), summary.sentences),
                _part(FRAME["what_now"].text(language), summary.actions),
            ]
    where, href = _link(announcement, receiver, paths, edition, spoken)
    return {
        "html_language": HTML_LANGUAGE[language],
        "company": workspace.company.text(language),
        "label": _line(announcement.label.text(language)),
        "facts": facts,
        "banner": banner,
        "parts": [one for one in parts if one["lines"]],
        "open": FRAME["open_review"].text(language),
        "where": where,
        "href": href,
    }


def _part(heading: str, lines: Iterable[str]) -> dict[str, Any]:
    return {"heading": heading, "lines": [_line(one) for one in lines]}


def _line(text: str, longest: int = _LONGEST_LINE) -> str:
    """Keep a text to one printable line: what it holds may be made to look like another."""
    seen = "".join(sign if sign.isprintable() else " " for sign in text)
    seen = " ".join(seen.split())
    return seen if len(seen) <= longest else f"{seen[: longest - 1]}…"


def _facts(edition: Edition, language: Language) -> str:
    dot = " · "
    facts = [STATUSES[edition.status].text(language)]
    facts.append(FRAME["edition"].text(language).format(number=edition.number))
    if edition.data_through:
        day = write_date(edition.data_through, language)
        facts.append(FRAME["data_through"].text(language).format(day=day))
    return dot.join(facts)


def _link(
    announcement: Announcement,
    receiver: Receiver,
    paths: WorkspacePaths,
    edition: Edition | None,
    language: Language,
) -> tuple[str, str]:
    """Say where to read on, as written and as a link."""
    below = announcement.link.format(language=language) if announcement.link else ""
    if not below and edition is not None:
        below = edition.home(language)
    if not below:
        return "", ""
    start = receiver.link or str(paths.site)
    if "://" in start:
        address = f"{start.rstrip('/')}/{quote(below, safe='/#')}"
        return address, address
    where = f"{start.rstrip('/' + chr(92))}/{below}"
    if Path(start).is_absolute():
        return where, Path(where).as_uri()
    return where, f"file:///{quote(where.replace(chr(92), '/').lstrip('/'), safe='/:#')}"


def _as_text(block: dict[str, Any]) -> str:
    """Write one language as plain text, for those who read no HTML and for chats."""
    lines = [block["label"], block["facts"], block["banner"]]
    for part in block["parts"]:
        lines += ["", part["heading"]] if part["heading"] else [""]
        lines += [f"- {line}" for line in part["lines"]]
    lines += ["", block["where"]] if block["where"] else []
    kept = [line for place, line in enumerate(lines) if line or place > 2]
    return "\n".join(kept).strip()
