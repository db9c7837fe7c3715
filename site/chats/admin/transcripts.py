"""A chat's transcript in the admin: its clock, who is named, and every line."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages

from chats import transcribing
from chats.admin.frame import chat_to_edit, check_may_change_lines, crumbs
from chats.forms import StampField
from chats.models import ChatPage, Line, Speaker, TopicSource, Transcript
from chats.passages import shown_name, transcript_of
from core.timestamps import format_stamp, parse_stamp

LINES_PER_PAGE = 50
LONGEST_LINE = 10_000
NAMING = [
    ("", gettext_lazy("By the rule")),
    ("yes", gettext_lazy("Show the name")),
    ("no", gettext_lazy("“A participant”")),
]
DECIDED = {"": None, "yes": True, "no": False}


class OffsetField(forms.CharField):
    """A difference of two clocks, typed as 1:07 or -20:08; its value is seconds."""

    def prepare_value(self, value):
        if not isinstance(value, int):
            return value
        return f"{'-' if value < 0 else ''}{format_stamp(abs(value))}"

    def to_python(self, value) -> int:
        text = super().to_python(value).replace("−", "-").strip()
        digits = text.removeprefix("-").removeprefix("+")
        try:
            seconds = int(digits) if digits.isdecimal() and len(digits) < 6 else parse_stamp(digits)
        except ValueError as error:
            message = _("Write it as minutes and seconds, 1:07 or -20:08, or as seconds.")
            raise ValidationError(message) from error
        return -seconds if text.startswith("-") else seconds


class OffsetForm(forms.Form):
    offset = OffsetField(
        label=gettext_lazy("The recording is later by"),
        help_text=gettext_lazy(
            "What is said at 2:00 in the transcript and heard at 3:07 in the recording is later "
            "by 1:07; a cut beginning makes it earlier, as -20:08. Captions, transcript and text "
            "chat move together; topics stay."
        ),
    )

    def clean_offset(self) -> int:
        offset = self.cleaned_data["offset"]
        if abs(offset) > transcribing.MOST_SHIFT:
            raise ValidationError(_("That is more than a day."))
        return offset


class AddLineForm(forms.Form):
    at = StampField(label=gettext_lazy("Time in the recording"), help_text="11:28")
    text = forms.CharField(
        label=gettext_lazy("Line"),
        max_length=1000,
        help_text=gettext_lazy("What was shown and not said: “[on screen: the order form]”."),
    )


def transcript(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a chat's lines, and do what was asked with them; each deed says what it did."""
    chat = chat_to_edit(request.user, pk)
    check_may_change_lines(request.user, chat)
    screen = _Screen(request, chat)
    if request.method == "POST":
        deed = screen.deeds.get(request.POST.get("deed", ""))
        if deed and deed():
            return redirect(f"{reverse('chats_transcript', args=[pk])}?{screen.query.urlencode()}")
    return screen.answer()


