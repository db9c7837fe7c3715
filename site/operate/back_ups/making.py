"""Making a back-up while the site runs."""

import fcntl
import hashlib
import io
import json
import os
import shutil
import stat
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils._os import safe_join

from core.media import MediaAway, current_bucket
from operate.back_ups import BackUpFault
from operate.back_ups.databases import Database, current_database
from operate.back_ups.keeping import name_at, thin
from operate.back_ups.manifest import MANIFEST, MEDIA, SECRETS, SUBMISSIONS, SUMS, Manifest

if TYPE_CHECKING:
    from core.bucket import Bucket, Listed

PART = ".part"
STAGING = ".making"
LOCK = ".lock"
COMPRESSION = 3
"""Recordings do not get smaller, and text nearly as small as at 9, in a third of the time."""
SPARE = 64 * 1024 * 1024
"""Bytes that stay free, for the site itself."""


def back_up(path: Path | None = None) -> Path:
    """Write a back-up and return where it is: at `path`, in that folder, or in BACK_UPS.

    Those in BACK_UPS are thinned then. A file that is there is never written over, and a half one
    never bears the name of a whole one. Raises BackUpFault.
    """
    now = timezone.now()
    with _alone() as folder:
        target = path or folder
        if target.is_dir():
            target = target / name_at(now)
        if target.exists():
            raise BackUpFault(f"{target} is there already.")
        if not target.parent.is_dir():
            raise BackUpFault(f"There is no folder {target.parent}.")
        part = target.with_name(target.name + PART)
        try:
            with _staging(folder) as staging:
                _write(part, staging, target)
            part.rename(target)
        except MediaAway as error:
            raise BackUpFault(f"Uploads cannot be fetched: {error}") from error
        except OSError as error:
            raise BackUpFault(f"It cannot be written: {error.strerror or error}.") from error
        finally:
            part.unlink(missing_ok=True)
        _sync_folder(target.parent)
        if target.parent == folder:
            thin(folder, now)
    return target


@contextmanager
def _alone() -> Iterator[Path]:
    """Keep others out, clear up what a killed one left, and give the folder of back-ups."""
    folder = settings.BACK_UPS
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackUpFault("Another back-up is being made.") from error
        for left in folder.glob(f"*{PART}"):
            left.unlink()
        yield folder


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    staging = folder / STAGING
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700)
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _write(part: Path, staging: Path, target: Path) -> None:
    database = current_database()
    files: dict[str, _Files | _Fetched] = {
        SUBMISSIONS: _Files(settings.SUBMISSIONS_FOLDER, staging / SUBMISSIONS)
    }
    bucket = current_bucket()
    if isinstance(default_storage, FileSystemStorage):
        files[MEDIA] = _Files(Path(settings.MEDIA_ROOT), staging / MEDIA)
    elif bucket and settings.BACK_UP_MEDIA:
        files[MEDIA] = _Fetched(bucket, staging / MEDIA)
    _see_to_space(database, files.values(), staging, target.parent)

    now = timezone.now()
    # Held before the database is copied, and once more after: what its rows name is there, though
    # it was deleted or came in meanwhile.
    for held in files.values():
        held.hold()
    copy = staging / database.member
    contents = database.copy(copy)
    for held in files.values():
        held.hold()

    members = [(database.member, copy)]
    for name, held in sorted(files.items()):
        members += [(f"{name}/{inner}", path) for inner, path in held]
    manifest = Manifest(
        made_at=now.isoformat(timespec="seconds"),
        site_url=settings.SITE_URL,
        engine=database.engine,
        migrations=contents.migrations,
        rows=contents.rows,
        has_media=MEDIA in files,
        size=sum(path.stat().st_size for _name, path in members),
    )
    secrets = {"secret": settings.SECRET_KEY, "fallbacks": list(settings.SECRET_KEY_FALLBACKS)}
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=COMPRESSION) as tar:
            archive = _Archive(tar)
            archive.add_bytes(MANIFEST, manifest.written())
            archive.add_bytes(SECRETS, json.dumps(secrets).encode())
            for name, path in members:
                archive.add_file(name, path)
            archive.add_bytes(SUMS, archive.sums())
        file.flush()
        os.fsync(file.fileno())


