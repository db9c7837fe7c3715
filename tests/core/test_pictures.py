"""Pictures: what readers get of an image, and how the worker makes it."""

import os
import signal
from datetime import timedelta
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.images import ImageFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import html
from PIL import Image as Pixels
from wagtail.images.forms import get_image_form
from wagtail.images.models import Image, Rendition

from core import picture_cutting, picture_making
from core.due import due_work
from core.models import PictureState
from core.picture_making import make_next
from core.pictures import CARD, PHOTO, PLAIN, WHOLE, card_address, whole_address
from tests.factories.blog import make_post
from tests.factories.pictures import content, make_all_sizes, make_image

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture(autouse=True)
def _hurry(monkeypatch):
    """Let AVIF be as large as it gets."""
    monkeypatch.setitem(picture_cutting.SAVED["avif"], "speed", 10)


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def shown(image: Image, place: str = "column", **context) -> html.HtmlElement:
    template = Template('{% load pictures %}{% picture image place alt="A “box”" %}')
    context = Context({"image": Image.objects.get(pk=image.pk), "place": place, **context})
    return html.fragment_fromstring(template.render(context), create_parent="div")


def specs_of(image: Image) -> set[str]:
    return set(Rendition.objects.filter(image=image).values_list("filter_spec", flat=True))


def opened(image: Image, spec: str) -> Pixels.Image:
    return Pixels.open(Rendition.objects.get(image=image, filter_spec=spec).file.path)


def state_of(image: Image) -> PictureState:
    return PictureState.objects.get(image=image)


class TestShown:
    def test_browsers_choose_from_formats_and_widths(self, client, media):
        image = make_image()
        make_all_sizes()
        (picture,) = shown(image)
        avif, webp = picture.cssselect("source")
        [img] = picture.cssselect("img")
        assert picture.tag == "picture"
        assert [avif.get("type"), webp.get("type")] == ["image/avif", "image/webp"]
        for source, suffix in ((avif, ".avif"), (webp, ".webp")):
            assert source.get("sizes").startswith("(min-width: 37rem) 35rem, ")
            offered = [one.split() for one in source.get("srcset").split(", ")]
            assert [width for _url, width in offered] == ["560w", "720w", "1120w"]
            for url, width in offered:
                assert url.endswith(suffix)
                assert client.get(url).status_code == 200
                file = media / url.removeprefix("/media/")
                assert Pixels.open(file).width == int(width.removesuffix("w"))
        assert (img.get("width"), img.get("height")) == ("1120", "630")
        assert (img.get("alt"), img.get("loading")) == ("A “box”", "lazy")
        assert img.get("src").endswith(".jpg")

    def test_none_is_larger_than_the_image_but_the_last(self):
        image = make_image(file=content(size=(700, 400)))
        make_all_sizes()
        (picture,) = shown(image)
        for source in picture.cssselect("source"):
            widths = [one.split()[1] for one in source.get("srcset").split(", ")]
            assert widths == ["560w", "700w"]
        assert picture.cssselect("img")[0].get("width") == "700"
        assert WHOLE not in specs_of(image)

    def test_the_image_itself_stands_in_until_they_are_made(self):
        image = make_image()
        (img,) = shown(image)
        assert img.tag == "img"
        assert img.get("src") == image.file.url
        assert (img.get("width"), img.get("height")) == ("1600", "900")
        assert whole_address(image) == card_address(image) == image.file.url

    def test_a_format_is_offered_once_all_its_widths_are_there(self):
        image = make_image()
        make_next()
        (img,) = shown(image)
        assert img.get("src").endswith(".jpg")
        make_next()
        (picture,) = shown(image)
        assert [one.get("type") for one in picture.cssselect("source")] == ["image/webp"]
        make_next()
        Rendition.objects.get(filter_spec="width-560|format-webp").delete()
        (picture,) = shown(image)
        assert [one.get("type") for one in picture.cssselect("source")] == ["image/avif"]

    def test_no_readers_request_makes_any(self, client):
        image = make_image()
        one = {"image": image, "alt": "", "caption": ""}
        body = [("image", one), ("gallery", {"caption": "", "images": [one, one]})]
        post = make_post(body=body, lead_image=image)
        for address in (post.url, "/blog/", "/blog/feed.xml", "/"):
            assert client.get(address).status_code == 200
        assert not Rendition.objects.exists()

    def test_one_query_fetches_the_sizes_of_all_pictures_of_a_kind(self, client):
        def cost(n: int) -> int:
            images = [{"image": make_image(), "alt": "", "caption": ""} for _ in range(n)]
            gallery = ("gallery", {"caption": "", "images": images})
            post = make_post(f"Post {n}", body=[*(("image", one) for one in images), gallery])
            client.get(post.url)
            with CaptureQueriesContext(connection) as queries:
                client.get(post.url, {"n": n})
            return len(queries)

        make_post("Before")
        assert cost(2) == cost(9) > 0

    def test_feeds_get_one_format(self, client):
        image = make_image()
        make_all_sizes()
        (img,) = shown(image, in_feed=True)
        assert (img.tag, img.get("srcset")) == ("img", None)
        make_post(body=[("image", {"image": image, "alt": "A box", "caption": ""})])
        feed = unescape(client.get("/blog/feed.xml").content.decode())
        assert "<source" not in feed
        assert '<img src="http://localhost/media/images/' in feed

    def test_what_is_shared_shows_a_card(self, client):
        image = make_image()
        make_all_sizes()
        tree = html.fromstring(client.get(make_post(lead_image=image).url).content)
        [card] = tree.cssselect('meta[property="og:image"]')
        assert card.get("content").startswith("http://localhost/media/images/")
        assert opened(image, CARD).size == (1200, 630)
        assert Rendition.objects.get(filter_spec=CARD).url in card.get("content")


