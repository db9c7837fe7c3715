"""The watch page: every way to a second leads there, once, and the page shows where it is."""

import io
import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import Page, Route, expect
from wagtailmedia.models import Media

from chats.models import ChatPage, Line
from tests.browser.test_accessibility import findings_in_both_schemes
from tests.browser.test_layout import SIDEWAYS, SMALL_TARGETS, double_the_text
from tests.factories.chats import make_chat, make_topic
from tests.factories.transcripts import make_transcript

pytestmark = pytest.mark.browser

STAND_INS = Path(__file__).parent / "stand_ins"
SECONDS, SAMPLES = 720, 3000
RENEW = "renew4early"
VIMEO = "https://vimeo.com/12345/0a1b2c"
YOUTUBE = "https://www.youtube.com/watch?v=abcdefghijk"

NOTE_WHAT_HAPPENS = """
  window.seeks = [];
  window.said = [];
  document.addEventListener("seeking", ({ target }) => seeks.push(target.currentTime), true);
  document.addEventListener("DOMContentLoaded", () => {
    for (const status of document.querySelectorAll("[role=status]")) {
      new MutationObserver(() => status.textContent && said.push(status.textContent))
        .observe(status, { childList: true, characterData: true, subtree: true });
    }
  });
"""
FORGED = """() => new Promise(resolve => {
  let marks = 0;
  new MutationObserver(() => marks++)
    .observe(document.querySelector("main"), { attributeFilter: ["aria-current"], subtree: true });
  window.postMessage('{"event":"infoDelivery","info":{"currentTime":86}}', "*");
  window.postMessage('{"event":"timeupdate","data":{"seconds":86}}', "*");
  setTimeout(() => resolve(marks), 100);
})"""
"""How often the mark moves when somebody else sends what the players send."""
IS_AT = "at => Math.abs(document.querySelector('audio').currentTime - at) < 0.5"
CUES = """async () => {
  const tracks = [...document.querySelector("audio").textTracks];
  for (const track of tracks) track.mode = "hidden";
  while (tracks.some(({ cues }) => !cues?.length)) await new Promise(requestAnimationFrame);
  return tracks.map(({ cues }) => [...cues].map(cue =>
    [cue.startTime, cue.endTime, cue.getCueAsHTML().textContent]));
}"""
"""What the browser itself reads in the files of captions and chapters."""
MARKED = ".topics [aria-current=true] > span"


def a_silent_file() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(SAMPLES)
        sound.writeframes(b"\x80" * SECONDS * SAMPLES)
    return file.getvalue()


def answer_first(written: list[Line]) -> None:
    first = written[0]
    Line.objects.create(
        transcript=first.transcript,
        source=first.source,
        speaker=first.speaker,
        start=first.start + 9000,
        text="Thank you!",
        answers=first,
    )


@pytest.fixture
def make_watched(transactional_db, settings, tmp_path, monkeypatch) -> Callable[..., ChatPage]:
    """A function that makes a chat of twelve minutes, with topics and what was said."""
    settings.MEDIA_ROOT = tmp_path
    # Django's own server for files in tests answers no ranges: let the site's view do it.
    media_handler = "django.test.testcases._MediaFilesHandler._should_handle"
    monkeypatch.setattr(media_handler, lambda self, path: False)

    def make(**recording: str) -> ChatPage:
        if not recording:
            media = Media(title="Call", type="audio", duration=SECONDS)
            media.file.save("call.wav", ContentFile(a_silent_file()))
            recording = {"recording_file": media}
        topics = [
            make_topic("Icebreaker: tea or coffee?", 15),
            make_topic("Courier bins", 85),
            make_topic("Can we renew early?", 671, key=RENEW),
            make_topic("Van routes", 700),
            make_topic("A link to the form", source="text chat"),
        ]
        chat = make_chat(topics=topics, hosts=["Marisol Achterberg"], duration=SECONDS, **recording)
        host = "Marisol Achterberg"
        said = [
            (2, host, "Welcome."),
            (86, host, "The bins are green."),
            (671, host, "Yes, from the first day."),
            (680, host, "Write a note to the lender."),
            (701, host, "The vans rest."),
        ]
        make_transcript(chat, said)
        Line.objects.filter(text__startswith="Write").update(start=680_250)
        written = [(90, "Pat", "Which green?"), (95, "Pat", "Café green.")]
        answer_first(make_transcript(chat, written, "text chat"))
        return chat

    return make


def wait_until_at(page: Page, at: float) -> None:
    page.wait_for_function(IS_AT, arg=at)


def happened(page: Page) -> tuple[list[float], list[str]]:
    """Return where the medium was moved to and what was announced since it was last asked."""
    page.wait_for_timeout(50)
    return page.evaluate("() => [seeks.splice(0), said.splice(0)]")


