"""Questions that ask readers to answer, each with a thread of its own."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class QuestionsBlock(blocks.StructBlock):
    """Each question is known by the id of its place in the list, whatever its words become."""

    title = blocks.CharBlock(
        label=_("Title"), required=False, help_text=_("Empty: “Questions to discuss”.")
    )
    questions = blocks.ListBlock(blocks.CharBlock(label=_("Question"), max_length=250))

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context)
        discussion = context.get("discussion")
        answers = discussion.answers if discussion else {}
        context["asked"] = [
            {"key": child.id, "words": child.value, "answers": answers.get(child.id, [])}
            for child in value["questions"].bound_blocks
        ]
        return context

    class Meta:
        icon = "help"
        label = _("Questions to discuss")
        description = _("Each has an address of its own, and readers answer beneath it.")
        template = "blocks/questions.html"
        preview_value = {"questions": [_("How many days do you give?")]}


def questions_in(body: blocks.StreamValue) -> dict[str, str]:
    """Return what the questions in a text ask, by their keys, in order."""
    return {
        child.id: child.value
        for block in body
        if block.block_type == "questions"
        for child in block.value["questions"].bound_blocks
        if child.id
    }