class TestMaking:
    def test_the_worker_does_it(self):
        assert make_next in [work.act for work in due_work]

    def test_all_is_made_once(self):
        make_image()
        steps = 0
        while make_next():
            steps += 1
        assert steps == 3
        with CaptureQueriesContext(connection) as queries:
            assert not make_next()
        assert len(queries) == 1

    def test_a_new_file_makes_them_anew(self):
        image = make_image()
        make_all_sizes()
        # As Wagtail's form does it.
        image.file = ImageFile(BytesIO(content(size=(400, 300))), "small.png")
        image.save()
        image.renditions.all().delete()
        make_all_sizes()
        assert opened(image, PLAIN).size == (400, 300)
        assert [one.split()[1] for one in shown(image)[0][0].get("srcset").split(", ")] == ["400w"]

    def test_another_focal_point_cuts_anew_and_drops_what_was_cut(self):
        image = make_image(file=half_and_half())
        make_all_sizes()
        made = Rendition.objects.count()
        fields = ("focal_point_x", "focal_point_y", "focal_point_width", "focal_point_height")
        for name, value in zip(fields, (1500, 450, 100, 100), strict=True):
            setattr(image, name, value)
        image.save()
        make_all_sizes()
        assert Rendition.objects.count() == made
        assert near(opened(image, PHOTO).convert("RGB").getpixel((60, 96)), (0, 0, 255))

    def test_what_was_purged_is_made_again(self):
        image = make_image()
        make_all_sizes()
        before = specs_of(image)
        Rendition.objects.filter(filter_spec__in=[PLAIN, CARD]).delete()
        make_all_sizes()
        assert specs_of(image) == before

    def test_an_image_saved_meanwhile_gets_none_of_its_old_file(self, monkeypatch):
        image = make_image()

        def saved_meanwhile(*args):
            Image.objects.get().save()
            return apart(*args)

        apart = picture_making.apart
        monkeypatch.setattr(picture_making, "apart", saved_meanwhile)
        assert make_next()
        assert not Rendition.objects.exists()
        monkeypatch.undo()
        make_all_sizes()
        assert PLAIN in specs_of(image)

    def test_an_image_deleted_meanwhile_leaves_nothing(self, monkeypatch):
        make_image()

        def deleted_meanwhile(*args):
            Image.objects.all().delete()
            return apart(*args)

        apart = picture_making.apart
        monkeypatch.setattr(picture_making, "apart", deleted_meanwhile)
        assert make_next()
        assert not Rendition.objects.exists()

    def test_two_workers_do_not_make_the_same(self):
        image = make_image()
        assert picture_making._claim(image)
        assert not picture_making._claim(image)
        assert not make_next()

    def test_deleting_an_image_takes_all_along(self, media, django_capture_on_commit_callbacks):
        image = make_image()
        make_all_sizes()
        with django_capture_on_commit_callbacks(execute=True):
            image.delete()
        assert not PictureState.objects.exists()
        assert not [path for path in media.rglob("*") if path.is_file()]

    def test_where_it_was_taken_goes_no_further_and_it_stands_upright(self):
        exif = Pixels.Exif()
        exif[0x0112] = 6
        exif.get_ifd(0x8825)[1] = "N"
        image = make_image("turned.jpg", content("JPEG", (1600, 900), exif=exif, xmp=b"<x/>"))
        make_all_sizes()
        for spec in specs_of(image):
            made = opened(image, spec)
            assert not made.getexif(), spec
            assert "xmp" not in made.info, spec
        assert opened(image, PLAIN).size == (900, 1600)

    def test_transparency_stays_but_in_jpeg(self):
        clear = BytesIO()
        Pixels.new("RGBA", (300, 300), (0, 0, 0, 0)).save(clear, "PNG")
        image = make_image(file=clear.getvalue())
        make_all_sizes()
        assert near(opened(image, PLAIN).getpixel((9, 9)), (255, 255, 255))
        for kind in ("avif", "webp"):
            assert opened(image, f"width-560|format-{kind}").getpixel((9, 9))[3] == 0

    @pytest.mark.parametrize("kind", ["GIF", "WEBP"])
    def test_what_moves_is_shown_as_it_is(self, kind):
        frames = [Pixels.new("RGB", (640, 480), colour) for colour in ("red", "blue")]
        written = BytesIO()
        frames[0].save(written, kind, save_all=True, append_images=frames[1:], duration=200)
        image = make_image(f"moving.{kind.lower()}", written.getvalue())
        make_all_sizes()
        assert specs_of(image) == {CARD, PHOTO}
        (img,) = shown(image)
        assert img.get("src") == image.file.url

    @pytest.mark.parametrize(
        "kind, mode", [("GIF", "P"), ("PNG", "P"), ("PNG", "L"), ("PNG", "I;16"), ("JPEG", "CMYK")]
    )
    def test_other_colours(self, kind, mode):
        written = BytesIO()
        Pixels.new(mode, (300, 200)).save(written, kind)
        image = make_image(f"one.{kind.lower()}", written.getvalue())
        make_all_sizes()
        assert len(specs_of(image)) == 5


