"""Recordings uploaded in parts: cut off, gone on with, looked into, kept once."""

import json
import time

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtailmedia.models import get_media_model

from accounts.models import User
from chats import uploading
from chats.models import ChatPage
from core.recordings import NoRecording, kind_of
from tests.factories.chats import make_chat

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

VIDEO = b"\0\0\0\x20ftypisom" + bytes(range(256)) * 40
SIZE = len(VIDEO)
SOUND = b"ID3\x04" + b"\0" * 9000
Media = get_media_model()


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.UPLOADS = tmp_path / "uploads"
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def editor(client):
    user = User.objects.create_user("editor@example.org")
    user.groups.add(Group.objects.get(name="Editors"))
    client.force_login(user)
    return user


@pytest.fixture
def chat():
    return make_chat()


def begin(client, chat, name="call.mp4", size=SIZE, seconds=3721.4):
    body = json.dumps({"name": name, "size": size, "seconds": seconds})
    return client.post(f"/admin/chats/{chat.pk}/keep/begin/", body, content_type="application/json")


def patch(client, url, offset, content):
    return client.patch(
        url,
        content,
        content_type="application/offset+octet-stream",
        headers={"Upload-Offset": str(offset)},
    )


def offset_of(client, url):
    return int(client.head(url)["Upload-Offset"])


def test_a_recording_goes_on_where_it_was_cut_off(client, editor, chat):
    url = begin(client, chat).json()["url"]
    assert offset_of(client, url) == 0
    assert patch(client, url, 0, VIDEO[:5000])["Upload-Offset"] == "5000"
    # What was sent and not confirmed is sent again, or out of turn: nothing is written twice.
    assert patch(client, url, 0, VIDEO[:5000]).status_code == 409
    assert patch(client, url, 9999, VIDEO[9999:]).status_code == 409
    assert client.post(url).status_code == 409
    assert offset_of(client, url) == 5000
    assert patch(client, url, 5000, VIDEO[5000:]).status_code == 204
    assert client.post(url).status_code == 200
    kept = ChatPage.objects.get(pk=chat.pk)
    assert kept.recording_file.type == "video" and kept.duration == 3721
    assert kept.recording_file.file.read() == VIDEO
    assert not list(uploading.settings.UPLOADS.iterdir())
    assert client.head(url).status_code == 404
    part = client.get(kept.recording_file.url, headers={"Range": "bytes=4-7"})
    assert part.status_code == 206 and b"".join(part.streaming_content) == b"ftyp"


def test_a_crash_before_the_end_of_keeping_it_leaves_one(client, editor, chat, monkeypatch):
    url = begin(client, chat).json()["url"]
    patch(client, url, 0, VIDEO)

    def die(*args, **kwargs):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(ChatPage, "save_revision", die)
        with pytest.raises(SystemExit):
            client.post(url)
    assert not Media.objects.exists() and offset_of(client, url) == len(VIDEO)
    with monkeypatch.context() as patched:
        patched.setattr(uploading, "_forget", die)
        with pytest.raises(SystemExit):
            client.post(url)
    assert client.post(url).status_code == 200
    assert Media.objects.count() == 1
    assert ChatPage.objects.get(pk=chat.pk).recording_file.file.read() == VIDEO


def test_sound_stands_beside_a_recording(client, editor, chat):
    url = begin(client, chat, "call.mp3", len(SOUND), 0).json()["url"]
    patch(client, url, 0, SOUND)
    client.post(url)
    kept = ChatPage.objects.get(pk=chat.pk)
    assert kept.audio_file.type == "audio" and kept.recording_file is None and kept.duration is None


def test_somebodys_draft_is_not_published_along(client, editor, chat):
    chat.note = "Half a sentence"
    chat.save_revision()
    url = begin(client, chat).json()["url"]
    patch(client, url, 0, VIDEO)
    client.post(url)
    page = ChatPage.objects.get(pk=chat.pk)
    assert page.recording_file is None
    draft = page.get_latest_revision_as_object()
    assert draft.recording_file and draft.note == "Half a sentence"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("call.mp4", b"<html>" * 1000, "and is none"),
        ("call.mp4", SOUND, "MP3 inside"),
        ("call.exe", b"MZ" * 3000, "no kind"),
        ("call", VIDEO, "no kind"),
    ],
)
def test_what_is_no_recording_is_told_after_its_first_bytes(
    client, editor, chat, name, content, said
):
    url = begin(client, chat, name, 10**6).json()["url"]
    refused = patch(client, url, 0, content)
    assert refused.status_code == 422 and said in refused.json()["error"]
    assert not list(uploading.settings.UPLOADS.iterdir())


