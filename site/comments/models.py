"""Comments on pages, why they are held, and who decided what."""

import datetime
from collections.abc import Iterable

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast, Lower
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.fields import RichTextField
from wagtail.models import Page

from core import html
from core.keys import random_key

LONGEST_NAME = 100
LONGEST_ADDRESS = 254
LONGEST_TEXT = 10_000
LONGEST_REPORT = 1000


def new_key() -> str:
    """Return a random name for an address, of 59 bits."""
    return random_key(12)


class Question(models.TextChoices):
    """What the spam service is still to be asked or told."""

    NOTHING = "", _("nothing")
    CHECK = "check", _("is it spam?")
    SPAM = "spam", _("it was spam")
    HAM = "ham", _("it was no spam")


class SentIn(models.Model):
    """What somebody sent in by a public form, and what the spam service says of it."""

    key = models.CharField(max_length=12, unique=True, default=new_key, editable=False)
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    folded_name = models.CharField(max_length=LONGEST_NAME, blank=True)
    """As core.text.folded: by which names are compared."""
    email = models.CharField(_("email address"), max_length=LONGEST_ADDRESS, blank=True)
    library = models.CharField(_("library"), max_length=LONGEST_NAME, blank=True)
    text = models.TextField(_("text"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    """Of staff who were signed in; None of readers."""
    is_proven = models.BooleanField(default=False)
    """Whether the browser had shown that the address is its reader's own."""
    created_at = models.DateTimeField(_("sent"), default=timezone.now)

    text_as_sent = models.TextField(blank=True)
    """What the spam service is told of, whatever was edited since; blank once forgotten."""
    ip = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=500, blank=True)
    referrer = models.CharField(max_length=500, blank=True)

    reasons = models.JSONField(default=list)
    """Every rule that fired: `{"rule": "links", "said": "3"}`, see comments.rules."""
    question = models.CharField(max_length=5, choices=Question.choices, blank=True)
    ask_at = models.DateTimeField(null=True)
    """When the question is due; None while there is none."""
    asked = models.PositiveSmallIntegerField(default=0)
    """How often the question was asked in vain or for now."""
    verdict = models.CharField(max_length=10, blank=True)
    """The service's last: ham, spam or discard."""

    class Meta:
        abstract = True

    @property
    def rules(self) -> list[str]:
        return [reason["rule"] for reason in self.reasons]

    @property
    def html(self) -> SafeString:
        """The text as readers see it."""
        return html.from_text(self.text)

    @property
    def told_of(self) -> dict[str, str]:
        """What else the spam service is told: `kind` and `permalink`."""
        raise NotImplementedError

    def noted(self, verdict: str) -> None:
        """Save it, and do what a verdict says; with a blank one, what the rules say."""
        raise NotImplementedError

    def drop_reasons(self, prefix: str) -> None:
        """Take out the reasons whose rules begin so."""
        self.reasons = [one for one in self.reasons if not one["rule"].startswith(prefix)]


class State(models.TextChoices):
    HELD = "held", _("held")
    PUBLISHED = "published", _("published")
    SPAM = "spam", _("spam")
    DELETED = "deleted", _("deleted")


class CommentQuerySet(models.QuerySet):
    def published(self) -> "CommentQuerySet":
        """What readers see, on pages that they see."""
        return self.filter(state=State.PUBLISHED)

    def held(self) -> "CommentQuerySet":
        return self.filter(state=State.HELD)

    def on(self, page: Page) -> "CommentQuerySet":
        return self.filter(page_id=page.pk)

    def in_order(self) -> "CommentQuerySet":
        return self.order_by("created_at", "pk")

    def of_author(self, email: str) -> "CommentQuerySet":
        email = email.strip().lower()
        return self.alias(lower=Lower("email")).filter(lower=email) if email else self.none()

    def with_rule(self, rule: str) -> "CommentQuerySet":
        cast = Cast("reasons", models.TextField())
        return self.annotate(said_reasons=cast).filter(said_reasons__contains=f'"rule": "{rule}"')

    def reported(self) -> "CommentQuerySet":
        """Those that readers reported and nobody has looked at since."""
        open_reports = Report.objects.filter(settled_at=None).values("comment")
        return self.filter(pk__in=open_reports)


class Comment(SentIn):
    """What a reader or the team says on a page. Written by `submitting` and `moderation` alone."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="discussion")
    about = models.CharField(max_length=36, blank=True)
    """The key of a question on the page that it answers."""
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="replies")
    thread = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="+")
    """The comment that began it; None of that one itself."""
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.HELD)
    wants_replies = models.BooleanField(default=False)
    """Whether its author asked to hear of replies; told once the address is proven."""
    digest = models.CharField(max_length=64, blank=True)
    """Of who says what where; blank after a day, when it may be said again."""
    published_at = models.DateTimeField(_("published"), null=True)
    """When it was first seen."""
    edited_at = models.DateTimeField(null=True)
    """When its author last changed it."""
    struck_at = models.DateTimeField(null=True)
    """When a moderator took somebody's data out of it."""
    announced_at = models.DateTimeField(null=True)
    """When its author and those it replies to were told that it is to be seen."""
    queued_at = models.DateTimeField(null=True)
    """When moderators were told that it waits."""

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        default_permissions: list[str] = []
        permissions = [("moderate_comment", _("Can moderate comments on every page"))]
        constraints = [
            models.UniqueConstraint(
                fields=["digest"], condition=~Q(digest=""), name="comments_said_once"
            )
        ]
        indexes = [
            models.Index(fields=["page", "state", "created_at"], name="comments_of_page"),
            models.Index(fields=["thread", "created_at"], name="comments_of_thread"),
            models.Index(fields=["state", "-created_at", "-id"], name="comments_in_state"),
            models.Index(Lower("email"), name="comments_of_author"),
            models.Index(fields=["folded_name"], name="comments_of_name"),
            models.Index(
                fields=["ask_at"], condition=Q(ask_at__isnull=False), name="comments_to_ask"
            ),
            models.Index(
                fields=["published_at"],
                condition=Q(announced_at__isnull=True),
                name="comments_to_announce",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.text[:50]}"

    @property
    def anchor(self) -> str:
        return f"comment-{self.key}"

    @property
    def told_of(self) -> dict[str, str]:
        return {
            "kind": "reply" if self.parent_id else "comment",
            "permalink": self.page.full_url or "",
        }

    def noted(self, verdict: str) -> None:
        from comments.checking import note_verdict_on_comment

        note_verdict_on_comment(self, verdict)

    @property
    def is_published(self) -> bool:
        return self.state == State.PUBLISHED

    @property
    def changed_at(self) -> datetime.datetime:
        """When it last became what it is."""
        times = (self.created_at, self.published_at, self.edited_at, self.struck_at)
        return max(filter(None, times))

    @property
    def is_of_staff(self) -> bool:
        return self.user_id is not None


class Deed(models.TextChoices):
    """What was done to a comment."""

    SENT = "sent", _("sent")
    APPROVE = "approve", _("approved")
    HOLD = "hold", _("held")
    SPAM = "spam", _("marked as spam")
    DELETE = "delete", _("deleted")
    UNDO = "undo", _("undone")
    EDIT = "edit", _("edited by its author")
    STRIKE = "strike", _("data struck out")
    SETTLE = "settle", _("report settled")
    FORGET = "forget", _("erased")


class Decision(models.Model):
    """One step of a comment's history; text is never in it."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="decisions")
    at = models.DateTimeField(default=timezone.now)
    deed = models.CharField(max_length=10, choices=Deed.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    by = models.CharField(max_length=150, blank=True)
    """Who, if not a user: the rules, Akismet, the author; a user's name, kept beyond them."""
    before = models.CharField(max_length=10, choices=State.choices, blank=True)
    after = models.CharField(max_length=10, choices=State.choices, blank=True)
    batch = models.CharField(max_length=12, blank=True, db_index=True)
    """What was decided in one go has one, by which it is undone in one go."""
    note = models.CharField(max_length=250, blank=True)

    class Meta:
        indexes = [models.Index(fields=["comment", "at"], name="comments_history")]

    def __str__(self) -> str:
        return f"{self.deed} {self.comment_id}"


class Report(models.Model):
    """What a reader finds wrong with a published comment."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="reports")
    at = models.DateTimeField(default=timezone.now)
    said = models.TextField(blank=True)
    told_at = models.DateTimeField(null=True)
    """When moderators were told."""
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["comment"], condition=Q(settled_at__isnull=True), name="comments_reported"
            )
        ]

    def __str__(self) -> str:
        return self.said[:50]


class Pace(models.TextChoices):
    AT_ONCE = "at_once", _("a mail for each, at once")
    HOURLY = "hourly", _("one mail an hour")
    NEVER = "never", _("no mail")


class ModeratorMail(models.Model):
    """How often a moderator hears of what waits; at once if there is no row."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="moderator_mail"
    )
    pace = models.CharField(
        _("Mail about comments that wait"),
        max_length=10,
        choices=Pace.choices,
        default=Pace.AT_ONCE,
    )
    told_at = models.DateTimeField(default=timezone.now)
    """Up to when the hourly mail has told."""

    def __str__(self) -> str:
        return f"{self.user_id} {self.pace}"


class DroppedOnDay(models.Model):
    """How many were dropped unseen, as blatant spam."""

    day = models.DateField(unique=True)
    count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.day} {self.count}"


