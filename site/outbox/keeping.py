"""What is kept of an address and of the mail to it."""

from django.db import transaction

from outbox.addresses import key_of
from outbox.models import Address, MailState, StopReason

_KEPT_STOPPED = (StopReason.COMPLAINED, StopReason.STAFF)
"""Who wants no mail from here must not get any because that was forgotten."""


def export_address(email: str) -> list[dict]:
    """Return what is known of an address, and what was written to it lately, as plain values."""
    return [
        {
            "email": address.email,
            "known_since": address.created_at.isoformat(),
            "proven": address.proven_at and address.proven_at.isoformat(),
            "bounces": address.bounces,
            "stopped": address.stopped_at and address.stopped_at.isoformat(),
            "why_stopped": address.stop_reason,
            "mails": [
                {"subject": subject, "written": written.isoformat(), "state": state}
                for subject, written, state in address.mails.order_by("pk").values_list(
                    "subject", "created_at", "state"
                )
            ],
        }
        for address in Address.objects.filter(key=key_of(email))
    ]


@transaction.atomic
def erase_address(email: str) -> int:
    """Erase an address and the mail to it; return how many things that were.

    What is about to leave still leaves, as the news of a seat given up; the address is then
    forgotten with it (`outbox.purging`). That nothing is to be sent there stays known.
    """
    address = Address.objects.select_for_update().filter(key=key_of(email)).first()
    if address is None:
        return 0
    count, _by_model = address.mails.exclude(state=MailState.WAITING).delete()
    if address.stop_reason in _KEPT_STOPPED or address.mails.exists():
        address.proven_at = address.bounced_at = None
        address.bounces, address.answer = 0, ""
        address.save(update_fields=["proven_at", "bounced_at", "bounces", "answer"])
        return count
    address.delete()
    return count + 1
