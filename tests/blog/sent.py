"""Files and forms to send in, as readers' browsers and mail programs do."""

import zipfile
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from blog.models import BlogPage
from tests.comments.pages import stamp

WRITTEN = {
    "kind": "entry",
    "title": "What a padded box saves",
    "text": "We counted for a year.\n\nHere is <b>what</b> came of it.",
    "name": "Ines Moreau",
    "email": "ines@example.org",
    "library": "Harbour Town Library",
}
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"


def zipped(*names: str, first: tuple[str, str] | None = None) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        if first:
            archive.writestr(*first)
        for name in names:
            archive.writestr(name, "<x/>")
    return packed.getvalue()


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **options) -> bytes:
    saved = BytesIO()
    Image.new("RGB", size, "teal").save(saved, kind, **options)
    return saved.getvalue()


DOCX = zipped("[Content_Types].xml", "word/document.xml")
ODT = zipped("content.xml", first=("mimetype", "application/vnd.oasis.opendocument.text"))
OF_EACH_KIND = {
    "a.docx": DOCX,
    "a.odt": ODT,
    "a.pdf": PDF,
    "a.txt": "Größe\r\n".encode(),
    "old.txt": "Größe".encode("cp1252"),
    "notepad.txt": "Größe".encode("utf-16"),
    "a.md": b"# A title",
    "a.jpg": picture(),
    "A.JPEG": picture(),
    "a.png": picture("PNG"),
    "a.webp": picture("WEBP"),
}


def upload(name: str, content: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or OF_EACH_KIND[name])


def send(client, seconds_ago: float = 60, **fields):
    """Send the form with a stamp, as from a page shown a minute ago."""
    said = {**WRITTEN, "stamp": stamp(seconds_ago), **fields}
    return client.post(address(), {name: it for name, it in said.items() if it is not None})


def address() -> str:
    return f"{BlogPage.objects.get().url}send/"
