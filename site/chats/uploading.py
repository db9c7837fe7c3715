"""Uploads of recordings that go on where they were cut off.

The core of tus 1.0.0 (tus.io, "Resumable Upload Protocol"): POST makes an upload, PATCH adds bytes
at an offset, HEAD tells how far it is, DELETE ends it. A part file and a note beside it, in
DATA_DIR, are all there is of one until it is whole.
"""

import fcntl
import json
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Collection
from wagtailmedia.models import get_media_model

from accounts.models import User
from chats.models import ChatPage
from core.publishing import save_draft
from core.recordings import ENOUGH, NoRecording, kind_of

KEPT_FOR = timedelta(days=3)
"""How long an upload nobody goes on with is kept."""
SPARE = 1024**3
"""Bytes of the disk that uploads leave to the site."""


class Refused(ValueError):
    """It cannot be uploaded. The message says why and what to do."""


class Misplaced(ValueError):
    """Bytes were sent for another offset than the one the upload is at."""


class Occupied(Exception):
    """Another request is adding to the upload."""


@dataclass(frozen=True)
class Upload:
    """A recording on its way. `seconds` is its length as the browser reads it, 0 if it cannot."""

    key: str
    chat: int
    user: int
    name: str
    size: int
    seconds: float = 0.0

    @property
    def mark(self) -> str:
        """What the kept file's name holds: a second `finish`, after a crash, knows it by that."""
        return f"-{self.key[:12]}"

    @property
    def path(self) -> Path:
        return settings.UPLOADS / f"{self.key}.part"

    @property
    def note(self) -> Path:
        return settings.UPLOADS / f"{self.key}.json"

    @property
    def offset(self) -> int:
        """How many bytes are here."""
        return self.path.stat().st_size


def free_space() -> int:
    """Return how many bytes a recording may have."""
    settings.UPLOADS.mkdir(parents=True, exist_ok=True)
    return max(0, shutil.disk_usage(settings.UPLOADS).free - SPARE - sum(_awaited()))


def begin(chat: ChatPage, user: User, name: str, size: int, seconds: float = 0.0) -> Upload:
    """Make an upload. Raises Refused where there is no room or no browser plays such a file."""
    name = Path(name.replace("\\", "/").replace("\0", "")).name[-200:]
    if size <= 0:
        raise Refused(_("The file is empty."))
    if size > free_space():
        raise Refused(_("There is no room for it on this server. Ask whoever runs the site."))
    upload = Upload(uuid.uuid4().hex, chat.pk, user.pk, name, size, seconds)
    upload.path.touch()
    upload.note.write_text(json.dumps(asdict(upload)), "utf-8")
    return upload


def find(key: str, chat: ChatPage, user: User) -> Upload | None:
    """Return an upload of this user to this chat."""
    if len(key) != 32 or not key.isalnum():
        return None
    upload = _noted(settings.UPLOADS / f"{key}.json")
    if upload is None:
        return None
    is_theirs = (upload.chat, upload.user) == (chat.pk, user.pk)
    return upload if is_theirs and upload.path.exists() else None


def add(upload: Upload, offset: int, chunks: Iterable[bytes]) -> int:
    """Add bytes at an offset and return the new one; what arrives before a cut stays.

    Raises Misplaced, Occupied, and Refused once the first bytes are of no recording.
    """
    with _alone(upload) as file:
        file.seek(0, 2)
        if file.tell() != offset:
            raise Misplaced(str(file.tell()))
        try:
            for chunk in chunks:
                if file.tell() + len(chunk) > upload.size:
                    raise Refused(_("More arrived than the file has."))
                file.write(chunk)
        finally:
            file.flush()
        if offset < ENOUGH:
            file.seek(0)
            head = file.read(ENOUGH)
            if len(head) >= min(ENOUGH, upload.size):
                _check(upload, head)
        return upload.offset


