"""Putting a back-up in place: looked through as a whole first, and never over what is there."""

import json
import os
import shutil
import tarfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files import File
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from core.media import MediaAway, current_bucket
from operate.back_ups import BackUpFault
from operate.back_ups.databases import Database, current_database
from operate.back_ups.making import SPARE, HashingReader
from operate.back_ups.manifest import (
    MANIFEST,
    MEDIA,
    SECRETS,
    SUBMISSIONS,
    SUMS,
    Manifest,
    read_manifest,
)

if TYPE_CHECKING:
    from core.bucket import Bucket

STAGING = ".restoring"
LONGEST_MANIFEST = 1024 * 1024
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True)
class Restored:
    manifest: Manifest
    aside: Path | None
    """Where what was there before lies now."""


def restore(file: Path, *, replace: bool = False) -> Restored:
    """Put a back-up where the settings say that the site is, and hold all mail.

    The site must not run. What the settings do not tell (migrations, index) is left to the caller.
    Raises BackUpFault, with nothing changed, for what is damaged, newer than this release or of
    another kind of database, and where there is a site already. With `replace` that one is kept
    aside.
    """
    place = _Place(settings.DATA_DIR, current_database())
    staging = place.data_dir / STAGING
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700, parents=True)
    try:
        manifest = unpack(file, staging, lambda manifest: place.look(manifest, replace))
        return Restored(manifest, place.fill(staging, manifest, replace))
    except MediaAway as error:
        raise BackUpFault(
            f"The bucket of uploads fails: {error}. Begin again, with --replace."
        ) from error
    except OSError as error:
        raise BackUpFault(f"It cannot be restored: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


@dataclass(frozen=True)
class _Place:
    data_dir: Path
    database: Database

    def look(self, manifest: Manifest, replace: bool) -> None:
        """Raises BackUpFault where the back-up must not be put here."""
        if manifest.engine != self.database.engine:
            raise BackUpFault(
                f"The back-up is of {NAMES[manifest.engine]}, and DATABASE_URL here of "
                f"{NAMES[self.database.engine]}: one does not go into the other."
            )
        if newer := manifest.newer_than_here():
            raise BackUpFault(
                "The back-up was made by a newer release, with "
                f"{', '.join(newer[:3])}{' and more' if len(newer) > 3 else ''}: take that one."
            )
        free = shutil.disk_usage(self.data_dir).free
        if free < manifest.size + SPARE:
            raise BackUpFault(
                f"It takes {filesizeformat(manifest.size)}, and {filesizeformat(free)} are free."
            )
        if not replace and not self.is_empty(manifest):
            raise BackUpFault(
                f"There is a site already, in {self.data_dir} and its database. --replace puts "
                "the back-up in its place and keeps it aside."
            )
        if self.database.is_in_use():
            raise BackUpFault("The database is in use: stop the web server and the worker first.")

    def is_empty(self, manifest: Manifest) -> bool:
        files = _filled_by(manifest).values()
        return self.database.is_empty() and not any(kept.has_files() for kept in files)

    def fill(self, staging: Path, manifest: Manifest, replace: bool) -> Path | None:
        aside = None
        if replace and not self.is_empty(manifest):
            moment = timezone.now().strftime("%Y%m%dT%H%M%SZ")
            aside = self.data_dir / f"replaced-{moment}"
            aside.mkdir(mode=0o700)
        # First what may fail, as a whole or not at all; then files are only moved, or sent to a
        # bucket, which may be done again.
        self.database.load(staging / self.database.member, manifest.rows, aside)
        _write_secrets(json.loads((staging / SECRETS).read_bytes()), aside)
        for name, kept in _filled_by(manifest).items():
            if aside:
                kept.move_to(aside / name)
            kept.fill_from(staging / name)
        # Made anew; stored pages are by each start of the web server.
        shutil.rmtree(settings.SEARCH_INDEX, ignore_errors=True)
        return aside


def unpack(file: Path, staging: Path, look: Callable[[Manifest], None]) -> Manifest:
    """Write all members of a back-up to `staging`, once `look` has seen what it is.

    Raises BackUpFault where it is not whole, to the byte.
    """
    sums: dict[str, str] = {}
    try:
        with tarfile.open(file, "r|gz") as tar:
            members = iter(tar)
            manifest = _first(tar, next(members, None), sums)
            look(manifest)
            said = _unpack_rest(tar, members, staging, sums)
    except FileNotFoundError as error:
        raise BackUpFault(f"There is no file {error.filename}.") from error
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise BackUpFault("The file is no back-up, or not a whole one.") from error
    if said != "".join(f"{digest}  {name}\n" for name, digest in sums.items()).encode():
        raise BackUpFault("The back-up is damaged: what is in it is not what was written.")
    return manifest


def _first(tar: tarfile.TarFile, member: tarfile.TarInfo | None, sums: dict[str, str]) -> Manifest:
    if member is None or member.name != MANIFEST or member.size > LONGEST_MANIFEST:
        raise BackUpFault("The file is no back-up of this site.")
    reader = HashingReader(tar.extractfile(member))
    manifest = read_manifest(reader.read())
    sums[MANIFEST] = reader.digest.hexdigest()
    return manifest


def _unpack_rest(tar, members, staging: Path, sums: dict[str, str]) -> bytes | None:
    """Return what the file says of its digests; None where it ends before."""
    for member in members:
        if not member.isreg() or not _is_inside(member.name):
            raise BackUpFault(f"The back-up has {member.name}, which does not belong there.")
        if member.name == SUMS:
            return tar.extractfile(member).read()
        target = staging / member.name
        target.parent.mkdir(parents=True, exist_ok=True)
        reader = HashingReader(tar.extractfile(member))
        with target.open("xb") as out:
            shutil.copyfileobj(reader, out, 1024 * 1024)
        target.chmod(member.mode & 0o666)
        os.utime(target, (member.mtime, member.mtime))
        sums[member.name] = reader.digest.hexdigest()
    return None


def _is_inside(name: str) -> bool:
    # Python 3.11.2, which is Debian's, has no tarfile.data_filter yet.
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _write_secrets(said: dict, aside: Path | None) -> None:
    # Among the former ones too: SECRET_KEY in the environment may say another.
    former = dict.fromkeys([said["secret"], *said["fallbacks"]])
    for path, content in (
        (settings.SECRET_FILE, said["secret"]),
        (settings.FORMER_SECRETS_FILE, "\n".join(former)),
    ):
        if aside and path.exists():
            shutil.move(path, aside / path.name)
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)


