"""How long what was sent in is kept, and its files with it."""

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from blog.models import State, Submission, SubmissionFile
from blog.models.submissions import SubmissionQuerySet
from comments.cleaning import forget_senders

KEPT_FOR = {
    State.SPAM: timedelta(days=15),
    State.DELETED: timedelta(days=30),
    State.DONE: timedelta(days=365),
}
"""After it came into that state; what became a post or a comment is kept with that."""
AT_ONCE = 200
ORPHANED_FOR = timedelta(days=1)


def clean() -> bool:
    """Forget what is due. Returns whether there is more."""
    forget_senders(Submission)
    is_more = [_purge(state, kept_for) for state, kept_for in KEPT_FOR.items()]
    _sweep()
    return any(is_more)


def export_sender(email: str) -> list[dict]:
    """Return all that is kept of what an address has sent in, as plain values."""
    fields = ("name", "email", "library", "kind", "title", "text", "state", "ip", "agent")
    return [
        {
            "sent": submission.created_at.isoformat(),
            **{field: getattr(submission, field) for field in fields},
            "files": [file.name for file in submission.files.all()],
        }
        for submission in _of_sender(email).prefetch_related("files").order_by("pk")
    ]


@transaction.atomic
def erase_sender(email: str) -> int:
    """Erase what an address has sent in, files and all; what was published of it stays."""
    submissions = _of_sender(email)
    count = submissions.count()
    submissions.delete()
    return count


def delete_file(file: SubmissionFile) -> None:
    """Remove from the disk what no row names any more, once it is certain."""
    transaction.on_commit(lambda: file.file.storage.delete(file.file.name))


def _of_sender(email: str) -> SubmissionQuerySet:
    return Submission.objects.filter(email__iexact=email.strip()).exclude(email="")


def _purge(state: State, kept_for: timedelta) -> bool:
    old = Submission.objects.filter(state=state, moved_at__lt=timezone.now() - kept_for)
    if state == State.DONE:
        old = old.filter(post=None, comment=None)
    pks = list(old.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    Submission.objects.filter(pk__in=pks).delete()
    return len(pks) == AT_ONCE


def _sweep() -> None:
    """Remove files without a row: whoever wrote or removed them was killed half way."""
    folder = Path(settings.SUBMISSIONS_FOLDER)
    if not folder.is_dir():
        return
    oldest = (timezone.now() - ORPHANED_FOR).timestamp()
    known = set(SubmissionFile.objects.values_list("file", flat=True))
    for path in folder.iterdir():
        if path.name not in known and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
