"""Uploads in a bucket of an S3 service: what editors and readers do with them is the same."""

import hashlib

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template
from django.urls import reverse
from lxml import html
from wagtail.documents.models import Document
from wagtail.images.models import Image, Rendition
from wagtail.models import Collection, CollectionViewRestriction

from core import media, picture_cutting, picture_making
from core.doctor import Level
from core.media import MediaAway
from core.models import PictureState
from core.picture_making import make_next
from tests.config.test_production import STRONG, run
from tests.core.bucket_server import KEY, NAME, SECRET, BucketServer
from tests.core.test_media import BYTES, SIZE, body
from tests.factories.pictures import content, make_all_sizes, make_image

PDF = b"%PDF-1.7\n1 0 obj"


@pytest.fixture(autouse=True)
def _no_disk(settings, tmp_path):
    """Whatever went to the disk would lie in a folder that is a file."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.write_text("no folder")


@pytest.fixture
def server(settings):
    with BucketServer() as server:
        default = {"BACKEND": "core.bucket.Bucket", "OPTIONS": server.options}
        settings.STORAGES = {**settings.STORAGES, "default": default}
        yield server


@pytest.fixture
def _call(server):
    default_storage.save("call.mp3", ContentFile(BYTES))


def shown(image: Image) -> html.HtmlElement:
    template = Template('{% load pictures %}{% picture image "column" alt="A box" %}')
    context = Context({"image": Image.objects.get(pk=image.pk)})
    return html.fragment_fromstring(template.render(context), create_parent="div")


def addresses_in(shown: html.HtmlElement) -> list[str]:
    sets = [source.get("srcset").split(", ") for source in shown.cssselect("source")]
    of_sources = [one.split()[0] for srcset in sets for one in srcset]
    return [*of_sources, *(img.get("src") for img in shown.cssselect("img"))]


@pytest.mark.django_db
@pytest.mark.any_database
class TestWhatEditorsUpload:
    @pytest.fixture(autouse=True)
    def _hurry(self, monkeypatch):
        monkeypatch.setitem(picture_cutting.SAVED["avif"], "speed", 10)

    def test_a_picture_in_all_its_sizes(self, server, admin_client, client):
        file = SimpleUploadedFile("box.png", content(), "image/png")
        admin_client.post(reverse("wagtailimages:add"), {"title": "A box", "file": file})
        image = Image.objects.get()
        assert (image.width, image.height) == (1600, 900)
        assert image.file_size == len(content())
        assert server.contents() == {f"media/{image.file.name}": content()}

        make_all_sizes()
        addresses = addresses_in(shown(image))
        assert len(addresses) == 7
        for address in addresses:
            assert address.startswith("/media/images/")
            given = client.get(address)
            assert given["Content-Type"].startswith("image/")
            assert body(given) == server.contents()[address.removeprefix("/")]

    def test_what_is_deleted_is_gone(
        self, server, admin_client, django_capture_on_commit_callbacks
    ):
        image = make_image()
        make_next()
        assert len(server.objects) > 1
        address = reverse("wagtailimages:delete", args=[image.pk])
        with django_capture_on_commit_callbacks(execute=True):
            admin_client.post(address)
        assert not Image.objects.exists()
        assert not server.objects

    def test_sizes_that_are_not_kept_leave_nothing(self, server, monkeypatch):
        image = make_image()

        def delete_meanwhile(*args):
            PictureState.objects.all().delete()
            return store(*args)

        store = picture_making._store
        monkeypatch.setattr(picture_making, "_store", delete_meanwhile)
        make_next()
        assert not Rendition.objects.exists()
        assert list(server.contents()) == [f"media/{image.file.name}"]

    def test_a_document(self, server, admin_client, client):
        file = SimpleUploadedFile("slip.pdf", PDF, "application/pdf")
        admin_client.post(reverse("wagtaildocs:add"), {"title": "A slip", "file": file})
        document = Document.objects.get()
        assert server.contents() == {"media/documents/slip.pdf": PDF}
        given = client.get(document.url)
        assert body(given) == PDF
        assert given["Content-Disposition"].startswith("attachment")

    def test_a_document_for_a_few_is_theirs_alone(self, server, client):
        collection = Collection.get_first_root_node().add_child(name="Staff")
        CollectionViewRestriction.objects.create(collection=collection, restriction_type="login")
        document = Document.objects.create(
            title="A list", file=ContentFile(PDF, "list.pdf"), collection=collection
        )
        assert client.get(document.url).status_code == 302
        for path in ("documents/list.pdf", "./documents/list.pdf", "a/../documents/list.pdf"):
            assert client.get(f"/media/{path}").status_code == 404
        assert document.file.url == "/media/documents/list.pdf"


@pytest.mark.django_db
@pytest.mark.any_database
@pytest.mark.usefixtures("_call")
class TestServing:
    def test_a_whole_file(self, client):
        given = client.get("/media/call.mp3")
        assert (given.status_code, body(given)) == (200, BYTES)
        assert given["Content-Length"] == str(SIZE)
        assert given["Content-Type"] == "audio/mpeg"

    def test_a_part(self, client, server):
        given = client.get("/media/call.mp3", headers={"range": "bytes=500-599"})
        assert (given.status_code, body(given)) == (206, BYTES[500:600])
        assert given["Content-Range"] == f"bytes 500-599/{SIZE}"

    def test_what_a_browser_has_is_not_fetched_again(self, client, server):
        etag = client.get("/media/call.mp3")["ETag"]
        server.asked.clear()
        assert client.get("/media/call.mp3", headers={"if-none-match": etag}).status_code == 304
        assert client.head("/media/call.mp3").status_code == 200
        assert server.asked == [("HEAD", "media/call.mp3")] * 2

    @pytest.mark.parametrize("path", ["gone.mp3", "", "a%00.png", "a" * 5000, "call.mp3/"])
    def test_what_is_not_there(self, client, path):
        assert client.get(f"/media/{path}").status_code == 404

    def test_nothing_outside_of_its_folder(self, client, server):
        default_storage._client.put_object(Bucket=NAME, Key="secret", Body=b"not to be read")
        for path in ("../secret", "%2e%2e/secret", "/secret", "a/../../secret"):
            assert client.get(f"/media/{path}").status_code == 404

    def test_a_service_that_is_away_does_not_make_files_gone(self, client, server):
        server.fails_with = 500
        given = client.get("/media/call.mp3")
        assert given.status_code == 503
        assert given["Cache-Control"] == "no-store"

    def test_a_large_file_goes_through_in_parts(self, server):
        large = bytes(range(256)) * 40_000
        name = default_storage.save("call.mp4", ContentFile(large))
        assert ("POST", "media/call.mp4") in server.asked
        with default_storage.open(name) as file:
            assert file.read() == large


class TestAsAStorage:
    def test_names_are_kept_apart_and_come_back_as_they_are(self, server):
        name = default_storage.save("images/Größe 1+1.png", ContentFile(b"one"))
        other = default_storage.save(name, ContentFile(b"two"))
        default_storage.save("c.png", ContentFile(b"three"))
        assert name == "images/Größe 1+1.png" != other
        listed = {one.name: one.size for one in default_storage.walk()}
        assert listed == {name: 3, other: 3, "c.png": 5}
        assert default_storage.url(name) == "/media/images/Gr%C3%B6%C3%9Fe%201%2B1.png"

    def test_a_size_is_asked_for_once(self, server):
        name = default_storage.save("call.mp3", ContentFile(BYTES))
        server.asked.clear()
        assert default_storage.size(name) == default_storage.size(name) == SIZE
        assert server.asked == [("HEAD", "media/call.mp3")]
        default_storage.put(name, ContentFile(b"x"))
        assert default_storage.size(name) == 1
        default_storage.delete(name)
        with pytest.raises(FileNotFoundError):
            default_storage.size(name)

    def test_what_is_gone_is_told_as_of_a_disk(self, server):
        assert not default_storage.exists("gone.png")
        for ask in (default_storage.size, default_storage.open, default_storage.find):
            with pytest.raises(FileNotFoundError):
                ask("gone.png")

    def test_so_is_what_fails(self, server):
        server.fails_with = 403
        for ask in (default_storage.size, default_storage.open, default_storage.exists):
            with pytest.raises(MediaAway):
                ask("box.png")
        with pytest.raises(MediaAway):
            default_storage.save("box.png", ContentFile(b"x"))
        with pytest.raises(MediaAway):
            list(default_storage.walk())

    def test_a_bucket_that_is_none_is_no_missing_file(self, server, settings):
        default = {"BACKEND": "core.bucket.Bucket"}
        default["OPTIONS"] = {**server.options, "bucket_name": "another"}
        settings.STORAGES = {**settings.STORAGES, "default": default}
        with pytest.raises(MediaAway):
            list(default_storage.walk())
        with pytest.raises(MediaAway):
            default_storage.save("box.png", ContentFile(b"x"))


class TestDoctor:
    def look(self) -> tuple[Level, str]:
        (finding,) = media.look()
        return finding.level, finding.said

    def test_all_is_well(self, server):
        assert self.look()[0] is Level.GOOD
        assert not server.objects

    def test_a_bucket_that_anybody_reads(self, server):
        server.is_public = True
        level, said = self.look()
        assert level is Level.BAD
        assert "Anybody may read" in said

    def test_a_bucket_that_does_not_take_it(self, server):
        server.fails_with = 403
        level, said = self.look()
        assert level is Level.BAD
        assert "403" in said

    def test_a_disk_is_not_its_matter(self):
        assert not list(media.look())


ON_A_HOST = """
import hashlib, sys
import django; django.setup()
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import RequestFactory
from core.media import serve_media

