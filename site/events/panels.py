"""The editing screen of an event, in the order in which it comes about."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    MultipleChooserPanel,
    ObjectList,
    Panel,
    PublishingPanel,
    TabbedInterface,
    TitleFieldPanel,
)
from wagtail.admin.panels.base import get_form_for_model
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.models import Page

from events.page_forms import QuestionForm


class SeatsPanel(Panel):
    """Says how many seats there are and are taken, and leads to where that is changed."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "admin/events/seats_panel.html"

        def is_shown(self) -> bool:
            return bool(self.instance.pk)

        def get_context_data(self, parent_context=None):
            context = super().get_context_data(parent_context)
            return {**context, "seats": getattr(self.instance, "seats", None)}


class NewSeatsPanel(FieldPanel):
    """The number of seats of an event that is being made."""

    class BoundPanel(FieldPanel.BoundPanel):
        def is_shown(self) -> bool:
            return not self.instance.pk and super().is_shown()


class QuestionsPanel(InlinePanel):
    """Questions, each through our own form: its lasting key is given there."""

    def get_form_options(self):
        options = super().get_form_options()
        questions = options["formsets"][self.relation_name]
        questions["form"] = get_form_for_model(
            self.db_field.related_model,
            form_class=QuestionForm,
            defer_required_on_fields=["label"],
        )
        return options


event_panels = [
    TitleFieldPanel("title"),
    FieldPanel("summary", widget=AdminAutoHeightTextInput),
    MultiFieldPanel(
        [
            FieldRowPanel([FieldPanel("date"), FieldPanel("start_time"), FieldPanel("end_time")]),
            FieldRowPanel([FieldPanel("time_zone"), FieldPanel("end_date")]),
            FieldPanel("lies_in_the_past"),
        ],
        heading=_("When"),
    ),
    MultiFieldPanel(
        [
            FieldPanel("format"),
            FieldPanel("join_url"),
            FieldPanel("join_notes"),
            FieldPanel("place"),
            FieldPanel("address"),
            FieldRowPanel([FieldPanel("arrival_notes"), FieldPanel("day_contact")]),
        ],
        heading=_("Where"),
    ),
    MultipleChooserPanel(
        "event_hosts", chooser_field_name="person", heading=_("Hosts"), label=_("Host")
    ),
    FieldPanel("body"),
]

registration_panels = [
    MultiFieldPanel(
        [
            FieldPanel("registration"),
            FieldPanel("register_url"),
            NewSeatsPanel("new_seats"),
            SeatsPanel(),
            FieldPanel("has_waiting_list"),
            FieldRowPanel([FieldPanel("opens_date"), FieldPanel("opens_time")]),
            FieldRowPanel([FieldPanel("closes_date"), FieldPanel("closes_time")]),
        ],
        heading=_("Registration"),
    ),
    QuestionsPanel(
        "event_questions",
        heading=_("Questions"),
        label=_("Question"),
        help_text=_("Name, address and library are asked anyway."),
        panels=[
            FieldRowPanel([FieldPanel("label"), FieldPanel("kind")]),
            FieldPanel("help"),
            FieldPanel("choices"),
            FieldRowPanel([FieldPanel("is_required"), FieldPanel("is_private")]),
            FieldPanel("key", classname="w-hidden"),
        ],
    ),
    MultiFieldPanel(
        [FieldPanel("still_coming_days"), FieldPanel("gives_up_silent")],
        heading=_("Days before"),
    ),
    MultiFieldPanel(
        [FieldPanel("is_recorded"), FieldPanel("contact_hours")], heading=_("Afterwards")
    ),
]

event_edit_handler = TabbedInterface(
    [
        ObjectList(event_panels, heading=_("The event")),
        ObjectList(registration_panels, heading=_("Registration")),
        ObjectList(
            [
                MultiFieldPanel(
                    [FieldRowPanel([FieldPanel("kind"), FieldPanel("series")]), FieldPanel("tags")],
                    heading=_("Where it belongs"),
                ),
                MultiFieldPanel(
                    [FieldPanel("is_cancelled"), FieldPanel("cancel_reason")],
                    heading=_("If it does not take place"),
                ),
                *Page.promote_panels,
                PublishingPanel(),
            ],
            heading=_("Address and publishing"),
        ),
    ]
)
