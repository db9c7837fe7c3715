"""A topic's own address leads to its line."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    "title", ["Question 12 of the mailbag", "Icebreaker: what did you read this month?"]
)
def test_its_line_is_in_view_be_it_far_below_or_folded_away(open_tab, chat, title):
    topic = chat.topics.get(title=title)
    page = open_tab(viewport={"width": 390, "height": 700})
    page.goto(topic.permalink)
    expect(page).to_have_url(f"{chat.url}#{topic.anchor}")
    expect(page.locator(f"#{topic.anchor}").get_by_text(title, exact=True)).to_be_in_viewport(
        ratio=1
    )


def test_other_folds_stay_closed(open_tab, chat):
    page = open_tab()
    page.goto(chat.topics.get(title="Question 12 of the mailbag").permalink)
    aside = "Icebreaker: what did you read this month?"
    expect(page.locator(".topics").get_by_text(aside, exact=True)).to_be_hidden()
