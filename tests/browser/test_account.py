"""Signing in and a reader's page, in a browser with script and without."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.accounts.steps import PASSWORD, app_code, mailed_code
from tests.browser.test_accessibility import DESK, PHONE, findings_in_both_schemes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name).click()


def test_a_reader_signs_in_by_a_code_without_script(open_tab):
    page = open_tab(java_script_enabled=False, viewport=PHONE)
    page.goto("/")
    page.get_by_role("link", name="Your page").click()
    page.get_by_label("Email address").fill("ray@ill.example.org")
    press(page, "Send me a code")
    page.get_by_label("Code").fill(mailed_code())
    press(page, "Go on")
    expect(page.get_by_role("heading", name="Your page")).to_be_visible()
    press(page, "Sign out")
    assert User.objects.get().email == "ray@ill.example.org"


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["wide", "narrow"])
def test_staff_set_up_a_second_step_and_sign_in_with_it(open_tab, viewport):
    User.objects.create_superuser("ines@ill.example.org", PASSWORD)
    page, found = open_tab(viewport=viewport), []

    def look() -> None:
        found.extend(findings_in_both_schemes(page))
        is_wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(is_wider), page.url

    def sign_in() -> None:
        page.goto("/admin/")
        page.get_by_label("Email address").fill("ines@ill.example.org")
        page.get_by_label("Password").fill(PASSWORD)
        press(page, "Sign in")

    page.goto("/account/code/")
    look()
    page.goto("/account/login/")
    press(page, "Sign in")
    look()
    sign_in()
    expect(page).to_have_url("/admin/")
    page.goto("/account/")
    look()
    page.goto("/account/steps/app/")
    look()
    secret = page.locator(".secret").text_content()
    page.get_by_label("Code").fill(app_code(secret))
    press(page, "Take this app")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    look()
    page.goto("/account/")
    press(page, "Sign out")
    sign_in()
    look()
    page.get_by_label("Code").fill(app_code(secret, 1))
    press(page, "Sign in")
    expect(page).to_have_url("/admin/")
    assert not found