def test_each_form_of_address_leads_to_the_second_once(open_tab, make_watched):
    chat = make_watched()
    page = open_tab()
    page.add_init_script(NOTE_WHAT_HAPPENS)
    fragments = ["#t=671", "#t=11:11", "#t=0:11:11", "#t=npt:671,700", "#t=npt%3A0:11:11", ""]
    addresses = [chat.url + (fragment or f"#topic-{RENEW}") for fragment in fragments]
    for address in [*addresses, f"/topics/{RENEW}/"]:
        page.goto("about:blank")
        page.goto(address)
        wait_until_at(page, 671)
        expect(page.locator(MARKED).last).to_have_text("Can we renew early?")
        expect(page.locator(MARKED).last).to_be_in_viewport()
        assert happened(page) == [[671], ["At 11 minutes 11 seconds: Can we renew early?"]]
        assert page.evaluate("document.querySelector('audio').paused")
        expect(page.locator(".is-said")).to_have_text("Yes, from the first day.")

    page.goto("about:blank")
    page.goto(f"{chat.url}#t=99999")
    wait_until_at(page, SECONDS)
    expect(page).to_have_url(f"{chat.url}#t={SECONDS}")
    assert happened(page) == [[SECONDS], ["At 12 minutes: Van routes"]]

    for nothing in ("#t=nowhere", "#topics", ""):
        page.goto("about:blank")
        page.goto(chat.url + nothing)
        expect(page.get_by_role("button", name="Play")).to_be_visible()
        assert happened(page) == [[], []]


def test_each_moment_chosen_is_a_step_of_the_way_back(open_tab, make_watched):
    chat = make_watched()
    page = open_tab(viewport={"width": 390, "height": 800})
    page.add_init_script(NOTE_WHAT_HAPPENS)
    page.goto(chat.url)
    topic = page.get_by_role("link", name="Can we renew early?")
    topic.click()
    wait_until_at(page, 671)
    expect(page).to_have_url(f"{chat.url}#topic-{RENEW}")
    expect(topic).to_be_focused()
    expect(topic).to_have_attribute("aria-current", "true")
    assert happened(page) == [[671], ["At 11 minutes 11 seconds: Can we renew early?"]]

    passage = page.get_by_role("link", name="at 1 minute 26 seconds")
    passage.focus()
    page.keyboard.press("Enter")
    wait_until_at(page, 86)
    expect(page).to_have_url(f"{chat.url}#t=86")
    expect(passage).to_be_focused()
    assert happened(page) == [[86], ["At 1 minute 26 seconds: Courier bins"]]

    page.get_by_text("Write a note to the lender.").click()
    wait_until_at(page, 680.25)
    expect(page).to_have_url(f"{chat.url}#t=680")
    assert happened(page) == [[680.25], ["At 11 minutes 20 seconds: Can we renew early?"]]

    for step, at, marked in [
        ("back", 86, "Courier bins"),
        ("back", 671, "Can we renew early?"),
        ("back", 0, None),
        ("forward", 671, "Can we renew early?"),
        ("forward", 86, "Courier bins"),
    ]:
        page.evaluate(f"history.{step}()")
        wait_until_at(page, at)
        seeks, said = happened(page)
        assert (seeks, len(said)) == ([at], 1)
        if marked:
            expect(page.locator(MARKED).last).to_have_text(marked)
        else:
            expect(page.locator(MARKED)).to_have_count(0)

    # A link of another part of the page is no moment.
    page.evaluate("location.hash = 'main'")
    assert happened(page) == [[], []]
    page.evaluate("history.back()")
    page.wait_for_timeout(100)
    assert page.evaluate(IS_AT, 86)


