"""The editor of rich text, asked by several threads at once, and what links lead to."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from wagtail.admin.rich_text import get_rich_text_editor_widget
from wagtail.rich_text import expand_db_html

from core.rich_text import RichTextArea
from tests.factories.blog import make_post
from tests.factories.guides import make_guide


@pytest.fixture
def widget():
    return get_rich_text_editor_widget(features=["bold", "link", "ul"])


@pytest.fixture
def _hasty():
    """Let threads take turns within a text."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def test_it_is_the_editor_of_all_fields(widget):
    assert isinstance(widget, RichTextArea)
    assert widget.features == ["bold", "link", "ul"]


@pytest.mark.usefixtures("_hasty")
def test_no_editor_is_shown_what_another_has(widget):
    def shown(number: int) -> set[str]:
        content = json.loads(widget.format_value(f"<p>word {number}</p>" * 30))
        return {block["text"] for block in content["blocks"]}

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(shown, range(40)))
    assert found == [{f"word {number}"} for number in range(40)]


def test_what_is_sent_comes_back(widget):
    text = '<p data-block-key="k1">Ask <b>twice</b></p>'
    assert widget.value_from_datadict({"a": widget.format_value(text)}, {}, "a") == text


def test_links_to_pages_of_any_type_take_one_query(home, django_assert_num_queries):
    guide, post = make_guide("Pack a loan"), make_post("Labels")
    links = "".join(f'<a linktype="page" id="{pk}">…</a>' for pk in (guide.pk, post.pk, 987_654))
    addresses = guide.url, post.url
    with django_assert_num_queries(1):
        html = expand_db_html(links)
    assert html == '<a href="{}">…</a><a href="{}">…</a><a>…</a>'.format(*addresses)