class _Folder:
    """What is kept on this disk; the folder itself may be a disk of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def has_files(self) -> bool:
        return self._path.is_dir() and any(path.is_file() for path in self._path.rglob("*"))

    def move_to(self, aside: Path) -> None:
        _move_all(self._path, aside)

    def fill_from(self, source: Path) -> None:
        _move_all(source, self._path)


class _InBucket:
    """What is kept in a bucket. Aside is a folder of that, called as the one of the disk."""

    def __init__(self, bucket: "Bucket") -> None:
        self._bucket = bucket

    def has_files(self) -> bool:
        return any(True for _file in self._bucket.walk())

    def move_to(self, aside: Path) -> None:
        self._bucket.move_all(f"{aside.parent.name}/{aside.name}")

    def fill_from(self, source: Path) -> None:
        for path in sorted(source.rglob("*")):
            if path.is_file():
                with path.open("rb") as file:
                    self._bucket.put(path.relative_to(source).as_posix(), File(file))


def _filled_by(manifest: Manifest) -> dict[str, _Folder | _InBucket]:
    """Return where uploads of a back-up go, by what they are called in it."""
    places: dict[str, _Folder | _InBucket] = {SUBMISSIONS: _Folder(settings.SUBMISSIONS_FOLDER)}
    if manifest.has_media:
        bucket = current_bucket()
        places[MEDIA] = _InBucket(bucket) if bucket else _Folder(Path(settings.MEDIA_ROOT))
    return places


def _move_all(source: Path, target: Path) -> None:
    if not source.is_dir():
        return
    target.mkdir(parents=True, exist_ok=True)
    for path in source.iterdir():
        shutil.move(path, target / path.name)
