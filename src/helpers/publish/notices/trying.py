"""For whoever sets notices up: what would be sent to whom, and does it arrive?"""

from __future__ import annotations

from dataclasses import dataclass

from helpers.config.notices import Receiver
from helpers.config.secrets import hidden
from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.publish.editions import Edition, editions_of, leading
from helpers.publish.notices.announcing import announce
from helpers.publish.notices.delivering import send, shown_address
from helpers.publish.notices.messages import Message, message_of
from helpers.publish.notices.occasions import of_edition, of_test
from helpers.vocabulary.faults import AskedWrongly, Fault, ReviewError


@dataclass(frozen=True)
class Draft:
    """A message that would be sent, and where to; no secret is in it."""

    receiver: str
    address: str
    kind: str
    message: Message
    #: It was sent before, and would not be sent again.
    is_told: bool


def drafts(workspace: Workspace, paths: WorkspacePaths, edition: str = "") -> list[Draft]:
    """Write every message that the publication of an edition sends, and send none.

    Args:
        workspace: Its ``notices`` say who is told.
        paths: Where the editions are.
        edition: Such as ``monthly/2025-10/r2``; the one that the home page is about by default.

    Raises:
        AskedWrongly: There is no such edition, or nobody to tell.
    """
    receivers = {one.name: one for one in _receivers(workspace)}
    deliveries = announce(
        workspace, paths, of_edition(paths.site, _edition(paths, edition)), dry_run=True
    )
    return [
        Draft(
            receiver=one.receiver,
            address=hidden(shown_address(receivers[one.receiver])),
            kind=one.announcement.kind,
            message=message_of(one.announcement, workspace, paths, receivers[one.receiver]),
            is_told=one.outcome == "told already",
        )
        for one in deliveries
    ]


def try_receivers(workspace: Workspace, paths: WorkspacePaths) -> list[tuple[str, Fault | None]]:
    """Send every receiver a message that says nothing but that it arrived.

    Returns:
        Name of each receiver, with what went wrong if anything did.

    Raises:
        AskedWrongly: Nobody is to be told anything.
    """
    found: list[tuple[str, Fault | None]] = []
    for receiver in _receivers(workspace):
        try:
            trouble = send(receiver, message_of(of_test(""), workspace, paths, receiver))
        except ReviewError as error:
            trouble = str(error)
        where = f"notices: {receiver.name}"
        way_out = "check the address, the secret and the network"
        fault = Fault(where, f"not delivered ({hidden(trouble)})", way_out) if trouble else None
        found.append((receiver.name, fault))
    return found


def _receivers(workspace: Workspace) -> tuple[Receiver, ...]:
    if not workspace.notices:
        way_out = "list receivers under `notices:`; see docs/running-unattended.md"
        raise AskedWrongly(Fault("workspace.yml", "declares nobody to be told", way_out))
    return workspace.notices


def _edition(paths: WorkspacePaths, name: str) -> Edition:
    known = editions_of(paths.site)
    if not known:
        fault = Fault(str(paths.site), "nothing was published yet", "run `review publish` first")
        raise AskedWrongly(fault)
    if not name:
        return leading(known)
    found = [one for one in known if name in (one.folder, f"{one.review}/{one.period}")]
    if not found:
        way_out = f"known: {', '.join(one.folder for one in known[-8:])}"
        raise AskedWrongly(Fault(name, "is no edition", way_out))
    return found[-1]
