"""A mail to who is registered: looked at first, then sent once."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages

from events import telling
from events.admin.forms import MailForm
from events.admin.frame import desk_url, head, note_deed
from events.models import EventPage, new_key
from events.rights import for_organisers


@require_http_methods(["GET", "HEAD", "POST"])
@for_organisers
def mail(request: HttpRequest, event: EventPage) -> HttpResponse:
    """Take a mail, show how it looks and to how many it goes, and send it."""
    form = MailForm(request.POST if request.method == "POST" else None)
    context = {**head(event, _("Write to them"), "mail"), "form": form, "seats": event.seats}
    if not form.is_valid() or request.POST.get("step") == "edit":
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/events/mail.html", context, status=status)
    people = form.people(event)
    number = people.count()
    if not number:
        form.add_error("to", _("Nobody is among these: choose others."))
        return TemplateResponse(request, "admin/events/mail.html", context, status=422)
    said = form.cleaned_data
    if request.POST.get("step") == "send" and said["once"]:
        sent = telling.tell_message(
            event, people, said["subject"], said["text"], request.user, said["once"]
        )
        if sent:
            note_deed(request, event, "mail", people=sent)
        _say_sent(request, sent)
        return redirect(desk_url(event))
    context |= {
        "number": number,
        "addresses": people.order_by().values("email_key").distinct().count(),
        "once": new_key(),
        "to": dict(form.fields["to"].choices)[said["to"]],
    }
    return TemplateResponse(request, "admin/events/mail_look.html", context)


def _say_sent(request: HttpRequest, sent: int) -> None:
    if not sent:
        messages.warning(request, _("This mail was sent already. Nothing was sent again."))
        return
    said = ngettext("%(n)d mail leaves now.", "%(n)d mails leave now.", sent)
    messages.success(request, said % {"n": sent})
