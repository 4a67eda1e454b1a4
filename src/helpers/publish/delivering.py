"""How a message leaves this machine: through apprise, bounded in time, its secrets unseen."""

from __future__ import annotations

from helpers.config.notices import Receiver
from helpers.publish.messages import Message


def send(receiver: Receiver, message: Message) -> str:
    """Send one message; give what went wrong, and an empty text where nothing did."""
    return "cannot be sent yet"
