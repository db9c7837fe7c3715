"""The editing screen of a chat, in the order in which a chat comes about."""

from django import forms
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
)
from wagtail.admin.panels.base import get_form_for_model
from wagtail.models import Page
from wagtailmedia.edit_handlers import MediaChooserPanel

from chats.forms import TopicForm
from chats.next_step import next_step
from comments.models import DiscussedPage


class NextStepPanel(Panel):
    """Says, in a sentence, what this chat needs next."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "admin/chats/next_step.html"

        def is_shown(self) -> bool:
            return bool(self.instance.pk)

        def get_context_data(self, parent_context=None):
            context = super().get_context_data(parent_context)
            return {**context, "step": next_step(self.instance)}


class TopicsPanel(InlinePanel):
    """Topics, each through our own form: times as people write them, titles kept to the byte."""

    def get_form_options(self):
        options = super().get_form_options()
        topics = options["formsets"][self.relation_name]
        topics["form"] = get_form_for_model(
            self.db_field.related_model,
            form_class=TopicForm,
            defer_required_on_fields=["title"],
        )
        return options


content_panels = [
    NextStepPanel(),
    MultiFieldPanel(
        [
            FieldRowPanel([FieldPanel("date"), FieldPanel("start_time")]),
            FieldPanel(
                "title",
                help_text=_("Leave empty for “Community chat” with its date."),
            ),
            FieldPanel("summary"),
            FieldPanel("register_url"),
        ],
        heading=_("The chat"),
    ),
    MultipleChooserPanel(
        "chat_hosts", chooser_field_name="person", heading=_("Hosts"), label=_("Host")
    ),
    FieldPanel("teams", widget=forms.CheckboxSelectMultiple),
    TopicsPanel(
        "topics",
        heading=_("Topics"),
        label=_("Topic"),
        help_text=_(
            "One line for each thing that was talked about. "
            "Topics without a time are welcome. Readers see them in order of time."
        ),
        panels=[
            FieldRowPanel([FieldPanel("start"), FieldPanel("kind"), FieldPanel("source")]),
            FieldPanel("title"),
            FieldPanel("tags"),
            FieldRowPanel([FieldPanel("answer"), FieldPanel("answer_checked_on")]),
            FieldRowPanel([FieldPanel("related_section"), FieldPanel("related_page")]),
            FieldPanel("superseded_by"),
            FieldPanel("key", classname="w-hidden"),
        ],
    ),
    FieldPanel("note"),
]

recording_panels = [
    MultiFieldPanel(
        [
            FieldPanel("recording_url"),
            FieldRowPanel([FieldPanel("recording_passcode"), FieldPanel("recording_expires_on")]),
            MediaChooserPanel("recording_file"),
            MediaChooserPanel("audio_file"),
            FieldPanel("duration"),
        ],
        heading=_("Recording"),
    ),
    MultiFieldPanel(
        [
            FieldPanel("captions"),
            FieldRowPanel([FieldPanel("captions_due"), FieldPanel("captions_reason")]),
            FieldPanel("shown_was_said"),
        ],
        heading=_("For those who do not hear or see it"),
    ),
    MultiFieldPanel(
        [FieldRowPanel([FieldPanel("topics_promised"), FieldPanel("topics_due")])],
        heading=_("Topics to come"),
    ),
    MultiFieldPanel(
        [FieldPanel("outcome"), FieldPanel("outcome_reason")],
        heading=_("If something went wrong"),
    ),
    InlinePanel("resources", heading=_("Shown or named on the call"), label=_("Resource")),
]

chat_edit_handler = TabbedInterface(
    [
        ObjectList(content_panels, heading=_("Chat and topics")),
        ObjectList(recording_panels, heading=_("Recording")),
        ObjectList(
            [*Page.promote_panels, *DiscussedPage.discussion_panels, PublishingPanel()],
            heading=_("Address and publishing"),
        ),
    ]
)
