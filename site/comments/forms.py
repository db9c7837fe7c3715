"""What readers fill in: a comment, a change to it, a report."""

from django import forms
from django.utils.translation import gettext_lazy as _

from comments.models import (
    LONGEST_ADDRESS,
    LONGEST_NAME,
    LONGEST_REPORT,
    LONGEST_TEXT,
    Comment,
    DiscussedPage,
)
from core.public_forms import LineField, PublicForm, TextField

SAYS_NOTHING = {"required": _("Write your comment here.")}


class CommentForm(PublicForm):
    """A comment on a page; staff, who are signed in, need give no name."""

    text = TextField(
        label=_("Your comment"),
        max_length=LONGEST_TEXT,
        error_messages=SAYS_NOTHING,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Plain text. Web addresses become links, an empty line parts paragraphs."),
    )
    name = LineField(
        label=_("Your name"),
        max_length=LONGEST_NAME,
        error_messages={"required": _("Say who you are: it stands above your comment.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Your email address"),
        max_length=LONGEST_ADDRESS,
        error_messages={"required": _("Give an address: nobody but the team sees it.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("Not shown. We write to it when your comment is on the site."),
    )
    library = LineField(
        label=_("Your library"),
        required=False,
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        help_text=_("Stands beside your name."),
    )
    wants_replies = forms.BooleanField(
        label=_("Tell me by mail when somebody replies"), required=False
    )
    parent = forms.CharField(required=False, widget=forms.HiddenInput)
    about = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)

    def __init__(self, page: DiscussedPage, *args, is_staff: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.page = page
        if is_staff:
            for name in ("name", "email"):
                self.fields[name].required = False

    def clean_parent(self) -> Comment | None:
        """Return what is replied to; None where it is gone, the reply then stands by itself."""
        key = self.cleaned_data["parent"]
        return Comment.objects.published().on(self.page).filter(key=key).first() if key else None

    def clean_about(self) -> str:
        about = self.cleaned_data["about"]
        return about if about in list(self.page.discussed_questions) else ""


class EditForm(forms.Form):
    text = TextField(
        label=_("Your comment"),
        max_length=LONGEST_TEXT,
        error_messages=SAYS_NOTHING,
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class ReportForm(PublicForm):
    said = TextField(
        label=_("What is wrong with it"),
        required=False,
        max_length=LONGEST_REPORT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("A name, a number, an insult, an advertisement: in a few words."),
    )