def _see_to_space(
    database: Database, files: Iterable["_Files | _Fetched"], staging: Path, goal: Path
) -> None:
    """Raises BackUpFault where there may not be room; recordings do not get smaller."""
    of_copy = database.size()
    of_staging = of_copy + sum(held.size() for held in files if isinstance(held, _Fetched))
    of_back_up = of_copy + sum(held.size() for held in files)
    needed: dict[int, tuple[Path, int]] = {}
    for place, size in ((staging, of_staging), (goal, of_back_up)):
        device = place.stat().st_dev
        needed[device] = (place, needed.get(device, (place, SPARE))[1] + size)
    for place, size in needed.values():
        free = shutil.disk_usage(place).free
        if free < size:
            raise BackUpFault(
                f"A back-up may need {filesizeformat(size)}, and {filesizeformat(free)} are free "
                f"in {place}."
            )


class _Files:
    """The files of a folder, held by a second name: one that is deleted stays for the back-up."""

    def __init__(self, folder: Path, staging: Path) -> None:
        self._folder = folder
        self._staging = staging
        self._held: dict[str, Path] = {}

    def size(self) -> int:
        return sum(path.stat().st_size for path in self._folder.rglob("*") if path.is_file())

    def hold(self) -> None:
        for path in self._folder.rglob("*"):
            name = path.relative_to(self._folder).as_posix()
            if name not in self._held and path.is_file() and not path.is_symlink():
                self._held[name] = self._hold(path, name)

    def _hold(self, path: Path, name: str) -> Path:
        second = self._staging / name
        second.parent.mkdir(parents=True, exist_ok=True)
        try:
            second.hardlink_to(path)
        except OSError:
            # On another disk, or where there are no links: it is read where it is.
            return path
        return second

    def __iter__(self) -> Iterator[tuple[str, Path]]:
        return iter(sorted((name, path) for name, path in self._held.items() if path.exists()))


class _Fetched:
    """The files of a bucket, fetched to the disk: one that is deleted stays for the back-up."""

    def __init__(self, bucket: "Bucket", staging: Path) -> None:
        self._bucket = bucket
        self._staging = staging

    def size(self) -> int:
        return sum(one.size for one in self._bucket.walk())

    def hold(self) -> None:
        for one in self._bucket.walk():
            path = Path(safe_join(self._staging, one.name))
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                self._fetch(one, path)

    def _fetch(self, one: "Listed", path: Path) -> None:
        try:
            with path.open("wb") as file:
                file.writelines(self._bucket.read(one.name, 0, one.size))
            os.utime(path, (one.modified, one.modified))
        except FileNotFoundError:
            # Gone since it was listed: then it is of no row that is copied.
            path.unlink()

    def __iter__(self) -> Iterator[tuple[str, Path]]:
        found = (path for path in self._staging.rglob("*") if path.is_file())
        return iter(sorted((path.relative_to(self._staging).as_posix(), path) for path in found))


class _Archive:
    """A tar file that knows the digest of each member."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._sums: dict[str, str] = {}

    def add_bytes(self, name: str, content: bytes) -> None:
        self._add(name, io.BytesIO(content), len(content), timezone.now().timestamp(), 0o600)

    def add_file(self, name: str, path: Path) -> None:
        with path.open("rb") as file:
            state = os.fstat(file.fileno())
            mode = stat.S_IMODE(state.st_mode)
            self._add(name, file, state.st_size, state.st_mtime, mode)

    def sums(self) -> bytes:
        return "".join(f"{digest}  {name}\n" for name, digest in self._sums.items()).encode()

    def _add(self, name: str, file: IO[bytes], size: int, changed: float, mode: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mtime, member.mode = size, int(changed), mode
        read = HashingReader(file)
        self._tar.addfile(member, read)
        self._sums[name] = read.digest.hexdigest()


class HashingReader:
    """Passes on what is read of a file, and keeps its SHA-256."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        part = self._file.read(size)
        self.digest.update(part)
        return part


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
