"""Files that strangers send: of a few kinds, each what its name says, and none too large."""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files import File
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from blog.models.submissions import LONGEST_FILE_NAME, SubmissionFile
from core.file_kinds import extension_of, is_what_it_says
from core.text import clean_line

MB = 1024 * 1024
MOST = 5
LARGEST = 10 * MB
LARGEST_TOGETHER = 20 * MB
PICTURES = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}
"""Extensions, and how Pillow names the format."""
EXTENSIONS = ("docx", "odt", "pdf", "md", "txt", *PICTURES)
KEPT = ("icc_profile", "transparency", "duration", "loop")


class NotTaken(ValueError):
    """A file is not taken. The message says why, and names it."""


@dataclass(frozen=True)
class Sifted:
    """What was sent, parted."""

    taken: list[File]
    left_out: list[str]
    """Why others were not, in sentences."""


def clean_name(name: str) -> str:
    """Return a file's name as it can be shown and saved under: without a way, in one line."""
    bare = clean_line(PurePosixPath(clean_line(name).replace("\\", "/")).name).lstrip(". ")
    stem, dot, extension = bare.rpartition(".")
    if not dot:
        return bare[:LONGEST_FILE_NAME] or "file"
    return f"{stem[: LONGEST_FILE_NAME - len(extension) - 1]}.{extension}"[-LONGEST_FILE_NAME:]


def check_file(file: File) -> None:
    """Raise NotTaken for a file that is too large, of another kind, or not what it is named."""
    named = {"name": clean_name(file.name)}
    extension = extension_of(named["name"])
    if extension not in EXTENSIONS:
        kinds = ", ".join(one for one in EXTENSIONS if one != "jpeg")
        raise NotTaken(
            _("“%(name)s” is of no kind that we take: %(kinds)s.") % {**named, "kinds": kinds}
        )
    if file.size > LARGEST:
        sizes = {"size": filesizeformat(file.size), "most": filesizeformat(LARGEST)}
        raise NotTaken(_("“%(name)s” has %(size)s; a file may have %(most)s.") % {**named, **sizes})
    if not file.size:
        raise NotTaken(_("“%(name)s” is empty.") % named)
    if not is_what_it_says(extension, file):
        raise NotTaken(
            _("“%(name)s” is something else inside than its name says. Save it anew.") % named
        )


def check_files(files: Iterable[File]) -> list[str]:
    """Return all that is wrong with files sent together, in sentences."""
    files = list(files)
    wrong = []
    if len(files) > MOST:
        wrong.append(
            _("These are %(n)d files; send %(most)d at most.") % {"n": len(files), "most": MOST}
        )
    for file in files[:MOST]:
        try:
            check_file(file)
        except NotTaken as error:
            wrong.append(str(error))
    size = sum(file.size for file in files)
    if not wrong and size > LARGEST_TOGETHER:
        sizes = {"size": filesizeformat(size), "most": filesizeformat(LARGEST_TOGETHER)}
        wrong.append(_("Together the files have %(size)s; they may have %(most)s.") % sizes)
    return wrong


def sift(files: Iterable[File]) -> Sifted:
    """Take of many what can be taken, in the order they come."""
    taken: list[File] = []
    left_out: list[str] = []
    for file in files:
        try:
            check_file(file)
        except NotTaken as error:
            left_out.append(str(error))
            continue
        is_too_much = sum(one.size for one in taken) + file.size > LARGEST_TOGETHER
        if is_too_much or len(taken) == MOST:
            left_out.append(_("“%(name)s” was one too many.") % {"name": clean_name(file.name)})
        else:
            taken.append(file)
    return Sifted(taken, left_out)


def is_picture(file: SubmissionFile) -> bool:
    return extension_of(file.name) in PICTURES


def bare_picture(file: SubmissionFile) -> File:
    """Return a picture without what else lies in its file, as the place where it was taken.

    Raises NotTaken for one that cannot be read, or is too large to be shown.
    """
    named = {"name": file.name}
    with file.file.open("rb") as opened:
        content = opened.read()
    try:
        with Image.open(BytesIO(content), formats=["JPEG", "PNG", "WEBP"]) as image:
            if image.width * image.height > settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS:
                raise NotTaken(_("“%(name)s” has too many pixels to be shown.") % named)
            upright = ImageOps.exif_transpose(image)
            # What colours mean is kept; what programs and cameras wrote beside them is not.
            upright.info = {name: upright.info[name] for name in KEPT if name in upright.info}
            saved = BytesIO()
            upright.save(saved, PICTURES[extension_of(file.name)], quality=90)
    except NotTaken:
        raise
    # A broken picture makes Pillow raise nearly anything, SyntaxError among it.
    except Exception as error:
        raise NotTaken(_("“%(name)s” cannot be read as a picture.") % named) from error
    return SimpleUploadedFile(file.name, saved.getvalue())