def test_the_controls_steer_it_and_keep_the_address(open_tab, make_watched):
    chat = make_watched()
    page = open_tab()
    page.add_init_script(NOTE_WHAT_HAPPENS)
    page.goto(chat.url)
    before = page.evaluate("history.length")

    def press(name: str) -> None:
        button = page.get_by_role("button", name=name, exact=True)
        button.focus()
        page.keyboard.press("Enter")
        expect(button).to_be_focused()

    for name, at in [
        ("Next topic", 15),
        ("Next topic", 85),
        ("15 seconds forward", 100),
        ("Previous topic", 85),
        ("Previous topic", 15),
        ("15 seconds back", 0),
    ]:
        press(name)
        wait_until_at(page, at)
        expect(page).to_have_url(f"{chat.url}#t={at}")
        seeks, said = happened(page)
        assert (seeks, len(said)) == ([at], 1)

    field = page.get_by_label("Go to time")
    field.fill("11.40")
    page.keyboard.press("Enter")
    expect(field).to_have_accessible_description("Write the time as 11:28 or 1:02:03.")
    expect(field).to_be_focused()
    assert happened(page)[0] == []
    field.fill("11:40")
    page.keyboard.press("Enter")
    wait_until_at(page, 700)
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description("")
    assert happened(page) == [[700], ["At 11 minutes 40 seconds: Van routes"]]
    assert page.evaluate("history.length") == before

    page.get_by_label("Speed").select_option("2×")
    press_play = page.get_by_role("button", name="Play", exact=True)
    press_play.focus()
    page.keyboard.press("Space")
    page.wait_for_function("() => document.querySelector('audio').currentTime > 701.2")
    expect(page.locator(".is-said")).to_have_text("The vans rest.")
    pause = page.get_by_role("button", name="Pause", exact=True)
    expect(pause).to_be_focused()
    page.keyboard.press("Space")
    page.wait_for_function("() => document.querySelector('audio').paused")
    at = page.evaluate("Math.floor(document.querySelector('audio').currentTime)")
    expect(page).to_have_url(f"{chat.url}#t={at}")
    # What passes by itself is not announced, nor is a letter a command.
    assert happened(page) == [[], []]
    page.keyboard.press("k")
    page.keyboard.press("j")
    assert happened(page) == [[], []]
    assert page.evaluate("document.querySelector('audio').paused")
    captions, chapters = page.evaluate(CUES)
    assert captions[2] == [671, 674, "Yes, from the first day."] and len(captions) == 5
    assert chapters[1:3] == [[85, 671, "Courier bins"], [671, 700, "Can we renew early?"]]


@pytest.mark.parametrize(
    ("address", "host", "stand_in", "asked", "seek", "pause"),
    [
        (
            YOUTUBE,
            "https://www.youtube-nocookie.com",
            "youtube.html",
            "/embed/abcdefghijk?enablejsapi=1&playsinline=1&rel=0&autoplay=1&origin={site}&start=671",
            "seekTo",
            "pauseVideo",
        ),
        (
            VIMEO,
            "https://player.vimeo.com",
            "vimeo.html",
            "/video/12345?h=0a1b2c&dnt=1&autoplay=1#t=671s",
            "setCurrentTime",
            "pause",
        ),
    ],
)
def test_a_video_elsewhere_is_fetched_at_play_and_steered_by_messages(
    open_tab, make_watched, live_server, address, host, stand_in, asked, seek, pause
):
    chat = make_watched(recording_url=address)
    page = open_tab()
    page.add_init_script(NOTE_WHAT_HAPPENS)
    requests = []

    def answer(route: Route) -> None:
        requests.append(route.request)
        body = (STAND_INS / stand_in).read_text()
        route.fulfill(body=body, content_type="text/html")

    page.route(f"{host}/**", answer)
    page.goto(f"{chat.url}#t=99999")
    expect(page.get_by_text("Will start at 12:00", exact=True)).to_be_visible()
    expect(page).to_have_url(f"{chat.url}#t={SECONDS}")
    happened(page)
    label = "YouTube" if "youtube" in host else "Vimeo"
    play = page.get_by_role("button", name="Play", exact=True)
    expect(play).to_have_accessible_description(f"Playing loads the video from {label}.")
    topic = page.get_by_role("link", name="Can we renew early?")
    topic.click()
    expect(topic).to_have_attribute("aria-current", "true")
    expect(page.get_by_text("Will start at 11:11", exact=True)).to_be_visible()
    assert happened(page)[1] == ["Will start at 11 minutes 11 seconds"]
    assert not requests

    play.click()
    pause_button = page.get_by_role("button", name="Pause", exact=True)
    expect(pause_button).to_be_focused()
    site = live_server.url.replace(":", "%3A").replace("/", "%2F")
    assert len(requests) == 1
    policy = page.locator("iframe").get_attribute("referrerpolicy")
    assert policy == "strict-origin-when-cross-origin"
    assert requests[0].headers["referer"] == f"{live_server.url}/"
    page.wait_for_timeout(300)
    frame = page.frames[-1]
    assert frame.evaluate("location.href") == host + asked.format(site=site)
    assert frame.evaluate("commands") == []

    other = page.get_by_role("link", name="Courier bins")
    other.click()
    frame.wait_for_function("() => commands.length === 1")
    expect(other).to_have_attribute("aria-current", "true")
    expect(other).to_be_focused()
    page.evaluate("history.back()")
    frame.wait_for_function("() => commands.length === 2")
    expect(topic).to_have_attribute("aria-current", "true")
    said = ["At 1 minute 25 seconds: Courier bins", "At 11 minutes 11 seconds: Can we renew early?"]
    assert happened(page)[1] == said
    seeks = [(name, round(value)) for name, value, *_rest in frame.evaluate("commands")]
    assert seeks[0] == (seek, 85)
    assert (seeks[1][0], 671 <= seeks[1][1] <= 673) == (seek, True)

    expect(page.get_by_text("11:13 of 12:00")).to_be_visible()
    # Whoever else sends messages is not the player.
    assert page.evaluate(FORGED) == 0
    pause_button.click()
    expect(play).to_be_visible()
    assert frame.evaluate("commands.at(-1)") == [pause]
    assert int(page.url.rpartition("=")[2]) in range(673, 676)
    assert len(requests) == 1