@register_setting(icon="comment", order=800)
class CommentSettings(BaseGenericSetting):
    """The rules of the house."""

    house_rules = RichTextField(
        _("rules of the house"),
        blank=True,
        features=["bold", "italic", "link", "ul"],
        help_text=_("Stand beside the form: what is welcome here, and what is not."),
    )
    depth = models.PositiveSmallIntegerField(
        _("replies are indented"),
        default=3,
        validators=[MinValueValidator(2), MaxValueValidator(6)],
        help_text=_("How many levels deep, 2 to 6; deeper ones stand beneath the last."),
    )
    closed_after = models.PositiveIntegerField(
        _("closed after"), default=0, help_text=_("Days after a page is published. 0: never.")
    )
    edit_minutes = models.PositiveSmallIntegerField(
        _("authors may edit for"), default=15, help_text=_("Minutes. 0: not at all.")
    )

    hold_first = models.BooleanField(
        _("by somebody new, or whose address is not proven"), default=True
    )
    hold_name = models.BooleanField(_("under the name of a known author, unproven"), default=True)
    most_links = models.PositiveSmallIntegerField(
        _("with so many links or more"), default=2, help_text=_("0: however many.")
    )
    words = models.TextField(
        _("with one of these words"),
        blank=True,
        help_text=_(
            "A word or words on each line. Capitals, accents and hidden signs make no difference."
        ),
    )
    hold_barcode = models.BooleanField(_("with what may be a card's number"), default=True)
    hold_phone = models.BooleanField(_("with what may be a telephone number"), default=True)
    hold_email = models.BooleanField(_("with what may be an email address"), default=True)
    hold_request = models.BooleanField(
        _("with what may be the number of a request"),
        default=False,
        help_text=_("Catches honest talk too."),
    )
    hold_flood = models.BooleanField(_("from somebody who sends many at once"), default=True)
    hold_form = models.BooleanField(
        _("from a program: a trap filled in, sent too fast, or from an old form"), default=True
    )

    sends_address = models.BooleanField(
        _("Akismet is sent the author's email address"),
        default=False,
        help_text=_("It tells spam better with it. The form says whether it is sent."),
    )
    drops_blatant = models.BooleanField(
        _("what Akismet calls blatant spam is dropped"),
        default=False,
        help_text=_("Nobody sees it any more; only how much it was is counted."),
    )
    forget_after = models.PositiveSmallIntegerField(
        _("addresses of computers are forgotten after"), default=30, help_text=_("Days.")
    )

    panels = [
        FieldPanel("house_rules"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("depth"), FieldPanel("closed_after")]),
                FieldPanel("edit_minutes"),
            ],
            heading=_("The conversation"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("hold_first"),
                FieldPanel("hold_name"),
                FieldPanel("most_links"),
                FieldPanel("words"),
                FieldPanel("hold_barcode"),
                FieldPanel("hold_phone"),
                FieldPanel("hold_email"),
                FieldPanel("hold_request"),
                FieldPanel("hold_flood"),
                FieldPanel("hold_form"),
            ],
            heading=_("Held until a moderator has read it: what comes …"),
        ),
        MultiFieldPanel(
            [FieldPanel("sends_address"), FieldPanel("drops_blatant")], heading=_("Akismet")
        ),
        FieldPanel("forget_after"),
    ]

    class Meta:
        verbose_name = _("rules of comments")

    @property
    def held_words(self) -> Iterable[str]:
        return filter(None, (line.strip() for line in self.words.splitlines()))


class Discussion(models.TextChoices):
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed: those here stay, none are added")
    OFF = "off", _("off: none are shown")


class DiscussedPage(models.Model):
    """A page type that can be commented on; goes before the page class among its bases."""

    discussion_state = models.CharField(
        _("comments"), max_length=10, choices=Discussion.choices, default=Discussion.OPEN
    )

    discussion_panels = [FieldPanel("discussion_state")]
    discussed_questions: Iterable[str] = ()
    """Keys of questions on the page that have threads of their own."""

    def question_words(self, key: str) -> str:
        """What a question on the page asks; blank for none of its own."""
        return ""

    class Meta:
        abstract = True

    def get_context(self, request, *args, **kwargs):
        from comments.threads import discussion_of

        context = super().get_context(request, *args, **kwargs)
        return {**context, "discussion": discussion_of(self, request)}
