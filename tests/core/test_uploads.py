"""What editors upload is what its name says, and nothing of it runs as a page of this site."""

import zipfile
from io import BytesIO

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtailmedia.models import Media

from accounts.models import User
from core.file_kinds import is_what_it_says
from tests.factories.pictures import content

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PAGE = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
PDF = b"%PDF-1.7\n1 0 obj"


def archive(*names: str, mime: str = "") -> bytes:
    """Return a zip file of these names, of the same bytes at any hour."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as it:
        if mime:
            it.writestr(zipfile.ZipInfo("mimetype"), mime)
        for name in names:
            it.writestr(zipfile.ZipInfo(name), "x")
    return written.getvalue()


DOCX = archive("[Content_Types].xml", "word/document.xml")
ODS = archive("content.xml", mime="application/vnd.oasis.opendocument.spreadsheet")


@pytest.fixture(autouse=True)
def editor(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    user = User.objects.create_user("editor@ill.example.org")
    user.groups.add(Group.objects.get(name="Editors"))
    client.force_login(user)


TAKEN = [
    ("slip.pdf", PDF),
    ("Slip.PDF", PDF),
    ("form.docx", DOCX),
    ("counts.xlsx", archive("[Content_Types].xml", "xl/workbook.xml")),
    ("talk.pptx", archive("[Content_Types].xml", "ppt/presentation.xml")),
    ("counts.ods", ODS),
    ("counts.csv", "Library,Loans\nMère,4\n".encode()),
    ("note.txt", PAGE),
    ("box.png", content()),
]
REFUSED = [
    ("page.html", PAGE),
    ("logo.svg", SVG),
    ("page.xhtml", PAGE),
    ("setup.exe", b"MZ\x90\0"),
    ("pdf", PDF),
    ("slip.pdf.html", PDF),
    ("slip.pdf", PAGE),
    ("slip.pdf", b"\n" + PAGE + PDF),
    ("form.docx", PAGE + DOCX),
    ("form.docx", ODS),
    ("form.docx", archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")),
    (
        "counts.ods",
        archive("Basic/script-lc.xml", mime="application/vnd.oasis.opendocument.spreadsheet"),
    ),
    ("counts.ods", ODS[:60]),
    ("counts.csv", b"\0\1\2"),
    ("box.png", SVG),
]


def upload(client, way: str, name: str, data: bytes):
    file = SimpleUploadedFile(name, data, "application/pdf")
    address = reverse(way)
    if way.endswith("multiple"):
        return client.post(
            address, {"files[]": file}, headers={"X-Requested-With": "XMLHttpRequest"}
        )
    prefix = "document-chooser-upload-" if "chooser" in way else ""
    return client.post(address, {f"{prefix}title": "It", f"{prefix}file": file})


@pytest.mark.parametrize(("name", "data"), TAKEN)
def test_a_document_of_these_kinds_is_taken(client, name, data):
    upload(client, "wagtaildocs:add", name, data)
    assert Document.objects.count() == 1


@pytest.mark.parametrize(("name", "data"), REFUSED)
def test_a_document_of_another_kind_or_named_falsely_is_not(client, name, data):
    answer = upload(client, "wagtaildocs:add", name, data)
    assert not Document.objects.exists()
    assert "error" in answer.content.decode()


@pytest.mark.parametrize("way", ["wagtaildocs:add_multiple", "wagtaildocs_chooser:create"])
def test_there_is_no_way_round(client, way):
    upload(client, way, "slip.pdf", PDF)
    assert Document.objects.count() == 1
    upload(client, way, "page.html", PAGE)
    upload(client, way, "slip.pdf", PAGE)
    assert Document.objects.count() == 1


def test_nor_is_another_file_put_in_its_place(client):
    upload(client, "wagtaildocs:add", "slip.pdf", PDF)
    document = Document.objects.get()
    address = reverse("wagtaildocs:edit", args=[document.pk])
    client.post(address, {"title": "It", "file": SimpleUploadedFile("page.html", PAGE)})
    assert Document.objects.get().filename == document.filename
    client.post(address, {"title": "Renamed"})
    assert Document.objects.get().title == "Renamed"


@pytest.mark.parametrize(("name", "data"), [("slip.pdf", PDF), ("page.html", PAGE), ("a.svg", SVG)])
def test_documents_are_handed_over_as_files(client, name, data):
    # Also what came in before it was looked into.
    document = Document.objects.create(title="It", file=ContentFile(data, name))
    answer = client.get(document.url)
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'"
    # Past the view that knows who may have one there is no way.
    assert client.get(document.file.url).status_code == 404


@pytest.mark.parametrize(
    ("name", "data"), [("a.svg", SVG), ("a.png", SVG), ("a.png", PAGE), ("a.jpg", content())]
)
def test_an_image_is_one_of_pixels_and_of_the_kind_it_is_named(client, name, data):
    file = SimpleUploadedFile(name, data, "image/png")
    client.post(reverse("wagtailimages:add"), {"title": "It", "file": file})
    assert not Image.objects.exists()


@pytest.mark.parametrize(("name", "data", "count"), [("a.png", content(), 1), ("a.html", PAGE, 0)])
def test_the_thumbnail_of_a_recording_is_a_picture(client, name, data, count):
    form = {
        "title": "Call",
        "duration": "1",
        "file": SimpleUploadedFile("call.mp3", b"ID3" + b"\0" * 100),
        "thumbnail": SimpleUploadedFile(name, data),
    }
    client.post(reverse("wagtailmedia:add", args=["audio"]), form)
    assert Media.objects.count() == count


def test_what_is_not_known_is_nothing():
    assert not is_what_it_says("exe", ContentFile(b"MZ"))
