"""Holding back who sends too much. Tallies lie in the database: every process sees the same."""

import datetime
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core.models import Tally


def allows(deed: str, who: str, most: int, per: datetime.timedelta) -> bool:
    """Count a deed and say whether that was not too often, within whole stretches of time."""
    length = per.total_seconds()
    begins = timezone.now().timestamp() // length * length
    begins_at = datetime.datetime.fromtimestamp(begins, datetime.UTC)
    key = salted_hmac(f"core.throttling.{deed}", who, algorithm="sha256").hexdigest()
    with transaction.atomic():
        tally, _made = Tally.objects.get_or_create(
            key=key, begins_at=begins_at, defaults={"ends_at": begins_at + per}
        )
        Tally.objects.filter(pk=tally.pk).update(count=F("count") + 1)
        tally.refresh_from_db(fields=["count"])
    return tally.count <= most


def ip_of(request: HttpRequest) -> str:
    """Return the address a request comes from; blank where that is none.

    X-Forwarded-For is read from its end, and only as far as TRUSTED_PROXIES have written it.
    """
    forwarded = request.headers.get("X-Forwarded-For", "")
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    client = request.META.get("REMOTE_ADDR", "")
    while hops and _is_trusted(client):
        client = hops.pop()
    try:
        address = ip_address(client)
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def client_of(request: HttpRequest) -> str:
    """Return whom a request comes from: an address, of IPv6 the network of a household (/64)."""
    client = ip_of(request)
    is_network = ":" in client
    return str(ip_network(f"{client}/64", strict=False)) if is_network else client


def forget_tallies() -> None:
    Tally.objects.filter(ends_at__lt=timezone.now()).delete()


def _is_trusted(client: str) -> bool:
    try:
        address = ip_address(client)
    except ValueError:
        return False
    return any(address in ip_network(network) for network in settings.TRUSTED_PROXIES)
