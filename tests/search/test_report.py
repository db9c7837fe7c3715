"""The report of searches: what editors see of them, and what nobody does."""

import csv
from datetime import date
from io import BytesIO

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from lxml import html
from openpyxl import load_workbook

from accounts.models import User
from search.models import GlossaryTerm, SearchedWords

REPORT = "/admin/reports/searches/"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel("2026-03-10 12:00 -0400", tick=False):
        yield


@pytest.fixture
def sign_in(client, archive):
    def sign_in(role: str = "Editors") -> None:
        user = User.objects.create_user("ines@ill.example.org")
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)

    return sign_in


@pytest.fixture
def searched(db):
    searched = [
        ("renew", "2026-03-09", 5, 0),
        ("renew", "2025-12-31", 4, 0),
        ("luna moon", "2026-02-02", 7, 7),
        ("interlibrary lending", "2026-01-20", 3, 3),
        ("old", "2025-03-31", 30, 1),
        ("jane doe", "2026-03-09", 1, 1),
        ("jane doe", "2026-01-09", 1, 1),
    ]
    for words, day, times, not_found in searched:
        last = date.fromisoformat(day)
        SearchedWords.objects.create(
            words=words,
            month=last.replace(day=1),
            times=times,
            times_not_found=not_found,
            last_searched=last,
        )


def table(response) -> list[list[str]]:
    page = html.fromstring(response.content)
    return [
        [" ".join(cell.text_content().split()) for cell in row.cssselect("td")]
        for row in page.cssselect("table.listing tbody tr")
    ]


def words(response) -> list[str]:
    page = html.fromstring(response.content)
    return [cell.text_content().strip() for cell in page.cssselect("td .title-wrapper")]


def test_most_wanted_first_and_nothing_that_may_name_a_person(client, sign_in, searched):
    sign_in()
    response = client.get(REPORT)
    assert table(response) == [
        ["old Add to the glossary: old", "30", "1", "March 2025"],
        ["renew", "9", "0", "March 2026"],
        ["luna moon Add to the glossary: luna moon", "7", "7", "February 2026"],
        ["interlibrary lending In the glossary", "3", "3", "January 2026"],
    ]
    assert "jane" not in response.content.decode()


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({"months": "1"}, ["renew"]),
        ({"months": "3"}, ["luna moon", "renew", "interlibrary lending"]),
        ({"months": "12"}, ["renew", "luna moon", "interlibrary lending"]),
        ({"outcome": "nothing"}, ["old", "luna moon", "interlibrary lending"]),
        ({"outcome": "nothing", "months": "1"}, []),
        ({"months": "7", "outcome": "x"}, ["old", "renew", "luna moon", "interlibrary lending"]),
    ],
)
def test_it_is_narrowed(client, sign_in, searched, chosen, found):
    sign_in()
    assert words(client.get(REPORT, chosen)) == found
    assert words(client.get(f"{REPORT}results/", chosen)) == found


def test_a_period_counts_what_was_in_it(client, sign_in, searched):
    sign_in()
    assert table(client.get(REPORT, {"months": "1"}))[0][1] == "5"


def test_each_leads_to_its_search_and_to_the_glossary(client, sign_in, searched, archive):
    sign_in()
    row = html.fromstring(client.get(REPORT).content).cssselect("table.listing tbody tr")[2]
    search, add = (link.get("href") for link in row.cssselect("a"))
    assert search == "/search/?q=luna%20moon"
    assert client.get(search).status_code == 200
    form = html.fromstring(client.get(add).content)
    assert form.cssselect("input[name=term]")[0].get("value") == "luna moon"


def test_who_may_not_write_the_glossary_is_not_led_there(client, sign_in, searched):
    sign_in("Editors")
    editors = Group.objects.get(name="Editors")
    editors.permissions.remove(*editors.permissions.filter(codename="add_glossaryterm"))
    assert "Add to the glossary" not in str(table(client.get(REPORT)))


@pytest.mark.parametrize("chosen", [{}, {"outcome": "nothing"}])
def test_a_table_to_take_away_has_what_the_page_has(client, sign_in, searched, chosen):
    sign_in()
    shown = words(client.get(REPORT, chosen))
    response = client.get(REPORT, {"export": "csv", **chosen})
    heading, *rows = csv.reader(b"".join(response.streaming_content).decode().splitlines())
    assert heading == ["Words", "Times", "Times nothing was found", "Last month"]
    assert [row[0] for row in rows] == shown
    assert ["luna moon", "7", "7", "2026-02"] in rows
    response = client.get(REPORT, {"export": "xlsx", **chosen})
    sheet = load_workbook(BytesIO(response.getvalue())).active
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == shown


def test_nothing_yet_says_what_will_be_here(client, sign_in):
    sign_in()
    assert "Nothing to show yet" in client.get(REPORT).content.decode()
    response = client.get(REPORT, {"outcome": "nothing"})
    assert "Take a longer period" in response.content.decode()


def test_it_says_what_is_counted(client, sign_in):
    sign_in()
    said = html.fromstring(client.get(REPORT).content).cssselect("main .help")[0].text_content()
    assert "Who searched is not known" in " ".join(said.split())


def test_pages_of_fifty_in_a_fixed_number_of_queries(
    client, sign_in, archive, django_assert_max_num_queries
):
    SearchedWords.objects.bulk_create(
        SearchedWords(
            words=f"loan {n:03}",
            month=date(2026, 3, 1),
            times=n + 3,
            times_not_found=1,
            last_searched=date(2026, 3, 2),
        )
        for n in range(120)
    )
    sign_in()
    client.get(REPORT)
    with django_assert_max_num_queries(25):
        assert words(client.get(REPORT, {"p": "2"}))[0] == "loan 069"
    rows = client.get(REPORT, {"export": "csv"}).streaming_content
    assert len(b"".join(rows).splitlines()) == 121


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("Administrators", True),
        ("Editors", True),
        ("Moderators", False),
        ("Organisers", False),
        ("Guest hosts", False),
    ],
)
def test_who_may(client, sign_in, searched, role, may):
    sign_in(role)
    for address in (REPORT, f"{REPORT}results/", f"{REPORT}?export=csv"):
        assert client.get(address).status_code == (200 if may else 302)
    assert (REPORT in client.get("/admin/").content.decode()) == may


def test_the_right_can_be_given_to_other_roles(client, db):
    client.force_login(User.objects.create_superuser("root@ill.example.org"))
    group = Group.objects.get(name="Organisers")
    right = Permission.objects.get(codename="view_searchedwords")
    page = html.fromstring(client.get(f"/admin/groups/edit/{group.pk}/").content)
    assert page.cssselect(f"input[name=permissions][value='{right.pk}']")


def test_a_term_added_is_marked_as_known(client, sign_in, searched):
    sign_in()
    GlossaryTerm.objects.create(term="Luna-Moon", also="satellites")
    assert table(client.get(REPORT))[2][0] == "luna moon In the glossary"
