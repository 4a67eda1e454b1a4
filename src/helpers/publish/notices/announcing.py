"""Tell people what happened: at least once, and not once more than needed.

An announcement is written into the outbox (``runs/notices.json``) for everybody who asked for its
kind, then delivered. What was delivered is kept there, so that nobody is told of one edition
twice; what could not be delivered is tried again by the next run, a few times. Killed between
sending and noting, one receiver gets one message twice. Nothing here ever fails a publication.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from helpers.config.notices import Event, Receiver
from helpers.config.secrets import hidden
from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.vocabulary.faults import Fault, ReviewError
from helpers.vocabulary.labels import Declared, Label

if TYPE_CHECKING:
    from pathlib import Path

OUTBOX = "notices.json"
#: A delivery is tried so often and for so long, each time after a pause twice as long: a server
#: that is down for a night costs no message, and no run waits for it every few minutes.
MOST_TRIES = 12
TRIED_FOR = timedelta(days=7)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=12)
#: Longer than any edition is announced anew.
KEPT_FOR = timedelta(days=400)
#: Seconds to wait for another process that writes the outbox; it takes milliseconds.
_PATIENCE = 10

_log = logging.getLogger("helpers.notices")


class Announcement(Declared):
    """One thing that happened, said in both languages."""

    kind: Event
    review: str
    period: str
    #: Such as ``monthly/2025-10/r2``; empty where there is none.
    edition: str = ""
    #: What happened, in a line: the subject.
    label: Label
    #: The rest, sentence by sentence.
    detail: tuple[Label, ...] = ()
    #: Where to read on, below the site, with ``{language}`` for the reader's; or an address.
    link: str = ""

    def key(self, today: date) -> str:
        """Fingerprint what must not be told twice.

        An edition is announced once. What has no edition is said once a day; a failed page and a
        target at risk are new whenever their words are.
        """
        parts = [self.kind, self.review, self.period]
        if self.kind == "target_at_risk":
            parts += [one.en for one in self.detail]
        elif self.kind == "data_late" or not self.edition:
            parts.append(today.isoformat())
        else:
            parts.append(self.edition)
        if self.kind == "page_failed":
            parts += [self.label.en, *(one.en for one in self.detail)]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


class Delivery(Declared):
    """What became of one announcement to one receiver."""

    receiver: str
    announcement: Announcement
    outcome: Literal["delivered", "to be tried again", "given up", "would be sent", "told already"]
    trouble: str = ""

    @property
    def fault(self) -> Fault:
        """Say in the voice of faults what could not be delivered."""
        way_out = {
            "given up": "mend the receiver; this message is lost, `review notices --test` tries it",
        }.get(self.outcome, "the next run tries again; `review notices --test` tries the receiver")
        where = f"notices: {self.receiver}"
        return Fault(where, f"{self.announcement.kind} not delivered ({self.trouble})", way_out)


def announce(
    workspace: Workspace,
    paths: WorkspacePaths,
    announcements: Iterable[Announcement] = (),
    dry_run: bool = False,
    now: datetime | None = None,
    at_once: bool = False,
) -> tuple[Delivery, ...]:
    """Tell every receiver what it asked for, and what an earlier run could not deliver.

    Whatever goes wrong is logged and told on stderr; nothing is raised.

    Args:
        workspace: Its ``notices`` say who is told what.
        paths: Where the outbox and the editions are.
        announcements: What happened now; none, to try again only.
        dry_run: Say what would be sent, and send, note and open nothing.
        now: The time, for tests.
        at_once: Try again what failed a moment ago, too: somebody waits for it.

    Returns:
        What became of each message, in the order in which they were to be sent.
    """
    if not workspace.notices:
        return ()
    now = now or datetime.now(UTC)
    try:
        wanted = _wanted(workspace.notices, announcements)
        if dry_run:
            return _as_would_be(paths, wanted, now)
        return _deliver_all(workspace, paths, wanted, now, at_once)
    except Exception as trouble:  # noqa: BLE001 - no message is worth a publication
        said = str(trouble) if isinstance(trouble, ReviewError) else type(trouble).__name__
        _tell(Fault("notices", f"could not be sent ({hidden(said)})", "the next run tries again"))
        return ()


def _wanted(
    receivers: Sequence[Receiver], announcements: Iterable[Announcement]
) -> list[tuple[Receiver, Announcement]]:
    return [
        (receiver, one)
        for one in announcements
        for receiver in receivers
        if receiver.wants(one.kind, one.review)
    ]


def _as_would_be(
    paths: WorkspacePaths, wanted: Sequence[tuple[Receiver, Announcement]], now: datetime
) -> tuple[Delivery, ...]:
    known = _Outbox(paths.runs / OUTBOX).read()
    return tuple(
        Delivery(
            receiver=receiver.name,
            announcement=one,
            outcome="told already"
            if f"{receiver.name} {one.key(now.date())}" in known
            else "would be sent",
        )
        for receiver, one in wanted
    )


def _deliver_all(
    workspace: Workspace,
    paths: WorkspacePaths,
    wanted: Sequence[tuple[Receiver, Announcement]],
    now: datetime,
    at_once: bool,
) -> tuple[Delivery, ...]:
    from filelock import FileLock, Timeout

    outbox = _Outbox(paths.runs / OUTBOX)
    if not wanted and not outbox.path.is_file():
        return ()
    outbox.path.parent.mkdir(parents=True, exist_ok=True)
    outbox.put(wanted, now)
    receivers = {one.name: one for one in workspace.notices}
    done: list[Delivery] = []
    try:
        # One process delivers at a time. What others put in meanwhile waits for the next run.
        with FileLock(outbox.path.with_name(".notices-sending.lock"), timeout=0):
            for key, held in outbox.pending(receivers, None if at_once else now):
                done.append(_deliver(workspace, paths, receivers, outbox, key, held, now))
    except Timeout:
        _log.info("another process is sending")
    return tuple(done)


def _deliver(
    workspace: Workspace,
    paths: WorkspacePaths,
    receivers: dict[str, Receiver],
    outbox: _Outbox,
    key: str,
    held: dict[str, Any],
    now: datetime,
) -> Delivery:
    from helpers.publish.notices.delivering import send
    from helpers.publish.notices.messages import message_of

    announcement = Announcement.model_validate(held["announcement"])
    receiver = receivers[held["receiver"]]
    try:
        message = message_of(announcement, workspace, paths, receiver)
        trouble = send(receiver, message)
    except Exception as error:  # noqa: BLE001 - one receiver's trouble is not the next one's
        said = str(error) if isinstance(error, ReviewError) else type(error).__name__
        trouble = said.removesuffix(".")
    trouble = hidden(" ".join(trouble.split()))
    outcome = outbox.note(key, trouble, now)
    delivery = Delivery(
        receiver=receiver.name, announcement=announcement, outcome=outcome, trouble=trouble
    )
    if trouble:
        _tell(delivery.fault)
    else:
        _log.info("%s told of %s %s", receiver.name, announcement.kind, announcement.edition)
    return delivery


def _tell(fault: Fault) -> None:
    """Log a fault, and say it where cron's mail or a person finds it."""
    said = hidden(str(fault))
    _log.info(said)
    print(said, file=sys.stderr)


