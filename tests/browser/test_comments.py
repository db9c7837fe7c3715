"""Comments in a real browser: with and without script, by keyboard, seen by axe."""

import pytest
from playwright.sync_api import Page, expect

from comments.models import Comment, State
from tests.browser.test_accessibility import findings
from tests.factories.blog import make_post
from tests.factories.comments import make_comment
from tests.soak import SOAK

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def post(live_server):
    return make_post(
        "Packing audiobooks",
        body=[
            ("text", "<p>Ours go in pairs.</p>"),
            ("questions", {"title": "", "questions": ["How many days do you give?"]}),
            ("recording", {"title": "Labels", "url": "https://youtu.be/aqz-KE-bpKQ"}),
        ],
    )


def fill_in(page: Page, text: str = "We use a rubber band.") -> None:
    page.get_by_label("Your comment").fill(text)
    page.get_by_label("Your name").fill("Ines Moreau")
    page.get_by_label("Your email address").fill("ines@example.org")


def test_a_comment_with_script(open_tab, post):
    page = open_tab()
    page.goto(post.url)
    fill_in(page)
    page.wait_for_function("() => document.querySelector('.comment-form').elements.stamp.value")
    page.wait_for_timeout(2100)
    page.get_by_role("button", name="Send your comment").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("waits for one of us")
    comment = Comment.objects.get()
    assert (comment.state, comment.rules) == (State.HELD, ["first"])
    page.get_by_role("link", name="Change what you wrote").click()
    page.get_by_label("Your comment").fill("Changed.")
    page.get_by_role("button", name="Save the change").click()
    expect(page.get_by_text("Changed.")).to_be_visible()


def test_a_comment_without_script(open_tab, post):
    page = open_tab(java_script_enabled=False)
    page.goto(post.url)
    fill_in(page)
    page.get_by_role("button", name="Send your comment").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("before it is sent")
    page.wait_for_timeout(2100)
    page.get_by_role("button", name="Send your comment").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("waits for one of us")
    assert Comment.objects.get().rules == ["first"]


def test_what_is_written_survives_a_reload_until_it_is_sent(open_tab, post):
    page = open_tab()
    page.goto(post.url)
    fill_in(page, "A long thought.")
    page.reload()
    expect(page.get_by_label("Your comment")).to_have_value("A long thought.")
    page.wait_for_timeout(100)
    page.get_by_label("Your comment").focus()
    page.get_by_role("button", name="Send your comment").click()
    page.wait_for_url("**/yours/**")
    page.goto(post.url)
    expect(page.get_by_label("Your comment")).to_have_value("")


def test_a_reply_in_place_by_keyboard(open_tab, post):
    parent = make_comment(post, "First.", "Bo", "bo@example.org")
    page = open_tab()
    page.goto(post.url)
    page.get_by_role("link", name="Reply to Bo").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your comment")).to_be_focused()
    expect(page.get_by_text("You reply to Bo.")).to_be_visible()
    inside = page.locator(f"#comment-{parent.key} .comment-form")
    expect(inside).to_have_count(1)
    page.get_by_role("button", name="Not a reply after all").click()
    expect(inside).to_have_count(0)
    page.get_by_role("link", name="Reply to Bo").click()
    fill_in(page, "In answer.")
    page.get_by_role("button", name="Send your comment").click()
    page.wait_for_url("**/yours/**")
    assert Comment.objects.get(text="In answer.").parent == parent


def test_an_answer_to_a_question(open_tab, post):
    page = open_tab()
    page.goto(post.url)
    page.get_by_role("link", name="Answer this question").click()
    expect(page.get_by_text("How many days do you give?")).to_be_visible()
    fill_in(page, "Seven.")
    page.get_by_role("button", name="Send your comment").click()
    page.wait_for_url("**/yours/**")
    assert Comment.objects.get().about == post.discussed_questions[0]


def test_a_video_is_asked_for_by_the_reader_alone(open_tab, post):
    page = open_tab()
    asked = []
    page.route(
        "https://www.youtube-nocookie.com/**", lambda route: (asked.append(1), route.abort())
    )
    page.goto(post.url)
    page.wait_for_timeout(300)
    assert not asked
    page.get_by_role("button", name="Play “Labels” from YouTube").click()
    expect(page.locator(".recording iframe")).to_have_attribute("title", "Labels")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)][not SOAK :])
def test_axe_finds_nothing(open_tab, post, scheme, width):
    comment = make_comment(post, "First.", "Bo", "bo@example.org", library="Harbour")
    make_comment(post, "Reply.", parent=comment, struck_at=comment.created_at)
    make_comment(post, "Seven.", about=post.discussed_questions[0])
    screen = {"viewport": {"width": width, "height": 900}, "reduced_motion": "reduce"}
    page = open_tab(color_scheme=scheme, **screen)
    write = f"/comments/on/{post.pk}/"
    addresses = [post.url, "/blog/", write, f"/comments/{comment.key}/report/", "/comments/rules/"]
    for address in addresses:
        page.goto(address)
        assert not findings(page)
    page.goto(write)
    page.get_by_role("button", name="Send your comment").click()
    expect(page.get_by_role("alert")).to_contain_text("3 answers need another look")
    page.wait_for_load_state("load")
    assert not findings(page)
    page.get_by_role("alert").get_by_role("link", name="Your name").click()
    expect(page.get_by_label("Your name")).to_be_focused()
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0