given = serve_media(RequestFactory().get("/"), sys.argv[1])
print(hashlib.sha256(b"".join(given.streaming_content)).hexdigest())
print(default_storage.save("theirs.txt", ContentFile("theirs")))
"""


class TestBySettings:
    def settings_of(self, server: BucketServer) -> dict[str, str]:
        return {
            "SECRET_KEY": STRONG,
            "MEDIA_S3_BUCKET": NAME,
            "MEDIA_S3_ENDPOINT": server.options["endpoint_url"],
            "MEDIA_S3_KEY": KEY,
            "MEDIA_S3_SECRET": SECRET,
        }

    def test_another_host_has_the_same_files(self, server, client, tmp_path):
        default_storage.save("call.mp3", ContentFile(BYTES))
        done = run(tmp_path, "-c", ON_A_HOST, "call.mp3", **self.settings_of(server))
        assert done.returncode == 0, done.stderr
        digest, name = done.stdout.split()
        assert digest == hashlib.sha256(BYTES).hexdigest()
        assert body(client.get(f"/media/{name}")) == b"theirs"

    def test_half_a_key_is_none(self, server, tmp_path):
        half = {**self.settings_of(server), "MEDIA_S3_SECRET": ""}
        done = run(tmp_path, "-c", ON_A_HOST, "call.mp3", **half)
        assert done.returncode != 0
        assert "MEDIA_S3_SECRET" in done.stderr.splitlines()[-1]