def _pauses(held: dict[str, Any], now: datetime) -> bool:
    """Tell whether it is too early to try again; a clock set back makes nobody wait."""
    if not held["tries"]:
        return False
    pause = min(FIRST_PAUSE * 2 ** (held["tries"] - 1), LONGEST_PAUSE)
    return timedelta(0) <= now - datetime.fromisoformat(held["tried"]) < pause


class _Outbox:
    """``notices.json``: by receiver and announcement, what is to be sent and what was."""

    def __init__(self, path: Path):
        self.path = path

    def read(self) -> dict[str, dict[str, Any]]:
        """Give what is held; an unreadable outbox is an empty one, and costs a repeat at most."""
        with suppress(OSError, ValueError):
            found = json.loads(self.path.read_text(encoding="utf-8"))
            if isinstance(found, dict):
                return found
        return {}

    def put(self, wanted: Sequence[tuple[Receiver, Announcement]], now: datetime) -> None:
        """Add what is not there yet, and forget what is very old."""

        def change(held: dict[str, dict[str, Any]]) -> None:
            oldest = (now - KEPT_FOR).isoformat()
            for key in [key for key, one in held.items() if one["since"] < oldest]:
                del held[key]
            for receiver, one in wanted:
                held.setdefault(
                    f"{receiver.name} {one.key(now.date())}",
                    {
                        "receiver": receiver.name,
                        "since": now.isoformat(timespec="seconds"),
                        "state": "pending",
                        "tries": 0,
                        "announcement": one.model_dump(mode="json"),
                    },
                )

        self._change(change)

    def pending(
        self, receivers: Iterable[str], now: datetime | None
    ) -> list[tuple[str, dict[str, Any]]]:
        """List what is to be sent; a receiver that is declared no more is not waited for.

        Args:
            receivers: Names of those that are declared.
            now: Leaves out what is in a pause after a failure; None leaves out nothing.
        """
        known = set(receivers)
        return [
            (key, one)
            for key, one in self.read().items()
            if one["state"] == "pending"
            and one["receiver"] in known
            and (now is None or not _pauses(one, now))
        ]

    def note(
        self, key: str, trouble: str, now: datetime
    ) -> Literal["delivered", "to be tried again", "given up"]:
        """Write down what became of one message, before the next one is sent."""
        outcome: list[Literal["delivered", "to be tried again", "given up"]] = []

        def change(held: dict[str, dict[str, Any]]) -> None:
            one = held[key]
            one["tries"] += 1
            one["tried"] = now.isoformat(timespec="seconds")
            is_old = now - datetime.fromisoformat(one["since"]) > TRIED_FOR
            if not trouble:
                one["state"] = "delivered"
                outcome.append("delivered")
            elif one["tries"] >= MOST_TRIES or is_old:
                one["state"] = "given up"
                outcome.append("given up")
            else:
                outcome.append("to be tried again")
            if one["state"] != "pending":
                # Who was told is worth keeping; what was said is in the edition.
                one["announcement"] = {
                    name: one["announcement"][name]
                    for name in ("kind", "review", "period", "edition")
                }
            one["trouble"] = trouble

        self._change(change)
        return outcome[0]

    def _change(self, change: Any) -> None:
        from filelock import FileLock

        from helpers.config.swap import write_whole

        with FileLock(self.path.with_name(".notices.lock"), timeout=_PATIENCE):
            held = self.read()
            change(held)
            write_whole(self.path, json.dumps(held, ensure_ascii=False, indent=1) + "\n")
