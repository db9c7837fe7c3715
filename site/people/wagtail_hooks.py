"""People in the admin: persons, teams, subjects, libraries."""

from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from people.admin import libraries
from people.models import Person, Subject, Team


class PersonViewSet(SnippetViewSet):
    model = Person
    icon = "user"
    menu_label = _("Persons")
    list_display = [
        "name",
        "role",
        "team",
        BooleanColumn(
            "email", label=_("Can be written to"), accessor=lambda person: bool(person.email)
        ),
    ]
    list_filter = ["team", "answers", "mentors_in"]
    list_per_page = 50


class TeamViewSet(SnippetViewSet):
    model = Team
    icon = "group"
    menu_label = _("Teams")
    list_display = ["name", "blurb"]


class SubjectViewSet(SnippetViewSet):
    model = Subject
    icon = "tag"
    menu_label = _("Subjects")
    list_display = ["name", "blurb", "sort_order"]
    ordering = ["sort_order", "name"]


@register_snippet
class PeopleViewSetGroup(SnippetViewSetGroup):
    items = (PersonViewSet, TeamViewSet, SubjectViewSet, libraries.LibraryViewSet)
    menu_label = _("People")
    menu_icon = "group"
    menu_order = 150


@hooks.register("register_admin_urls")
def library_admin_urls() -> list:
    return [
        path("libraries/import/", libraries.import_table, name="libraries_import"),
        path("libraries/typed/", libraries.typed, name="libraries_typed"),
        path("libraries/<int:pk>/merge/", libraries.merge_library, name="libraries_merge"),
    ]
