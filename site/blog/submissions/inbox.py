"""What the team does with what was sent in. All raise PermissionDenied for who may not."""

from collections.abc import Iterator

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.images import get_image_model
from wagtail.log_actions import log
from wagtail.models import Page
from wagtail.rich_text import RichText

from accounts.models import User
from blog.models import RESERVED_SLUGS, BlogPage, Deed, PostPage, State, Step, Submission
from blog.models.submissions import LONGEST_TITLE
from blog.submissions.sent_files import NotTaken, bare_picture, is_picture
from comments import moderation
from comments.models import LONGEST_TEXT, Comment, Question
from comments.models import Deed as CommentDeed
from comments.models import State as CommentState
from comments.moving import name_of
from comments.pages import discussed_page
from comments.rights import may_moderate
from comments.service import is_in_use
from core.html import from_text
from people.models import Person

AFTER = {
    Deed.DONE: State.DONE,
    Deed.SPAM: State.SPAM,
    Deed.DELETE: State.DELETED,
    Deed.REOPEN: State.NEW,
}
"""What each deed that moves a submission makes of it."""
MAY_UNDO = {Deed.DONE, Deed.SPAM, Deed.DELETE, Deed.REOPEN}


class Refused(ValueError):
    """It was not done. The message says why."""


def may_read(user: User) -> bool:
    """Whether somebody sees what was sent in: whoever may add posts to the blog."""
    return any(blog.permissions_for_user(user).can_add_subpage() for blog in BlogPage.objects.all())


def check_may_read(user: User) -> None:
    if not may_read(user):
        raise PermissionDenied


def namesakes(submission: Submission) -> list[Person]:
    """Return persons known here who may be the sender: only people can tell."""
    return list(Person.objects.filter(name__iexact=submission.name).order_by("pk"))


@transaction.atomic
def take(submission: Submission, by: User, author: Person | None = None) -> PostPage:
    """Make a draft post of what was sent; once: then it returns the one there is.

    Without an author it is by a new guest: anybody can give a name that is known here.
    """
    check_may_read(by)
    submission = _locked(submission)
    if submission.post is not None:
        return submission.post
    blog = BlogPage.objects.get()
    post = PostPage(
        title=submission.heading[:LONGEST_TITLE], slug=_slug(submission), live=False, owner=by
    )
    post.authors = [author or _new_guest(submission)]
    post.body = [("text", RichText(from_text(submission.text))), *_pictures(submission, by)]
    blog.add_child(instance=post)
    log(instance=post, action="wagtail.create", user=by)
    post.save_revision(user=by)
    submission.post = post
    _move(submission, Deed.DRAFT, State.DONE, by)
    return post


@transaction.atomic
def place(submission: Submission, page: Page, by: User) -> Comment:
    """Publish what was sent as a comment on a page, in its sender's name; once.

    Raises Refused where the page takes none, or it is too long for one.
    """
    check_may_read(by)
    discussed = discussed_page(page.pk)
    if discussed is None:
        raise Refused(_("Readers see no comments there. Choose a page that is published."))
    if not may_moderate(by, discussed):
        raise PermissionDenied
    submission = _locked(submission)
    if submission.comment is not None:
        return submission.comment
    if not submission.text:
        raise Refused(_("It says nothing that could stand there."))
    if len(submission.text) > LONGEST_TEXT:
        raise Refused(_("It is too long for a comment: make a draft post of it."))
    comment = Comment.objects.create(
        page_id=discussed.pk,
        name=submission.name,
        folded_name=submission.folded_name,
        email=submission.email,
        library=submission.library,
        is_proven=submission.is_proven,
        text=submission.text,
        created_at=submission.created_at,
        state=CommentState.HELD,
        reasons=[{"rule": "mailed", "said": ""}],
        # The team has read it already.
        queued_at=timezone.now(),
    )
    moderation.decide(Comment.objects.filter(pk=comment.pk), CommentDeed.APPROVE, by)
    comment.refresh_from_db()
    submission.comment = comment
    _move(submission, Deed.PLACE, State.DONE, by)
    return comment


@transaction.atomic
def move(submission: Submission, deed: Deed, by: User) -> Step | None:
    """Put it where a deed says; None where it is there already. A step can be undone."""
    check_may_read(by)
    submission = _locked(submission)
    if submission.state == AFTER[deed]:
        return None
    return _move(submission, deed, AFTER[deed], by)


@transaction.atomic
def undo(step: Step, by: User) -> bool:
    """Take a step back, unless something else was done since. Returns whether it was."""
    check_may_read(by)
    submission = _locked(step.submission)
    if not can_undo(step) or submission.state != step.after:
        return False
    _move(submission, Deed.UNDO, State(step.before), by)
    return True


def can_undo(step: Step) -> bool:
    """Say whether it is the last that was done, and of a kind that can be taken back."""
    later = Step.objects.filter(submission=step.submission_id, pk__gt=step.pk)
    return step.deed in MAY_UNDO and not later.exists()


def _locked(submission: Submission) -> Submission:
    """Return a submission that nobody else changes until this is done."""
    return Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)


def _move(submission: Submission, deed: Deed, after: State, by: User) -> Step:
    before, submission.state, submission.moved_at = submission.state, after, timezone.now()
    _tell_service(submission, before)
    submission.save()
    return Step.objects.create(
        submission=submission, deed=deed, user=by, by=name_of(by), before=before, after=after
    )


def _tell_service(submission: Submission, before: str) -> None:
    """Let the spam service know where a person knows better than it did."""
    submission.question, submission.ask_at, submission.asked = Question.NOTHING, None, 0
    was_spam = submission.verdict in ("spam", "discard")
    if not (is_in_use() and submission.ip and submission.text_as_sent):
        return
    if submission.state == State.SPAM and not was_spam:
        submission.question = Question.SPAM
    elif before == State.SPAM and submission.state != State.DELETED and was_spam:
        submission.question = Question.HAM
    if submission.question:
        submission.ask_at = timezone.now()


def _slug(submission: Submission) -> str:
    """Return a slug where the blog has pages of its own at the title's; else blank."""
    slug = slugify(submission.heading, allow_unicode=True)
    is_taken = slug in RESERVED_SLUGS or (slug.isdecimal() and len(slug) == 4)
    return f"{slug}-{submission.key}" if is_taken or not slug else ""


def _new_guest(submission: Submission) -> Person:
    library = submission.library
    return Person.objects.create(name=submission.name, role=_("Guest"), blurb=library)


def _pictures(submission: Submission, by: User) -> Iterator[tuple[str, dict]]:
    """Yield a block for each picture that came along, and put it among the site's pictures."""
    for file in filter(is_picture, submission.files.order_by("pk")):
        try:
            picture = bare_picture(file)
        except NotTaken:
            # It stays with the submission, where people can look at it.
            continue
        title = file.name.rpartition(".")[0]
        image = get_image_model().objects.create(title=title, file=picture, uploaded_by_user=by)
        yield "image", {"image": image, "alt": "", "caption": ""}
