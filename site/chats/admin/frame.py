"""What the screens about chats share: where they are, who may, and a text that is brought in."""

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from chats.importers import ImportRefused, Parsed, detect, read_pasted, read_text
from chats.models import ChatPage

Crumbs = list[dict[str, str]]


class TextForm(forms.Form):
    """A text, pasted or as a file; cleaned into `parsed` and the text it came from."""

    text = forms.CharField(
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )
    file = forms.FileField(
        label=gettext_lazy("Or choose a file"), required=False, allow_empty_file=True
    )

    parsed: Parsed
    limit: int
    """How many bytes are read at most."""
    dialects: tuple[str, ...] | None = None
    """By name; None for all."""
    nothing = gettext_lazy("Paste a text, or choose a file.")

    def clean(self):
        cleaned_data = super().clean()
        upload, text = cleaned_data.get("file"), cleaned_data.get("text", "")
        name = "file" if upload else "text"
        try:
            if upload:
                # A byte more than the limit is enough to be refused, however large the file.
                text = read_text(upload.read(self.limit + 1), limit=self.limit)
            elif text.strip():
                text = read_pasted(text, limit=self.limit)
            else:
                raise ValidationError({"text": self.nothing})
            self.parsed = detect(text, self.dialects).parse(text)
        except ImportRefused as error:
            raise ValidationError({name: str(error)}) from error
        return {**cleaned_data, "text": text}


def chat_to_edit(user: User, pk: int) -> ChatPage:
    """Return a chat that this user may edit. Raises Http404, PermissionDenied."""
    chat = get_object_or_404(ChatPage, pk=pk)
    if not chat.permissions_for_user(user).can_edit():
        raise PermissionDenied
    return chat


def check_may_change_lines(user: User, chat: ChatPage) -> None:
    """Raise PermissionDenied unless this user may: readers of a public chat see it at once."""
    if chat.live and not chat.permissions_for_user(user).can_publish():
        raise PermissionDenied


def crumbs(label: str, chat: ChatPage | None = None) -> Crumbs:
    """Return the way to a screen, from the list of chats or from one of them."""
    way = [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse("chats:index"), "label": _("Chats")},
    ]
    if chat:
        edit = reverse("wagtailadmin_pages:edit", args=[chat.pk])
        way.append({"url": edit, "label": chat.get_admin_display_title()})
    return [*way, {"url": "", "label": label}]
