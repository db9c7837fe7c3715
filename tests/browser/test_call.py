"""A rehearsed call: stamped through lost connections, and ten topics at their seconds after it."""

import re

import pytest
import time_machine
from django.utils import timezone

from chats.models import ChatPage
from tests.factories.chats import make_chat

pytestmark = pytest.mark.browser

TITLES = [f"Topic number {n}" for n in range(10)]
APART = 137


def test_ten_topics_are_there_when_the_call_ends(open_editor_tab):
    chat = make_chat()
    with time_machine.travel(timezone.now()) as clock:
        page = open_editor_tab()
        page.clock.install(time=timezone.now())
        sync = f"**/admin/chats/{chat.pk}/call/sync/"

        under_way = set()
        page.on("request", lambda one: under_way.add(one) if "/sync/" in one.url else None)
        page.on("requestfinished", lambda one: under_way.discard(one))
        page.on("requestfailed", lambda one: under_way.discard(one))

        def be_quiet():
            # No exchange may be half of before and half of after.
            for _tick in range(150):
                page.wait_for_timeout(20)
                if not under_way:
                    return

        def pass_by(seconds, connected):
            if connected:
                be_quiet()
            clock.shift(seconds)
            page.clock.fast_forward(seconds * 1000)
            if connected:
                be_quiet()

        page.goto(f"/admin/chats/{chat.pk}/call/")
        page.get_by_label("A question to be asked").fill(TITLES[9])
        page.get_by_role("button", name="Add it").click()
        page.get_by_role("button", name="The recording has begun").click()
        began = timezone.now()
        moments = []
        box = page.get_by_label("What is being talked about?")
        for n, title in enumerate(TITLES[:9]):
            if n in (2, 6):
                be_quiet()
                # No answer ever comes.
                page.route(sync, lambda route: None)
            pass_by(APART, connected=n not in (2, 3, 6, 7))
            # By the keyboard alone, the words before the moment or after it.
            if n % 2:
                box.fill(title)
                box.press("Enter")
                moments.append(timezone.now() - began)
            else:
                box.focus()
                page.keyboard.press("Enter")
                moments.append(timezone.now() - began)
                page.keyboard.type(title)
            if n in (3, 7):
                page.get_by_text("No connection").wait_for()
                if n == 3:
                    page.reload()
                page.unroute(sync)
                under_way.clear()
        pass_by(APART, connected=True)
        page.get_by_role("button", name=f"Now: {TITLES[9]}").click()
        moments.append(timezone.now() - began)
        page.get_by_text("Saved", exact=True).wait_for()
        page.wait_for_function(
            f"() => JSON.parse(localStorage['call-{chat.pk}']).unsent.length === 0"
        )
        other = open_editor_tab()
        other.goto(f"/admin/chats/{chat.pk}/call/")
        other.locator("[data-list=stamped] > li").nth(9).wait_for()

        page.get_by_role("link", name="The call has ended").click()
        page.get_by_label("The recording is later by").fill("0:07")
        page.get_by_role("button", name="Show the times").click()
        page.get_by_role("cell", name=re.compile("^2:2[4-9]$")).wait_for()
        page.get_by_role("button", name="Put these topics on the page").click()
        page.wait_for_url("**/edit/")
    topics = ChatPage.objects.get(pk=chat.pk).ordered_topics
    assert [topic.title for topic in topics] == TITLES
    for topic, moment in zip(topics, moments, strict=True):
        assert abs(topic.start - (moment.total_seconds() + 7)) <= 3
