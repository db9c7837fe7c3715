"""Sending something to the team in a real browser, and what the team does with it."""

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from blog.models import PostPage, Submission
from blog.submissions.submitting import Sent, send_in
from comments.models import Comment
from comments.submitting import Sender
from people.models import Person
from tests.blog import sent
from tests.browser.test_accessibility import DESK, PHONE, findings_in_both_schemes
from tests.factories.blog import make_post
from tests.soak import SOAK

pytestmark = pytest.mark.browser

SEND = "/blog/send/"
NARROW = {"width": 320, "height": 640}


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "SUBMISSIONS_FOLDER", tmp_path / "submissions")


def payload(name: str, content: bytes) -> dict:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


@pytest.mark.parametrize("viewport", [DESK, NARROW] if SOAK else [NARROW])
def test_the_form_has_no_finding_empty_or_with_errors(open_tab, transactional_db, viewport):
    page = open_tab(bypass_csp=True, viewport=viewport, reduced_motion="reduce")
    page.goto(SEND)
    found = findings_in_both_schemes(page)
    page.get_by_role("button", name="Send to the team").click()
    expect(page.get_by_role("alert")).to_contain_text("4 answers need another look")
    page.wait_for_load_state()
    found += findings_in_both_schemes(page)
    assert not found
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) <= 0


def test_by_keys_alone_and_without_script(open_tab, transactional_db):
    page = open_tab(java_script_enabled=False)
    page.goto(SEND)
    page.get_by_label("An entry for the blog").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("A map of desks")
    page.keyboard.press("Tab")
    page.keyboard.type("It would show who answers.")
    for words in ("", "Ines Moreau", "ines@example.org", "Harbour Town"):
        page.keyboard.press("Tab")
        page.keyboard.type(words)
    page.keyboard.press("Tab")
    while page.locator(":focus").text_content() != "Send to the team":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, the team has it")
    submission = Submission.objects.get()
    assert (submission.kind, submission.title) == ("comment", "A map of desks")
    assert (submission.email, submission.library) == ("ines@example.org", "Harbour Town")


def test_a_file_too_large_is_told_beside_it_and_the_words_stay(open_tab, transactional_db):
    page = open_tab()
    page.goto(SEND)
    page.get_by_label("An idea").check()
    page.get_by_label("What you want to say").fill("It would show who answers.")
    page.get_by_label("Your name").fill("Ines Moreau")
    page.get_by_label("Your email address").fill("ines@example.org")
    large = payload("map.txt", b"a" * (10 * 1024 * 1024 + 1))
    page.get_by_label("Files").set_input_files([large])
    page.get_by_role("button", name="Send to the team").click()
    expect(page.locator("#id_files_error")).to_contain_text("“map.txt” has 10.0")
    expect(page.get_by_text("please choose them again")).to_be_visible()
    expect(page.get_by_label("What you want to say")).to_have_value("It would show who answers.")
    page.get_by_role("link", name="Files").click()
    expect(page.get_by_label("Files")).to_be_focused()
    page.get_by_label("Files").set_input_files([payload("map.docx", sent.DOCX)])
    page.get_by_role("button", name="Send to the team").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, the team has it")
    assert Submission.objects.get().files.get().name == "map.docx"


@pytest.fixture
def submission(transactional_db) -> Submission:
    said = Sent(**{**sent.WRITTEN, "files": [sent.upload("a.docx"), sent.upload("a.jpg")]})
    Person.objects.create(name="Ines Moreau", role="Head of delivery")
    make_post(first_published_at=timezone.now())
    return send_in(said, Sender(client="192.0.2.7", ip="192.0.2.7", agent="Firefox", age=60))


@pytest.mark.parametrize("viewport", [DESK, PHONE] if SOAK else [PHONE])
def test_the_inbox_has_no_finding(open_editor_tab, submission, viewport):
    page = open_editor_tab(bypass_csp=True, viewport=viewport, reduced_motion="reduce")
    found = []
    for address in ("/admin/submissions/", f"/admin/submissions/{submission.pk}/"):
        page.goto(address)
        found += findings_in_both_schemes(page)
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(overflow) <= 0
    assert not found


def test_the_inbox_leads_to_a_draft_and_to_a_comment(open_editor_tab, submission):
    page = open_editor_tab()
    page.goto("/admin/submissions/")
    page.get_by_role("link", name=submission.title).click()
    page.get_by_role("button", name="Choose a page").click()
    page.get_by_role("searchbox").or_(page.get_by_label("Search term")).last.fill("audiobooks")
    page.get_by_role("link", name="Packing audiobooks").click()
    page.get_by_role("button", name="Place it there").click()
    expect(page.get_by_text("It stands beneath “Packing audiobooks”")).to_be_visible()
    assert Comment.objects.get().page.title == "Packing audiobooks"
    page.goto(f"/admin/submissions/{submission.pk}/")
    page.get_by_role("button", name="Make a draft post").click()
    expect(page.get_by_text("A draft was made.")).to_be_visible()
    assert not PostPage.objects.get(title=submission.title).live
