"""Where the mails and texts of the local stack land: the last hundred of them, in memory."""

import time
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

from local.gateway.messages import Message


@dataclass(frozen=True)
class Received:
    """A message and when it came, in seconds since 1970."""

    at: float
    message: Message


_messages: deque[Received] = deque(maxlen=100)


def deliver(message: Message) -> None:
    """Put a message into the inbox."""
    _messages.appendleft(Received(time.time(), message))


def messages() -> list[Received]:
    """All messages, the newest first."""
    return list(_messages)


def as_json() -> list[dict[str, Any]]:
    """The same for programs: each message's fields, and `at`."""
    return [{"at": one.at, **asdict(one.message)} for one in _messages]


def empty() -> None:
    """Throw all messages away."""
    _messages.clear()