def test_what_is_passed_on_and_what_is_found(open_tab, make_watched, live_server):
    chat = make_watched()
    page = open_tab(permissions=["clipboard-read", "clipboard-write"])
    page.add_init_script(NOTE_WHAT_HAPPENS)
    page.goto(f"{chat.url}#t=688")
    wait_until_at(page, 688)
    happened(page)
    page.get_by_role("button", name="Copy the link to: Can we renew early?").click()
    page.wait_for_function("() => said.length === 1")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{live_server.url}/topics/{RENEW}/"

    page.get_by_text("Share", exact=True).click()
    page.get_by_label("Start at", exact=True).check()
    expect(page.get_by_label("Time to start at")).to_have_value("11:28")
    page.get_by_role("button", name="Copy the address").click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{live_server.url}{chat.url}#t=688"

    happened(page)
    page.get_by_label("Find in topics and transcript").fill("GREEN")
    for told in [
        "1 of 3: The bins are green.",
        "2 of 3: Which green?",
        "3 of 3: Café green.",
        "1 of 3: The bins are green.",
    ]:
        page.keyboard.press("Enter")
        assert happened(page)[1] == [told]
    expect(page.get_by_text("The bins are green.", exact=True)).to_be_in_viewport()
    page.get_by_role("button", name="Go there").click()
    expect(page.get_by_role("link", name="at 1 minute 26 seconds")).to_be_focused()
    page.get_by_label("Find in topics and transcript").fill("cafe")
    page.keyboard.press("Enter")
    assert happened(page)[1][-1] == "1 of 1: Café green."
    page.get_by_label("Find in topics and transcript").fill("zebra")
    page.keyboard.press("Enter")
    assert happened(page)[1] == ["Nothing here has these words."]


def test_it_is_read_by_headings_and_one_link_a_passage(open_tab, make_watched):
    chat = make_watched()
    page = open_tab(bypass_csp=True, viewport={"width": 390, "height": 844})
    page.goto(chat.url)
    tree = page.locator(".transcript").first.aria_snapshot()
    assert tree.replace(chat.recording.url, "FILE") == "\n".join(
        [
            "- paragraph:",
            '  - checkbox "Follow along as it plays"',
            "  - text: Follow along as it plays",
            '- heading "Before the first topic" [level=3]',
            '- link "at 2 seconds":',
            "  - /url: FILE#t=2",
            '- paragraph: "Marisol Achterberg: Welcome."',
            '- heading "Courier bins" [level=3]',
            '- link "at 1 minute 26 seconds":',
            "  - /url: FILE#t=86",
            '- paragraph: "Marisol Achterberg: The bins are green."',
            '- heading "Can we renew early?" [level=3]',
            '- link "at 11 minutes 11 seconds":',
            "  - /url: FILE#t=671",
            '- paragraph: "Marisol Achterberg: Yes, from the first day. '
            'Write a note to the lender."',
            '- heading "Van routes" [level=3]',
            '- link "at 11 minutes 41 seconds":',
            "  - /url: FILE#t=701",
            '- paragraph: "Marisol Achterberg: The vans rest."',
        ]
    )
    assert not findings_in_both_schemes(page)
    wide = {}
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        wide[width] = page.evaluate(SIDEWAYS) + page.evaluate(SMALL_TARGETS)
    double_the_text(page)
    for width in (1280, 640):
        page.set_viewport_size({"width": width, "height": 800})
        wide[width, "200%"] = page.evaluate(SIDEWAYS)
    assert not {where: found for where, found in wide.items() if found}


def test_all_of_it_is_there_without_script(open_tab, make_watched):
    chat = make_watched(recording_url=YOUTUBE)
    page = open_tab(java_script_enabled=False)
    page.goto(f"{chat.url}#t=671")
    expect(page.get_by_text("Yes, from the first day.")).to_be_in_viewport()
    passage = page.get_by_role("link", name="at 11 minutes 11 seconds")
    expect(passage).to_have_attribute("href", f"{YOUTUBE}&t=671s")
    topic = page.get_by_role("link", name="Can we renew early?").first
    expect(topic).to_have_attribute("href", f"{YOUTUBE}&t=671s")
    expect(page.get_by_role("link", name="Open the recording on YouTube")).to_be_visible()
    # But for the one that sends a comment.
    expect(page.get_by_role("button")).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_have_count(0)
    expect(page.get_by_text("Playing loads")).to_be_hidden()
    page.get_by_text("1 reply").click()
    expect(page.get_by_text("Thank you!")).to_be_visible()