def finish(upload: Upload, user: User) -> ChatPage:
    """Keep a whole upload as the chat's recording, or its sound, and return the chat.

    The chat is published if it is public, nobody's draft would go along, and the user may.
    """
    with _alone(upload) as file:
        if upload.offset != upload.size:
            raise Misplaced(str(upload.offset))
        kind = _check(upload, file.read(ENOUGH))
        chat = ChatPage.objects.get(pk=upload.chat)
        if not get_media_model().objects.filter(file__contains=upload.mark).exists():
            # Before the transaction: nobody's write waits until a far service has all of it.
            name = _store(upload)
            try:
                chat = _keep(upload, name, kind, user)
            except BaseException:
                _storage().delete(name)
                raise
        _forget(upload)
        return chat


def give_up(upload: Upload) -> None:
    _forget(upload)


def forget_old_uploads() -> None:
    """Delete uploads that nobody has gone on with for days."""
    oldest = time.time() - KEPT_FOR.total_seconds()
    for path in [*settings.UPLOADS.glob("*.part"), *settings.UPLOADS.glob("*.json")]:
        try:
            if path.stat().st_mtime < oldest and not _is_moving(path):
                path.unlink(missing_ok=True)
        except OSError:
            continue


class _Linked(File):
    """A file that a storage of this machine takes by its second name, in place of copying it.

    The first name stays until the chat is saved: whatever happens before can be done again.
    """

    def temporary_file_path(self) -> str:
        path = Path(self.file.name).with_suffix(".kept")
        path.unlink(missing_ok=True)
        path.hardlink_to(self.file.name)
        return str(path)


def _storage() -> Storage:
    return get_media_model()._meta.get_field("file").storage


def _store(upload: Upload) -> str:
    """Store the file of an upload, and return the name that it has there."""
    stem, _dot, extension = upload.name.rpartition(".")
    media = get_media_model()()
    name = media._meta.get_field("file").generate_filename(
        media, f"{stem}{upload.mark}.{extension}"
    )
    with upload.path.open("rb") as file:
        return _storage().save(name, _Linked(file))


@transaction.atomic
def _keep(upload: Upload, name: str, kind: str, user: User) -> ChatPage:
    chat = ChatPage.objects.select_for_update().get(pk=upload.chat)
    draft = chat.get_latest_revision_as_object()
    media = get_media_model().objects.create(
        title=chat.title,
        type=kind,
        duration=upload.seconds,
        file=name,
        collection=Collection.get_first_root_node(),
        uploaded_by_user=user,
    )
    setattr(draft, "audio_file" if kind == "audio" else "recording_file", media)
    if draft.duration is None and upload.seconds >= 1:
        draft.duration = round(upload.seconds)
    save_draft(draft, user)
    return chat


def _check(upload: Upload, head: bytes) -> str:
    try:
        return kind_of(upload.name, head)
    except NoRecording as error:
        _forget(upload)
        raise Refused(str(error)) from error


def _forget(upload: Upload) -> None:
    upload.note.unlink(missing_ok=True)
    upload.path.unlink(missing_ok=True)


@contextmanager
def _alone(upload: Upload) -> Iterator:
    """Open the part file for this request only; another one at it is told to come again."""
    with upload.path.open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Occupied from error
        yield file


def _is_moving(path: Path) -> bool:
    """Say whether the bytes of a note's upload have grown lately."""
    part = path.with_suffix(".part")
    return part.exists() and part.stat().st_mtime > time.time() - KEPT_FOR.total_seconds()


def _awaited() -> Iterator[int]:
    """Yield what uploads under way have yet to bring."""
    for upload in filter(None, map(_noted, settings.UPLOADS.glob("*.json"))):
        with suppress(OSError):
            yield max(0, upload.size - upload.offset)


def _noted(note: Path) -> Upload | None:
    """Return the upload that a note tells of; None for one that is gone or no note of ours."""
    try:
        return Upload(**json.loads(note.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
