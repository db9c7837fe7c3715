"""Bringing topics, a transcript or a text chat into one chat: shown first, then done."""

import datetime
from collections.abc import Sequence
from dataclasses import replace

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages

from chats.admin.frame import TextForm, chat_to_edit, check_may_change_lines, crumbs
from chats.importers import ImportedLine, Parsed
from chats.importing import Action
from chats.models import ChatPage, Speaker
from chats.noting import bring_in_topics, plan_topics
from chats.passages import shown_name
from chats.transcribing import bring_in_lines, plan_lines
from core.timestamps import format_stamp

LIMIT = 4 * 1024 * 1024
"""Four times the transcript of a call of three hours."""
DOUBTS_SHOWN = 30
DAY = 24 * 3600 * 1000


class BringInForm(TextForm):
    limit = LIMIT

    began_at = forms.TimeField(
        label=gettext_lazy("The recording began at"),
        required=False,
        help_text=gettext_lazy(
            "Only for a text chat saved on somebody's machine: its times are those of the clock "
            "on the wall, as 14:00 or 14:02:30."
        ),
    )

    def __init__(self, *args, chat: ChatPage, **kwargs):
        super().__init__(*args, **kwargs)
        self.chat = chat
        self.fields["text"].label = _("Paste the text")
        self.fields["text"].help_text = _(
            "Topics with their times from YouTube, chapters, a table; a transcript as Zoom and "
            "others save it (.vtt); the saved text chat. What it is shows by itself."
        )
        self.fields["file"].help_text = _("A text file of at most 4 MB.")

    def clean(self):
        cleaned_data = super().clean()
        if self.errors:
            return cleaned_data
        chats = self.parsed.chats
        if len(chats) == 1 and chats[0].date == self.chat.date:
            self.parsed = replace(self.parsed, chats=(), topics=chats[0].topics)
        elif chats:
            self.add_error(
                "text",
                _(
                    "This is a list of chats, not of this one's topics. "
                    "Bring it in from the list of chats."
                ),
            )
        if not (chats or self.parsed.topics or self.parsed.lines):
            self.add_error("text", _("Nothing in this text can be read: %s") % _first(self.parsed))
        return cleaned_data

    def lines(self) -> tuple[ImportedLine, ...]:
        """Return the lines with their times counted from the beginning of the recording."""
        lines = self.parsed.lines
        if not lines or not self.parsed.tells_time_of_day:
            return lines
        return tuple(by_recording(lines, self.beginning()))

    def beginning(self) -> datetime.time:
        """Return when the recording began, as far as anybody has said."""
        said = self.cleaned_data.get("began_at") or self.chat.start_time
        if said:
            return said
        first = min(line.start for line in self.parsed.lines) // 1000
        return datetime.time(first // 3600 % 24, first // 60 % 60, first % 60)


def by_recording(lines: Sequence[ImportedLine], began_at: datetime.time) -> list[ImportedLine]:
    """Return lines told by the time of day as told from that time on."""
    began = ((began_at.hour * 60 + began_at.minute) * 60 + began_at.second) * 1000
    # A call can begin before midnight and be written to after it.
    late = [(line.start - began + DAY // 2) % DAY - DAY // 2 for line in lines]
    return [replace(line, start=start) for line, start in zip(lines, late, strict=True)]


def bring_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form, then what would happen, then do it: nothing is saved before "Bring in"."""
    chat = chat_to_edit(request.user, pk)
    form = BringInForm(request.POST or None, request.FILES or None, chat=chat)
    title = _("Bring in topics or a transcript")
    context = {
        "header_title": title,
        "page_subtitle": chat.get_admin_display_title(),
        "header_icon": "download",
        "breadcrumbs_items": crumbs(title, chat),
        "form": form,
        "chat": chat,
    }
    if not form.is_bound or not form.is_valid() or request.POST.get("step") == "edit":
        return TemplateResponse(request, "admin/chats/bring_in.html", context)

    if form.parsed.lines:
        check_may_change_lines(request.user, chat)
    if request.POST.get("step") == "save":
        return _save(request, chat, form)
    context |= {"text": form.cleaned_data["text"], "warnings": form.parsed.warnings}
    if form.parsed.topics:
        context["plan"] = plan_topics(chat, form.parsed.topics)
        return TemplateResponse(request, "admin/chats/bring_in_topics.html", context)
    return TemplateResponse(
        request, "admin/chats/bring_in_lines.html", context | _lines(chat, form)
    )


def _save(request: HttpRequest, chat: ChatPage, form: BringInForm) -> HttpResponse:
    if form.parsed.topics:
        plan = bring_in_topics(chat, form.parsed.topics, request.user)
        counts = {"new": plan.count(Action.NEW), "changed": plan.count(Action.CHANGED)}
        messages.success(request, _("Done: %(new)d new topics, %(changed)d changed.") % counts)
        return redirect("wagtailadmin_pages:edit", chat.pk)
    done = bring_in_lines(chat, form.lines(), request.user)
    said = ngettext("Done: %d line is here.", "Done: %d lines are here.", len(done.lines))
    messages.success(request, said % len(done.lines))
    return redirect("chats_transcript", chat.pk)


def _lines(chat: ChatPage, form: BringInForm) -> dict:
    lines = form.lines()
    plan = plan_lines(chat, lines)
    hosts = [person.name for person in chat.hosts]
    source = lines[0].source
    doubts = [(format_stamp(max(one.start, 0) // 1000), one.reason) for one in plan.doubts]
    return {
        "plan": plan,
        "is_written": source == "text chat",
        "first": format_stamp(max(lines[0].start, 0) // 1000),
        "last": format_stamp(max(line.start for line in lines) // 1000),
        "speakers": [
            (name, count, shown_name(Speaker(name=name, source=source), hosts))
            for name, count in plan.speakers
        ],
        "doubts": doubts[:DOUBTS_SHOWN],
        "more_doubts": max(0, len(doubts) - DOUBTS_SHOWN),
        "sample": [line for line in plan.lines if line.text][:5],
        "by_clock": form.parsed.tells_time_of_day,
        "began_at": form.beginning() if form.parsed.tells_time_of_day else None,
        "struck": len(plan.struck),
    }


def _first(parsed: Parsed) -> str:
    if not parsed.warnings:
        return _("there are neither topics nor lines in it.")
    warning = parsed.warnings[0]
    return _("line %(line)d: %(reason)s") % {"line": warning.line, "reason": warning.reason}