class _Screen:
    def __init__(self, request: HttpRequest, chat: ChatPage) -> None:
        self.request, self.chat, self.user = request, chat, request.user
        self.transcript = transcript_of(chat) or Transcript(chat=chat)
        self.query = QueryDict(mutable=True)
        for name in ("q", "source", "p"):
            if value := request.GET.get(name):
                self.query[name] = value
        self.source = (
            TopicSource.TEXT_CHAT
            if request.GET.get("source") == TopicSource.TEXT_CHAT
            else TopicSource.RECORDING
        )
        self.offset_form = OffsetForm(initial={"offset": self.transcript.offset})
        self.add_form = AddLineForm()
        self.deeds = {
            "offset": self.set_offset,
            "check": lambda: self.note_checked(True),
            "uncheck": lambda: self.note_checked(False),
            "names": self.name_speakers,
            "lines": self.save_lines,
            "strike": self.strike,
            "back": self.put_back,
            "add": self.add_line,
            "correct": self.correct,
            "remove": self.remove,
        }

    def answer(self) -> HttpResponse:
        title = _("Transcript")
        lines = self._lines()
        page = Paginator(lines, LINES_PER_PAGE).get_page(self.request.GET.get("p"))
        offset = self.transcript.offset
        for line in page:
            line.stamp = stamp_of(line.start / 1000 + offset)
        hosts = [person.name for person in self.chat.hosts]
        speakers = list(self._speakers())
        for speaker in speakers:
            speaker.shown = shown_name(speaker, hosts)
            speaker.choice = {None: "", True: "yes", False: "no"}[speaker.is_named]
        context = {
            "header_title": title,
            "page_subtitle": self.chat.get_admin_display_title(),
            "header_icon": "openquote",
            "breadcrumbs_items": crumbs(title, self.chat),
            "chat": self.chat,
            "transcript": self.transcript,
            "sources": self._sources(),
            "source": self.source,
            "listing": page,
            "words": self.request.GET.get("q", ""),
            "query": self.query.urlencode(),
            "speakers": speakers,
            "naming": NAMING,
            "offset_form": self.offset_form,
            "add_form": self.add_form,
        }
        return TemplateResponse(self.request, "admin/chats/transcript.html", context)

    def set_offset(self) -> bool:
        self.offset_form = OffsetForm(self.request.POST)
        if not self.offset_form.is_valid():
            return False
        offset = self.offset_form.cleaned_data["offset"]
        transcribing.set_offset(self.chat, offset, self.user)
        messages.success(self.request, _("Captions, transcript and text chat were moved."))
        return True

    def note_checked(self, is_checked: bool) -> bool:
        transcribing.note_checked(self.chat, is_checked, self.user)
        said = _("Readers see that it was checked.") if is_checked else _("It counts as unchecked.")
        messages.success(self.request, said)
        return True

    def name_speakers(self) -> bool:
        named = {
            speaker.pk: DECIDED.get(self.request.POST.get(f"speaker-{speaker.pk}", ""))
            for speaker in self._speakers()
        }
        transcribing.name_speakers(self.chat, named, self.user)
        messages.success(self.request, _("Saved who is named."))
        return True

    def save_lines(self) -> bool:
        changed = transcribing.reword(self.chat, self._typed(), self.user)
        said = ngettext("%d line was changed.", "%d lines were changed.", changed)
        messages.success(self.request, said % changed)
        return True

    def strike(self) -> bool:
        # What was typed in the same list is kept as well.
        transcribing.reword(self.chat, self._typed(), self.user)
        struck = transcribing.strike(self.chat, self._chosen(), self.user)
        if struck:
            said = ngettext(
                "%d line is struck out: no reader and no search finds it.",
                "%d lines are struck out: no reader and no search finds them.",
                struck,
            )
            messages.success(self.request, said % struck)
        else:
            messages.warning(self.request, _("Tick the lines to be struck out first."))
        return True

    def put_back(self) -> bool:
        back = transcribing.put_back(self.chat, self._chosen(), self.user)
        said = ngettext("%d line is back.", "%d lines are back.", back)
        messages.success(self.request, said % back)
        return True

    def add_line(self) -> bool:
        self.add_form = AddLineForm(self.request.POST)
        if not self.add_form.is_valid():
            return False
        said = self.add_form.cleaned_data
        transcribing.add_line(self.chat, said["at"], said["text"], self.user)
        messages.success(self.request, _("The line is in."))
        return True

    def correct(self) -> bool:
        done = transcribing.correct_by_glossary(self.chat, self.user)
        if done:
            said = ", ".join(f"{one.heard} → {one.term} ({one.times})" for one in done)
            messages.success(self.request, _("Corrected: %s") % said)
        else:
            messages.info(self.request, _("Nothing in it is in the glossary as misheard."))
        return True

    def remove(self) -> bool:
        gone = transcribing.remove_lines(self.chat, self.source, self.user)
        said = ngettext("%d line was removed.", "%d lines were removed.", gone)
        messages.success(self.request, said % gone)
        return True

    def _lines(self):
        if self.transcript.pk is None:
            return Line.objects.none()
        lines = self.transcript.lines.of(self.source).exclude(text="").in_order()
        if words := self.request.GET.get("q", "").replace("\0", "").strip():
            lines = lines.filter(text__icontains=words)
        return lines.select_related("speaker")

    def _speakers(self):
        if self.transcript.pk is None:
            return Speaker.objects.none()
        return self.transcript.speakers.filter(source=self.source).order_by("name")

    def _sources(self) -> list[tuple[str, str, int]]:
        """Return what there is, with the number of lines of each."""
        labels = {
            TopicSource.RECORDING: _("Transcript"),
            TopicSource.TEXT_CHAT: _("Text chat"),
        }
        if self.transcript.pk is None:
            return []
        kept = self.transcript.lines.kept()
        return [(source, label, kept.of(source).count()) for source, label in labels.items()]

    def _typed(self) -> dict[int, str]:
        """Return the text of each line as it was sent."""
        return {
            int(name.removeprefix("text-")): value[:LONGEST_LINE]
            for name, value in self.request.POST.items()
            if name.startswith("text-") and name.removeprefix("text-").isdecimal()
        }

    def _chosen(self) -> list[int]:
        return [int(pk) for pk in self.request.POST.getlist("line") if pk.isdecimal()]


def stamp_of(seconds: float) -> str:
    return f"−{format_stamp(int(-seconds))}" if seconds < 0 else format_stamp(int(seconds))
