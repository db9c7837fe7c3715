"""Events in the admin."""

from collections.abc import Iterator

from django.contrib.auth.models import AbstractBaseUser
from django.templatetags.static import static
from django.urls import include, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets.button import Button
from wagtail.models import Page
from wagtail.snippets.models import register_snippet

from events.admin.guards import keep_any_awaited, keep_if_awaited
from events.admin.listings import EventListingViewSet, KindViewSet, SeriesViewSet
from events.models import EventPage
from events.rights import may_organise

FIRST_SCREEN = 59
"""Where our screens begin among Wagtail's own entries of a page's menu."""


@hooks.register("register_admin_urls")
def event_admin_urls() -> list:
    return [path("events/", include("events.admin.urls"))]


@hooks.register("insert_global_admin_css")
def event_admin_css() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin-events.css"))


@hooks.register("register_page_header_buttons")
def registrations_of_event(
    page: Page, user: AbstractBaseUser, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    if isinstance(page, EventPage) and page.pk and may_organise(user, page):
        yield Button(
            _("Registrations"),
            reverse("event_desk:desk", args=[page.pk]),
            icon_name="group",
            priority=FIRST_SCREEN,
        )


@hooks.register("register_page_listing_buttons")
def registrations_in_listing(
    page: Page, user: AbstractBaseUser, next_url: str | None = None
) -> Iterator[Button]:
    if isinstance(page, EventPage) and may_organise(user, page):
        yield Button(
            _("Registrations"),
            reverse("event_desk:desk", args=[page.pk]),
            priority=15,
        )


@hooks.register("register_log_actions")
def registration_actions(actions) -> None:
    """Name, in an event's history, what was done to its registrations; nobody is named there."""
    for name, label, message in (
        ("add", _("Register somebody"), _("Registered somebody by hand")),
        ("cancel", _("Cancel a registration"), _("Cancelled a registration")),
        ("promote", _("Give a seat"), _("Gave somebody who waited a seat out of turn")),
        ("correct", _("Correct a registration"), _("Corrected a registration")),
        ("attend", _("Note attendance"), _("Noted who was there")),
        ("seats", _("Change the seats"), _("Changed the number of seats")),
        ("mail", _("Mail to registered"), _("Wrote to who is registered")),
        ("copy", _("Copy the event"), _("Copied the event for another date")),
        ("export", _("Export registrations"), _("Exported the registrations")),
    ):
        actions.register_action(f"events.registrations.{name}", label, message)


@hooks.register("register_page_header_buttons")
def series_of_event(
    page: Page, user: AbstractBaseUser, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    if isinstance(page, EventPage) and page.pk and may_organise(user, page):
        begins = page.series_id is None
        label = _("Repeat this event") if begins else _("Give these words to all coming dates")
        name = "event_desk:repeat" if begins else "event_desk:words"
        yield Button(
            label, reverse(name, args=[page.pk]), icon_name="rotate", priority=FIRST_SCREEN
        )


@hooks.register("register_admin_viewset")
def event_listing() -> EventListingViewSet:
    return EventListingViewSet("events", url_prefix="events")


register_snippet(KindViewSet)
register_snippet(SeriesViewSet)
hooks.register("before_delete_page", keep_if_awaited)
hooks.register("before_unpublish_page", keep_if_awaited)
hooks.register("before_bulk_action", keep_any_awaited)