class TestFailing:
    def fails(self, image: Image, monkeypatch) -> PictureState:
        """Look on while an image that cannot be made is tried, and left."""
        good = make_image("good.png")
        looks = 0
        now = timezone.now()
        for pause in (timedelta(0), timedelta(minutes=2), timedelta(hours=2), timedelta(days=9)):
            now += pause
            monkeypatch.setattr(timezone, "now", lambda: now)  # noqa: B023
            while make_next():
                looks += 1
                assert looks < 10
        assert looks == 6
        assert PLAIN in specs_of(good)
        assert not specs_of(image)
        (img,) = shown(image)
        assert img.get("src") == image.file.url
        return state_of(image)

    def test_a_broken_file_is_noted_and_left(self, monkeypatch):
        whole = content("JPEG", (1600, 900), quality=95)
        image = make_image("cut.jpg")
        Path(image.file.path).write_bytes(whole[: len(whole) // 2])
        assert "truncated" in self.fails(image, monkeypatch).problem

    def test_a_lost_file_is_noted_and_left(self, monkeypatch):
        image = make_image()
        Path(image.file.path).unlink()
        assert self.fails(image, monkeypatch).problem

    def test_more_pixels_than_are_opened(self, monkeypatch, settings):
        image = make_image(file=content(size=(5000, 400)))
        settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS = 1_900_000
        assert self.fails(image, monkeypatch).problem == "TooLarge: 5000 x 400"

    def test_what_kills_its_process_does_not_end_the_worker(self, monkeypatch):
        image = make_image(title="Deadly")
        cut_next = picture_cutting.cut_next

        def kill(one, *args):
            if one.title == "Deadly":
                os.kill(os.getpid(), signal.SIGKILL)
            return cut_next(one, *args)

        monkeypatch.setattr(picture_cutting, "cut_next", kill)
        assert "BrokenProcessPool" in self.fails(image, monkeypatch).problem

    def test_what_ends_the_worker_is_not_begun_again_at_once(self, monkeypatch):
        def end(*args):
            raise KeyboardInterrupt

        image = make_image()
        monkeypatch.setattr(picture_making, "_make_one_format", end)
        with pytest.raises(KeyboardInterrupt):
            make_next()
        assert not make_next()
        assert state_of(image).due_at > timezone.now()

    def test_a_file_brought_in_anew_is_tried_at_once(self, monkeypatch):
        image = make_image()
        Path(image.file.path).write_bytes(b"nothing")
        make_all_sizes()
        assert state_of(image).problem
        image.file = ImageFile(BytesIO(content()), "again.png")
        image.save()
        make_all_sizes()
        assert PLAIN in specs_of(image)
        assert not state_of(image).problem


@pytest.mark.parametrize(
    "name, file, said",
    [
        ("a.png", content("JPEG", (9, 9)), "does not match the file format (jpeg)"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Not a supported image format"),
        ("a.png", content(size=(5001, 5000), mode="1"), "too many pixels"),
    ],
)
def test_uploads_are_checked_by_content(admin_user, name, file, said):
    form = get_image_form(Image)(
        {"title": "A"}, {"file": SimpleUploadedFile(name, file)}, user=admin_user
    )
    assert said in form.errors["file"][0]


def half_and_half() -> bytes:
    """Return a picture that is red on the left and blue on the right."""
    pixels = Pixels.new("RGB", (1600, 900), "red")
    pixels.paste("blue", (800, 0, 1600, 900))
    written = BytesIO()
    pixels.save(written, "PNG")
    return written.getvalue()


def near(colour: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(one - other) < 12 for one, other in zip(colour, wanted, strict=True))