def test_more_than_was_announced_is_refused(client, editor, chat):
    url = begin(client, chat, size=len(VIDEO) - 1).json()["url"]
    assert patch(client, url, 0, VIDEO).status_code == 422


def test_there_has_to_be_room(client, editor, chat, monkeypatch):
    assert begin(client, chat, size=0).status_code == 422
    assert begin(client, chat, size=10**15).status_code == 422
    free = uploading.free_space()
    size = free * 2 // 3
    assert begin(client, chat, size=size).status_code == 201
    assert begin(client, chat, size=size).status_code == 422


@pytest.mark.parametrize("body", ["", "{", "[]", '{"name": "x"}', '{"name": 1, "size": "x"}', "1"])
def test_malformed_beginnings(client, editor, chat, body):
    address = f"/admin/chats/{chat.pk}/keep/begin/"
    assert client.post(address, body, content_type="application/json").status_code == 400


def test_an_upload_is_its_users_and_its_chats(client, editor, chat):
    url = begin(client, chat).json()["url"]
    other = make_chat("2024-04-03")
    assert client.head(url.replace(f"/{chat.pk}/", f"/{other.pk}/")).status_code == 404
    assert client.head(url.rsplit("/", 2)[0] + "/nothing/").status_code == 404
    client.force_login(User.objects.create_superuser("admin@example.org"))
    assert client.head(url).status_code == 404


def test_two_at_once_do_not_mix(client, editor, chat):
    url = begin(client, chat).json()["url"]
    found = uploading.find(url.rstrip("/").rsplit("/", 1)[1], chat, editor)
    with uploading._alone(found):
        assert patch(client, url, 0, VIDEO).status_code == 423
    assert patch(client, url, 0, VIDEO).status_code == 204


def test_given_up_and_forgotten(client, editor, chat, monkeypatch):
    url = begin(client, chat).json()["url"]
    assert client.delete(url).status_code == 204
    assert not list(uploading.settings.UPLOADS.iterdir())
    begin(client, chat)
    uploading.forget_old_uploads()
    assert len(list(uploading.settings.UPLOADS.iterdir())) == 2
    now = time.time()
    monkeypatch.setattr(uploading.time, "time", lambda: now + 4 * 24 * 3600)
    uploading.forget_old_uploads()
    assert not list(uploading.settings.UPLOADS.iterdir())


def test_the_media_library_looks_inside_too(client, editor):
    fields = {"title": "Call", "duration": "0", "collection": "1", "tags": ""}
    bad = SimpleUploadedFile("call.mp4", b"not a video at all" * 300)
    page = client.post("/admin/media/video/add/", {**fields, "file": bad}).content.decode()
    assert "is none" in page and not Media.objects.exists()
    good = SimpleUploadedFile("call.mp4", VIDEO)
    client.post("/admin/media/video/add/", {**fields, "file": good})
    assert Media.objects.count() == 1


def test_the_page_says_how_much_room_there_is(client, editor, chat):
    assert b"There is room for" in client.get(f"/admin/chats/{chat.pk}/keep/").content


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("a.MP4", VIDEO, "video"),
        ("a.m4a", VIDEO, "audio"),
        ("a.webm", b"\x1a\x45\xdf\xa3", "video"),
        ("a.ogg", b"OggS\0", "audio"),
        ("a.ogv", b"OggS\0", "video"),
        ("a.mp3", b"\xff\xfb\x90\x00", "audio"),
        ("a.aac", b"\xff\xf1\x50\x80", "audio"),
        ("a.wav", b"RIFF\0\0\0\0WAVE", "audio"),
        ("a.flac", b"fLaC", "audio"),
    ],
)
def test_kinds(name, head, kind):
    assert kind_of(name, head) == kind
    with pytest.raises(NoRecording):
        kind_of(name, b"\0" * 100)
