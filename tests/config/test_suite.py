"""The fixtures themselves: what a test that commits leaves, and what a browser test refuses."""

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache

from tests.conftest import watch


@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_that_commits_begins_as_a_new_site(transactional_db, turn):
    from home.models import HomePage

    assert HomePage.objects.get().get_children().exists()
    assert Group.objects.filter(name="Editors").exists()
    Group.objects.all().delete()


@pytest.mark.parametrize("turn", [1, 2])
def test_the_cache_begins_empty(turn):
    assert cache.get("turn") is None
    cache.set("turn", turn)


@pytest.mark.browser
def test_the_home_page_opens_in_a_browser(browser_page):
    browser_page.goto("/")
    assert browser_page.locator("main").is_visible()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("new Image().src = 'https://elsewhere.example/a.png'", "https://elsewhere.example"),
        ("document.body.innerHTML = '<b style=\"color: red\">x</b>'", "Content Security Policy"),
        ("console.error('something')", "something"),
        ("setTimeout(() => { throw new Error('uncaught') })", "uncaught"),
    ],
)
def test_what_a_page_must_not_do_is_told(chromium, live_server, fault, told):
    faults: list[str] = []
    with chromium.new_context(base_url=live_server.url) as context:
        page = context.new_page()
        watch(page, faults)
        assert page.goto("/").ok
        page.evaluate(fault)
        page.wait_for_timeout(300)
    assert told in "\n".join(faults)
