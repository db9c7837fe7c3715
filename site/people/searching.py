"""What the search asks of people: the names of hosts, and where to ask the team."""

from django.http import HttpRequest

from people.models import ContactPage, Person


def names_of_hosts() -> dict[str, str]:
    """Return the names of all persons, by their slugs."""
    return dict(Person.objects.order_by().values_list("slug", "name"))


def contact_address(request: HttpRequest) -> str:
    """Return where readers ask the team; blank where they cannot."""
    contact = ContactPage.objects.published().sole()
    return (contact.get_url(request) or "") if contact else ""
