"""Mails about what was sent in. The worker writes them, from what the rows say is due."""

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.permissions import page_permission_policy

from blog.models import BlogPage, PostPage, Submission
from comments.models import ModeratorMail, Pace, Question
from comments.rules import explain
from core.due import on_each
from outbox.messages import Message, post_if_address

AT_ONCE = 50
LONGEST_SHOWN = 2000
"""Signs of a text in the team's mail; the rest is read in the admin."""


def _example() -> dict:
    return {
        "kind": str(_("An entry for the blog")),
        "title": str(_("What a padded box saves")),
        "name": "Ines Moreau",
        "library": str(_("Harbour Town Library")),
        "text": str(_("We counted for a year. Here is what came of it.")),
        "files": ["padded-box.docx"],
        "reasons": [str(_("first comment from this address"))],
        "inbox_url": f"{settings.SITE_URL}/admin/submissions/1/",
        "post": str(_("What a padded box saves")),
        "post_url": f"{settings.SITE_URL}/blog/what-a-padded-box-saves/",
    }


def _is_still_new(about: str) -> bool:
    return Submission.objects.new().filter(key=about).exists()


def _is_still_public(about: str) -> bool:
    return PostPage.objects.published().filter(submissions__key=about).exists()


ARRIVED = Message(
    name="submission_arrived",
    label=gettext_lazy("To the blog’s editors: something was sent in"),
    example=_example,
    still_wanted=_is_still_new,
)
PUBLISHED = Message(
    name="submission_published",
    label=gettext_lazy("To its sender: your entry is on the site"),
    example=_example,
    still_wanted=_is_still_public,
)
MESSAGES = (ARRIVED, PUBLISHED)


def tell_team() -> bool:
    """Tell those who publish on the blog what was sent in, once the spam service was asked."""
    asked_first = Q(question=Question.CHECK, asked=0)
    new = Submission.objects.new().filter(queued_at=None).exclude(asked_first)
    return on_each(new, _tell_team, AT_ONCE)


def tell_senders() -> bool:
    """Tell senders that what they sent can be read on the site, the first time it can."""
    public = PostPage.objects.published().values("pk")
    return on_each(Submission.objects.filter(told_at=None, post__in=public), _tell_sender, AT_ONCE)


def _tell_team(submission: Submission) -> None:
    Submission.objects.filter(pk=submission.pk).update(queued_at=timezone.now())
    blog = BlogPage.objects.first()
    if blog is None:
        return
    context = {
        "kind": submission.get_kind_display(),
        "title": submission.heading,
        "name": submission.name,
        "library": submission.library,
        "text": submission.text[:LONGEST_SHOWN],
        "files": [file.name for file in submission.files.order_by("pk")],
        "reasons": [explain(reason) for reason in submission.shown_reasons],
        "inbox_url": settings.SITE_URL + reverse("submissions:one", args=[submission.pk]),
    }
    users = page_permission_policy.users_with_permission_for_instance("publish", blog)
    never = ModeratorMail.objects.filter(pace=Pace.NEVER).values("user")
    for user in users.filter(is_active=True).exclude(pk__in=never).order_by("pk"):
        once = f"submission {submission.key}"
        post_if_address(ARRIVED, user.email, context, about=submission.key, once=once)


def _tell_sender(submission: Submission) -> None:
    Submission.objects.filter(pk=submission.pk).update(told_at=timezone.now())
    context = {
        "name": submission.name,
        "title": submission.heading,
        "post": submission.post.title,
        "post_url": submission.post.full_url or settings.SITE_URL,
    }
    once = f"submission published {submission.key}"
    post_if_address(PUBLISHED, submission.email, context, about=submission.key, once=once)
