"""What all tests share.

Migrations plant what every site begins with: the home page, the archive, the roles. A test that
commits (`transactional_db`, `live_server`) empties the tables at its end, so each of these gets
that beginning back from a copy made with the test database (Django's `serialized_rollback`),
without asking for it. They run after all others, which roll back.

Browser tests bear the mark `browser` and ask for `browser_page`.
"""

import gc
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from django.core.cache import caches
from django.db import connection
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Route, sync_playwright

from tests.chromium import ARGUMENTS, find_chromium
from tests.replanting import quicken

quicken()

HERE = ("http://127.0.0.1:", "http://localhost:", "data:", "blob:", "about:")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("only_database"):
        config.hook.pytest_deselected(items=[it for it in items if not asks_the_database(it)])
        items[:] = [item for item in items if asks_the_database(item)]
    for item in items:
        marker = item.get_closest_marker("django_db")
        commits = marker is not None and marker.kwargs.get("transaction")
        if commits or {"transactional_db", "live_server"} & set(item.fixturenames):
            replanting = pytest.mark.django_db(transaction=True, serialized_rollback=True)
            item.add_marker(replanting, append=False)


def pytest_collection_finish() -> None:
    """Keep the collector from looking through all the code anew: a twentieth of what tests take."""
    gc.collect()
    gc.freeze()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their parameter: what a library wrote into a file may differ with the second,
    and processes that collect at different seconds have to find the same tests."""
    return argname if isinstance(val, bytes) else None


def asks_the_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("any_database"):
        return False
    of_database = {"db", "transactional_db", "live_server"}
    return bool(item.get_closest_marker("django_db") or of_database & set(item.fixturenames))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--only-database", action="store_true", help="leave out what asks no database")


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter) -> None:
    """Say which databases and services the runs of `make test` have met."""
    if told := os.environ.get("TESTED_WITH"):
        terminalreporter.write_line(told)


@pytest.fixture(autouse=True)
def _fresh_cache(settings):
    """Keep what one test caches from the next, in every thread."""
    default = {**settings.CACHES["default"], "KEY_PREFIX": uuid.uuid4().hex}
    settings.CACHES = {**settings.CACHES, "default": default}
    yield
    caches.close_all()


@pytest.fixture(autouse=True)
def _no_search_index(settings, tmp_path):
    """Begin each test without an index: the table of entries answers until one is made."""
    settings.SEARCH_INDEX = tmp_path / "index"


@pytest.fixture
def home(db):
    from home.models import HomePage

    return HomePage.objects.get()


@pytest.fixture
def archive(db):
    from chats.models import ChatArchivePage

    return ChatArchivePage.objects.get()


@pytest.fixture(scope="session")
def chromium(django_db_setup) -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.fail("Browser tests need Chromium, and none is here. `make test` installs it.")
    beginning = connection._test_serialized_contents
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        # Playwright keeps an event loop in this thread. Django takes each query for one made
        # from asynchronous code, and has another connection here, without the site's beginning.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        connection._test_serialized_contents = beginning
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
        connection.close()


def watch(page: Page, faults: list[str]) -> None:
    """Note what a page must not do: ask another host, write an error, leave one uncaught."""

    def let_through(route: Route, request: Request) -> None:
        if request.url.startswith(HERE):
            route.continue_()
        else:
            faults.append(f"asked another host: {request.url}")
            route.abort()

    def listen(message: ConsoleMessage) -> None:
        # 422 tells of what somebody typed or chose, not of a fault.
        if message.type == "error" and "status of 422" not in message.text:
            faults.append(f"console: {message.text}")

    page.route("**/*", let_through)
    page.on("console", listen)
    page.on("pageerror", lambda error: faults.append(f"uncaught: {error}"))


@pytest.fixture
def open_tab(chromium: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """A function that opens a tab of its own; relative addresses go to the live server.

    Its arguments are those of a Playwright context, as `java_script_enabled=False`. The test
    fails for what `watch` notes; a breach of the Content-Security-Policy is an error too.
    """
    faults: list[str] = []
    with ExitStack() as contexts:

        def open_one(**options) -> Page:
            context = chromium.new_context(base_url=live_server.url, **options)
            page = contexts.enter_context(context).new_page()
            watch(page, faults)
            return page

        yield open_one
    assert not faults


@pytest.fixture
def browser_page(open_tab) -> Page:
    return open_tab()
