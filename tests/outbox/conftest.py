"""A mail server, and a message to send."""

from collections.abc import Callable, Iterator

import pytest

from outbox.messages import Message, messages
from outbox.models import Mail
from tests.outbox.smtp_server import Behaviour, serving


@pytest.fixture
def mail_server(settings) -> Iterator[Behaviour]:
    """A server that the site sends by."""
    behaviour = Behaviour()
    with serving(behaviour) as port:
        settings.MAIL_TRANSPORT = "outbox.transports.SMTPTransport"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_TIMEOUT = 5
        yield behaviour


@pytest.fixture
def offer(monkeypatch) -> Callable[[Message], Message]:
    """A function that lets the site know one more kind of message, for this test."""

    def offer_one(message: Message) -> Message:
        monkeypatch.setattr(messages, "_offered", [*messages, message])
        return message

    return offer_one


@pytest.fixture
def states() -> Callable[[], dict[str, str]]:
    """A function that returns the state of the newest mail to each address."""
    return lambda: dict(Mail.objects.order_by("pk").values_list("address__email", "state"))
