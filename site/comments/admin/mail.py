"""How often a moderator wants to hear of what waits."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin import messages

from comments.admin.forms import PaceForm
from comments.models import ModeratorMail
from comments.rights import may_moderate_any


def mail(request: HttpRequest) -> HttpResponse:
    if not may_moderate_any(request.user):
        raise PermissionDenied
    own = ModeratorMail.objects.filter(user=request.user).first()
    form = PaceForm(request.POST or None, instance=own or ModeratorMail(user=request.user))
    if request.method == "POST" and form.is_valid():
        if form.has_changed():
            # The hourly mail begins with what comes from now on.
            form.instance.told_at = timezone.now()
        form.save()
        said = _("From now on: %(pace)s.") % {"pace": form.instance.get_pace_display()}
        messages.success(request, said)
        return redirect("moderation:queue")
    title = _("Mail about comments that wait")
    context = {
        "header_title": title,
        "header_icon": "mail",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("moderation:queue"), "label": _("Comments")},
            {"url": "", "label": title},
        ],
        "form": form,
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "admin/comments/mail.html", context, status=status)
