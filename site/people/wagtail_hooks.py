from django.utils.translation import gettext_lazy as _
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from people.models import Library, Person, Team


class PersonViewSet(SnippetViewSet):
    model = Person
    icon = "user"
    menu_label = _("Persons")
    list_display = ["name", "role", "team"]
    list_filter = ["team"]


class TeamViewSet(SnippetViewSet):
    model = Team
    icon = "group"
    menu_label = _("Teams")
    list_display = ["name", "blurb"]


class LibraryViewSet(SnippetViewSet):
    model = Library
    icon = "home"
    menu_label = _("Libraries")
    list_display = ["name", "town", "region", "type"]
    list_filter = ["region", "type"]
    list_per_page = 50


@register_snippet
class PeopleViewSetGroup(SnippetViewSetGroup):
    items = (PersonViewSet, TeamViewSet, LibraryViewSet)
    menu_label = _("People")
    menu_icon = "group"
    menu_order = 150
