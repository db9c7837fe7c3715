import os

import pytest
from django.conf import settings as site_settings

from core.media import CHUNK, UnsatisfiableRange, parse_range

BYTES = bytes(range(256)) * 4
SIZE = len(BYTES)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    (settings.MEDIA_ROOT / "call.mp3").write_bytes(BYTES)
    return settings.MEDIA_ROOT


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_a_whole_file(client):
    response = client.get("/media/call.mp3")
    assert response.status_code == 200
    assert body(response) == BYTES
    assert response["Content-Type"] == "audio/mpeg"
    assert response["Content-Length"] == str(SIZE)
    assert response["Accept-Ranges"] == "bytes"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"] == 'inline; filename="call.mp3"'
    assert response["ETag"]
    assert response["Last-Modified"]
    assert "max-age" in response["Cache-Control"]
    assert not response.cookies


def test_head_has_the_headers_alone(client):
    response = client.head("/media/call.mp3", headers={"range": "bytes=0-1"})
    assert response.status_code == 200
    assert response["Content-Length"] == str(SIZE)
    assert body(response) == b""


def test_a_file_is_not_written_to(client):
    assert client.post("/media/call.mp3").status_code == 405


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        ("bytes=500-599", 500, 599),
        ("bytes=1000-", 1000, SIZE - 1),
        ("bytes=0-", 0, SIZE - 1),
        ("bytes=-24", SIZE - 24, SIZE - 1),
        ("bytes=-99999", 0, SIZE - 1),
        ("bytes=1000-99999", 1000, SIZE - 1),
    ],
)
def test_a_range(client, asked, first, last):
    response = client.get("/media/call.mp3", headers={"range": asked})
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert response["Content-Length"] == str(last - first + 1)
    assert body(response) == BYTES[first : last + 1]
    assert response["Content-Type"] == "audio/mpeg"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=99999-100000", "bytes=-0"])
def test_a_range_outside_the_file(client, asked):
    response = client.get("/media/call.mp3", headers={"range": asked})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{SIZE}"
    assert body(response) == b""


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-1,5-9",
        "bytes=9-5",
        "bytes=-",
        "bytes=a-b",
        "lines=0-1",
        "bytes=0",
        "bytes=" + "9" * 5000 + "-",
        "bytes=١-٢",
    ],
)
def test_several_ranges_and_nonsense_get_the_whole(client, asked):
    response = client.get("/media/call.mp3", headers={"range": asked})
    assert response.status_code == 200
    assert body(response) == BYTES


def test_no_range_of_an_empty_file():
    with pytest.raises(UnsatisfiableRange):
        parse_range("bytes=0-", 0)


def test_if_range_holds_while_the_file_is_the_same(client, media):
    known = client.get("/media/call.mp3")
    for validator in (known["ETag"], known["Last-Modified"]):
        headers = {"range": "bytes=0-9", "if-range": validator}
        assert client.get("/media/call.mp3", headers=headers).status_code == 206
    (media / "call.mp3").write_bytes(BYTES[::-1])
    os.utime(media / "call.mp3", (1, 1))
    for validator in (known["ETag"], known["Last-Modified"], 'W/"weak"'):
        headers = {"range": "bytes=0-9", "if-range": validator}
        response = client.get("/media/call.mp3", headers=headers)
        assert response.status_code == 200
        assert body(response) == BYTES[::-1]


def test_an_unchanged_file_is_not_sent_again(client):
    known = client.get("/media/call.mp3")
    for headers in (
        {"if-none-match": known["ETag"]},
        {"if-none-match": f'"other", W/{known["ETag"]}'},
        {"if-none-match": "*"},
        {"if-modified-since": known["Last-Modified"]},
        {"if-none-match": known["ETag"], "range": "bytes=0-9"},
    ):
        response = client.get("/media/call.mp3", headers=headers)
        assert response.status_code == 304
        assert response["ETag"] == known["ETag"]
        assert body(response) == b""


def test_a_changed_file_is_sent_again(client):
    for headers in (
        {"if-none-match": '"other"'},
        {"if-none-match": '"other"', "if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT"},
        {"if-modified-since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        {"if-modified-since": "yesterday"},
    ):
        assert client.get("/media/call.mp3", headers=headers).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "gone.mp3",
        "folder",
        "../secret-key",
        "%2e%2e/secret-key",
        "folder/../../secret-key",
        "/etc/passwd",
        "%2fetc/passwd",
        "call.mp3%00.png",
        "a" * 5000,
    ],
)
def test_what_is_not_a_file_of_the_folder_is_not_there(client, media, path):
    (media / "folder").mkdir()
    (media.parent / "secret-key").write_text("not to be read")
    assert client.get(f"/media/{path}").status_code == 404


@pytest.mark.parametrize("name", ["page.html", "picture.svg", "PAGE.HTM", "tool.js", "x.xml", "y"])
def test_what_could_run_is_handed_over_as_a_file(client, media, name):
    (media / name).write_text("<script>alert(1)</script>")
    for headers in ({}, {"range": "bytes=0-3"}):
        response = client.get(f"/media/{name}", headers=headers)
        assert response["Content-Disposition"] == f'attachment; filename="{name}"'
        assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.webp", "image/webp"),
        ("a.JPG", "image/jpeg"),
        ("a.m4a", "audio/mp4"),
        ("a.ogg", "audio/ogg"),
        ("a.vtt", "text/vtt"),
        ("a.mp4", "video/mp4"),
    ],
)
def test_pictures_and_recordings_are_shown_in_place(client, media, name, kind):
    (media / name).write_bytes(b"x")
    response = client.get(f"/media/{name}")
    assert response["Content-Type"] == kind
    assert response["Content-Disposition"].startswith("inline")


@pytest.mark.parametrize("headers", [{}, {"range": "bytes=1000-"}])
def test_a_big_file_comes_in_pieces(client, media, headers):
    with (media / "big.mp4").open("wb") as file:
        file.truncate(8 * 1024 * 1024)
    response = client.get("/media/big.mp4", headers=headers)
    assert response.streaming
    pieces = [len(piece) for piece in response.streaming_content]
    assert max(pieces) <= CHUNK
    assert sum(pieces) == int(response["Content-Length"])


def test_media_lie_outside_of_static():
    assert site_settings.STATIC_ROOT not in (
        site_settings.MEDIA_ROOT,
        *site_settings.MEDIA_ROOT.parents,
    )
