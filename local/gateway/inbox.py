"""Where the mails and texts of the local stack land: the last hundred of them, in memory."""

from collections import deque

from local.gateway.messages import Message

_messages: deque[Message] = deque(maxlen=100)


def deliver(message: Message) -> None:
    """Put a message into the inbox."""
    _messages.appendleft(message)


def messages() -> list[Message]:
    """All messages, the newest first."""
    return list(_messages)


def empty() -> None:
    """Throw all messages away."""
    _messages.clear()
