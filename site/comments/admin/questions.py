"""The questions a page asks its readers, each of which can be put to the next chat."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.models import Page

from comments.admin.meeting import put_to_next
from comments.models import Comment, DiscussedPage
from comments.rights import may_moderate


def questions(request: HttpRequest, page: int) -> HttpResponse:
    """List the questions of a page as it was published; POST puts one to the next chat."""
    asking = get_object_or_404(Page, pk=page).specific
    if not isinstance(asking, DiscussedPage) or not may_moderate(request.user, asking):
        raise PermissionDenied
    if request.method == "POST":
        words = asking.question_words(request.POST.get("question", ""))
        if words:
            put_to_next(request, words)
        else:
            messages.error(request, _("The page does not ask this any more."))
        return redirect(request.path)
    answers = Comment.objects.on(asking).published().filter(parent=None)
    asked = [
        {
            "key": key,
            "words": asking.question_words(key),
            "count": answers.filter(about=key).count(),
        }
        for key in asking.discussed_questions
    ]
    title = _("Questions to discuss")
    context = {
        "page": asking,
        "asked": asked,
        "header_title": title,
        "header_icon": "help",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {
                "url": reverse("wagtailadmin_pages:edit", args=[asking.pk]),
                "label": asking.get_admin_display_title(),
            },
            {"url": "", "label": title},
        ],
    }
    return TemplateResponse(request, "admin/comments/questions.html", context)
