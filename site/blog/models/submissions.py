"""What readers send in: entries, comments, ideas, with files; and what was done about each."""

import secrets
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from blog.models.pages import BlogPage, PostPage
from comments.models import Comment, Question, SentIn

LONGEST_TITLE = 200
LONGEST_TEXT = 50_000
LONGEST_FILE_NAME = 150


class Kind(models.TextChoices):
    ENTRY = "entry", _("An entry for the blog")
    COMMENT = "comment", _("A comment")
    IDEA = "idea", _("An idea")


class State(models.TextChoices):
    NEW = "new", _("new")
    DONE = "done", _("done")
    SPAM = "spam", _("spam")
    DELETED = "deleted", _("deleted")


class Source(models.TextChoices):
    FORM = "form", _("form")
    MAIL = "mail", _("mail")


class SubmissionQuerySet(models.QuerySet):
    def new(self) -> "SubmissionQuerySet":
        return self.filter(state=State.NEW)


class Submission(SentIn):
    """Something sent to the team. Changed by `submitting` and `inbox` of blog.submissions alone."""

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=LONGEST_TITLE, blank=True)
    source = models.CharField(
        _("came by"), max_length=10, choices=Source.choices, default=Source.FORM
    )
    left_out = models.JSONField(default=list)
    """What else came with it and was not taken, each in a sentence."""
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.NEW)
    moved_at = models.DateTimeField(default=timezone.now)
    """When it came into its state."""
    post = models.ForeignKey(
        PostPage, null=True, on_delete=models.SET_NULL, related_name="submissions"
    )
    """What was made of it."""
    comment = models.ForeignKey(Comment, null=True, on_delete=models.SET_NULL, related_name="+")
    """As which it was placed."""
    digest = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001
    """Of what was sent by whom: it is taken once. Of a form None after a day."""
    queued_at = models.DateTimeField(null=True)
    """When the team was told of it."""
    told_at = models.DateTimeField(null=True)
    """When its sender was told that the post can be read."""

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        default_permissions: list[str] = []
        indexes = [
            models.Index(fields=["state", "-created_at"], name="blog_sent_in_state"),
            models.Index(
                fields=["ask_at"], condition=Q(ask_at__isnull=False), name="blog_sent_in_to_ask"
            ),
            models.Index(
                fields=["post"],
                condition=Q(post__isnull=False, told_at__isnull=True),
                name="blog_sent_in_to_tell",
            ),
        ]

    def __str__(self) -> str:
        return self.heading

    @property
    def heading(self) -> str:
        """Its title, or how it begins."""
        return self.title or " ".join(self.text.split())[:80] or str(_("Without words"))

    @property
    def told_of(self) -> dict[str, str]:
        blog = BlogPage.objects.first()
        address = blog.full_url if blog else None
        return {"kind": "contact-form", "permalink": f"{address}send/" if address else ""}

    def noted(self, verdict: str) -> None:
        from blog.submissions.submitting import note_verdict

        note_verdict(self, verdict)

    @property
    def shown_reasons(self) -> list[dict]:
        """The rules that fired, but for a question that nobody asks any more."""
        is_asked = self.question == Question.CHECK
        return [one for one in self.reasons if is_asked or one["rule"] != "akismet_wait"]


class PrivateStorage(FileSystemStorage):
    """Files that nobody but the team may fetch: they have no address."""

    @property
    def base_location(self) -> Path:
        return settings.SUBMISSIONS_FOLDER

    @property
    def location(self) -> str:
        return str(self.base_location)

    def url(self, name: str | None) -> str:
        raise ValueError("It is nowhere to be fetched.")


def private_storage() -> Storage:
    return PrivateStorage(file_permissions_mode=0o600, directory_permissions_mode=0o700)


def random_name(instance: "SubmissionFile", filename: str) -> str:
    # What a stranger calls a file decides nothing on our disk.
    return secrets.token_hex(16)


class SubmissionFile(models.Model):
    """A file that came with something; what it is named says what it is, `sent_files` saw to it."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=LONGEST_FILE_NAME)
    size = models.PositiveIntegerField()
    """In bytes."""
    file = models.FileField(storage=private_storage, upload_to=random_name)

    def __str__(self) -> str:
        return self.name


class Deed(models.TextChoices):
    """What was done about a submission."""

    DRAFT = "draft", _("made a draft post")
    PLACE = "place", _("placed as a comment")
    DONE = "done", _("marked as done")
    SPAM = "spam", _("marked as spam")
    DELETE = "delete", _("deleted")
    REOPEN = "reopen", _("put back among the new ones")
    UNDO = "undo", _("undone")


class Step(models.Model):
    """A part of a submission's history; its words are never in it."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField(default=timezone.now)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    by = models.CharField(max_length=100, blank=True)
    """A user's name, kept beyond them; blank of what the site did by itself."""
    deed = models.CharField(max_length=10, choices=Deed.choices)
    before = models.CharField(max_length=10, choices=State.choices)
    after = models.CharField(max_length=10, choices=State.choices)

    class Meta:
        indexes = [models.Index(fields=["submission", "at"], name="blog_sent_in_history")]

    def __str__(self) -> str:
        return f"{self.deed} {self.submission_id}"
