"""A recording uploaded by an editor: through a closed page, and refused where it is none."""

import wave

import pytest
from playwright.sync_api import Request, Route, expect

from chats.models import ChatPage
from tests.factories.chats import make_chat

pytestmark = pytest.mark.browser

PART = 4 * 1024 * 1024


def test_it_goes_on_after_the_page_was_closed(open_editor_tab, settings, tmp_path):
    settings.UPLOADS, settings.MEDIA_ROOT = tmp_path / "uploads", tmp_path / "media"
    chat = make_chat()
    call = tmp_path / "call.wav"
    with wave.open(str(call), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(bytes(PART * 2 + 1000))
    page = open_editor_tab()
    sent: list[int] = []

    def note(request: Request) -> None:
        if request.method == "PATCH":
            sent.append(int(request.headers["upload-offset"]))

    def hold_the_second(route: Route, request: Request) -> None:
        if request.method != "PATCH" or request.headers["upload-offset"] == "0":
            route.continue_()

    page.on("request", note)
    page.route(f"**/admin/chats/{chat.pk}/keep/**", hold_the_second)
    page.goto(f"/admin/chats/{chat.pk}/keep/")
    choose = page.get_by_label("The recording, or its sound alone")
    choose.set_input_files(call)
    with page.expect_request(lambda one: one.headers.get("upload-offset") == str(PART)):
        page.get_by_role("button", name="Upload it").click()
    assert sent == [0, PART]

    page.reload()
    page.unroute_all()
    choose.set_input_files(call)
    page.get_by_role("button", name="Upload it").click()
    page.wait_for_url("**/edit/")
    assert sent == [0, PART, PART, PART * 2]
    kept = ChatPage.objects.get(pk=chat.pk)
    assert kept.audio_file.file.size == call.stat().st_size
    assert kept.duration == round((PART * 2 + 1000) / 8000)


def test_what_is_none_is_said_to_be(open_editor_tab, settings, tmp_path):
    settings.UPLOADS, settings.MEDIA_ROOT = tmp_path / "uploads", tmp_path / "media"
    chat = make_chat()
    none = tmp_path / "call.mp4"
    none.write_bytes(b"This is no video. " * 1000)
    page = open_editor_tab()
    page.goto(f"/admin/chats/{chat.pk}/keep/")
    page.get_by_label("The recording, or its sound alone").set_input_files(none)
    page.get_by_role("button", name="Upload it").click()
    expect(page.get_by_role("status").filter(has_text="and is none")).to_be_visible()
    expect(page.get_by_role("button", name="Upload it")).to_be_visible()
