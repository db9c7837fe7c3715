"""What readers fill in to send something to the team."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext_lazy as _

from blog.models import Kind
from blog.models.submissions import LONGEST_TEXT, LONGEST_TITLE
from blog.submissions import sent_files
from comments.models import LONGEST_ADDRESS, LONGEST_NAME
from core.public_forms import LineField, PublicForm, TextField


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; their names and contents are looked at."""

    widget = FilesInput

    def clean(self, data: list[File] | None, initial: object = None) -> list[File]:
        files = data or []
        if wrong := sent_files.check_files(files):
            raise ValidationError(wrong)
        return files


class SendForm(PublicForm):
    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one: it decides where it goes first.")},
    )
    title = LineField(
        label=_("Title"),
        required=False,
        max_length=LONGEST_TITLE,
        help_text=_("Of an entry or an idea; we find one if you have none."),
    )
    text = TextField(
        label=_("What you want to say"),
        max_length=LONGEST_TEXT,
        error_messages={"required": _("Write it here, or a line on what is in the files.")},
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("Plain text; an empty line parts paragraphs. Please name no borrower."),
    )
    files = FilesField(
        label=_("Files"),
        required=False,
        widget=FilesInput(attrs={"accept": ",".join(f".{one}" for one in sent_files.EXTENSIONS)}),
        help_text=_(
            "Up to five: docx, odt, pdf, txt, md, jpg, png, webp. Each of 10 MB at most, 20 MB "
            "together."
        ),
    )
    name = LineField(
        label=_("Your name"),
        max_length=LONGEST_NAME,
        error_messages={"required": _("Say who you are: it stands on what we publish of yours.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Your email address"),
        max_length=LONGEST_ADDRESS,
        error_messages={"required": _("Give an address: nobody but the team sees it.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("Not shown. We answer to it, and write to it when your entry is on the site."),
    )
    library = LineField(
        label=_("Your library"),
        required=False,
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        help_text=_("Stands beside your name."),
    )
