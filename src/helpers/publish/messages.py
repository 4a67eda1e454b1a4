"""What a message says: subject, plain text and HTML, from the announcement and its edition."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.config.notices import Receiver
from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.publish.announcing import Announcement
from helpers.vocabulary.labels import LANGUAGES


@dataclass(frozen=True)
class Message:
    """A message as it is sent; ``html`` is for e-mail, ``text`` for everything else."""

    subject: str
    text: str
    html: str


def message_of(
    announcement: Announcement, workspace: Workspace, paths: WorkspacePaths, receiver: Receiver
) -> Message:
    """Write an announcement for one receiver."""
    languages = [receiver.language] if receiver.language else list(LANGUAGES)
    subject = " / ".join(announcement.label.text(one) for one in languages)
    text = "\n".join(line.text(one) for one in languages for line in announcement.detail)
    return Message(" ".join(subject.split()), text, "")
