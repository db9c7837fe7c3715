"""Certificates: what they say, that they stay one sheet, and that only real ones prove true."""

import datetime
from decimal import Decimal
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from lxml.html import document_fromstring
from pypdf import PdfReader

from events import attendance, certificates
from events.models import EventPage, EventSettings, NotedBy, Registration
from events.registration import cancel
from tests.factories.events import in_days, make_event, register_one

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

CHECK = "/registrations/check/"


@pytest.fixture(autouse=True)
def _home(home):
    EventSettings.objects.update_or_create(
        defaults={"issuer": "The ILL Circle", "signed_by": "Nell Cho, Manager"}
    )


def at_event(name="Ines Moreau", email="ines@example.org", library="Hill Library", **fields):
    """Return somebody who was at an event that is over."""
    event = make_event(**{"date": in_days(7), **fields})
    one = register_one(event, name, email, library=library)
    # A day that is past, as when the clock has gone on.
    days = datetime.timedelta(days=21)
    EventPage.objects.filter(pk=event.pk).update(
        date=event.date - days, starts_at=event.starts_at - days, ends_at=event.ends_at - days
    )
    attendance.note(one, True, NotedBy.STAFF)
    return Registration.objects.select_related("event").get(pk=one.pk)


def path(url: str) -> str:
    assert url.startswith(settings.SITE_URL)
    return urlsplit(url).path


def pdf(client, url: str) -> PdfReader:
    response = client.get(path(url))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    return PdfReader(BytesIO(response.content))


def words(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def text(response) -> str:
    return " ".join(
        document_fromstring(response.content).cssselect("main")[0].text_content().split()
    )


def test_a_certificate_says_who_was_where_when_and_for_how_long(client):
    one = at_event(title="Packing clinic", start_time="14:00", end_time="15:25")
    reader = pdf(client, certificates.address(one))
    said = words(reader)
    day = one.event.starts_there
    for part in (
        "Certificate of attendance", "Ines Moreau", "Hill Library", "Packing clinic",
        f"{day:%B} {day.day}, {day.year}", "1.5 contact hours", "The ILL Circle",
        "Nell Cho, Manager", certificates.code_of(one),
    ):  # fmt: skip
        assert part in said
    assert "ines@example.org" not in said
    assert len(reader.pages) == 1
    width, height = (round(float(side)) for side in reader.pages[0].mediabox[2:])
    assert (width, height) == (842, 595)


def test_its_code_is_a_link_to_the_page_that_checks_it(client):
    one = at_event()
    [link] = pdf(client, certificates.address(one)).pages[0]["/Annots"]
    url = link.get_object()["/A"]["/URI"]
    assert url == f"{settings.SITE_URL}{CHECK}{certificates.code_of(one)}/"
    assert "This certificate is real" in text(client.get(path(url)))


def test_it_has_a_title_a_language_and_its_fonts(client):
    reader = pdf(client, certificates.address(at_event()))
    assert reader.metadata.title == "Certificate of attendance: Ines Moreau"
    assert reader.trailer["/Root"]["/Lang"] == settings.LANGUAGE_CODE
    fonts = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]
    assert len(fonts) == 2
    for font in fonts:
        described = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert "AtkinsonHyperlegibleNext" in described["/FontName"]
        assert "/FontFile2" in described


def test_the_same_certificate_has_the_same_bytes(client):
    url = path(certificates.address(at_event()))
    assert client.get(url).content == client.get(url).content


def test_nobody_stores_it_and_it_opens_by_name(client):
    response = client.get(path(certificates.address(at_event(title="Packing clinic"))))
    assert response["Content-Disposition"] == 'inline; filename="certificate-packing-clinic.pdf"'
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
    assert response["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "W" * 100, "library": "W" * 100, "title": "W" * 255},
        {"name": "Wolfeschlegelsteinhausen " * 4, "title": "A title of many words " * 11},
        {"name": "i" * 100, "title": "x"},
    ],
)
def test_long_names_and_titles_stay_on_one_sheet(client, changed):
    EventSettings.objects.update(issuer="W" * 100, signed_by="W" * 150)
    said = {key: value.strip() for key, value in changed.items()}
    one = at_event(**said)
    reader = pdf(client, certificates.address(one))
    assert len(reader.pages) == 1
    letters = words(reader).replace(" ", "")
    assert said["name"].replace(" ", "") in letters
    assert said["title"].replace(" ", "") in letters
    assert certificates.code_of(one) in letters


@pytest.mark.parametrize(
    "name", ["Łukasz Żółć", "Анна Каренина", "Ωμέγα Παπά", "Nguyễn Thị Ánh", "Ｊｏｅ", "Ana 李"]
)
def test_names_of_other_scripts_are_set(client, name):
    said = words(pdf(client, certificates.address(at_event(name))))
    readable = {"Ｊｏｅ": "Joe", "Ana 李": "Ana"}.get(name, name)
    assert readable in said


@pytest.mark.parametrize("name", ["李明", "محمد", "😀"])
def test_a_name_no_face_has_signs_for_gets_a_line_to_be_written_on(client, name):
    one = at_event(name)
    reader = pdf(client, certificates.address(one))
    assert "Name: as the check page shows it" in words(reader)
    assert name in text(client.get(f"{CHECK}{certificates.code_of(one)}/"))


def test_contact_hours_are_those_of_the_editors_or_the_length_to_a_quarter():
    def hours(ends: str, said: Decimal | None = None) -> str:
        event = EventPage(
            starts_at=datetime.datetime(2026, 3, 4, 14, tzinfo=datetime.UTC),
            ends_at=datetime.datetime.fromisoformat(f"2026-03-04T{ends}:00+00:00"),
            contact_hours=said,
        )
        return certificates.shown_hours(certificates.hours_of(event))

    assert hours("15:00") == "1 contact hour"
    assert hours("15:07") == "1 contact hour"
    assert hours("15:08") == "1.25 contact hours"
    assert hours("16:55") == "3 contact hours"
    assert hours("15:00", Decimal("0.50")) == "0.5 contact hours"
    assert hours("15:00", Decimal("10.00")) == "10 contact hours"


def test_an_event_without_contact_hours_says_nothing_of_them(client):
    one = at_event(contact_hours=Decimal(0))
    assert "contact hour" not in words(pdf(client, certificates.address(one)))


@pytest.mark.parametrize("where", ["certificate", "year"])
@pytest.mark.parametrize("token", ["x", "abc:def", "a" * 3000, "2222", "%00", "é"])
def test_a_forged_link_opens_nothing(client, where, token):
    response = client.get(f"/registrations/{where}/{token}/")
    assert response.status_code == 404
    assert "This link leads nowhere" in text(response)


def test_no_link_opens_what_another_is_for(client):
    one = at_event()
    single = path(certificates.address(one)).split("/")[-2]
    yearly = path(certificates.year_address(one, one.event.date.year)).split("/")[-2]
    assert client.get(f"/registrations/year/{single}/").status_code == 404
    assert client.get(f"/registrations/certificate/{yearly}/").status_code == 404
    other = yearly.replace(str(one.event.date.year), "1999")
    assert client.get(f"/registrations/year/{other}/").status_code == 404


def undo_attendance(one: Registration) -> None:
    attendance.note(one, None, NotedBy.STAFF)


def cancel_event(one: Registration) -> None:
    EventPage.objects.filter(pk=one.event_id).update(is_cancelled=True)


@pytest.mark.parametrize(
    ("withdraw", "said"),
    [
        (undo_attendance, "It is not noted that you were at"),
        (cancel, "It is not noted that you were at"),
        (cancel_event, "was cancelled"),
    ],
)
def test_what_is_not_noted_any_more_is_not_certified(client, withdraw, said):
    one = at_event()
    code, year = certificates.code_of(one), one.event.date.year
    withdraw(one)
    response = client.get(path(certificates.address(one)))
    assert response.status_code == 404
    assert said in text(response)
    assert client.get(path(certificates.year_address(one, year))).status_code == 404
    response = client.get(f"{CHECK}{code}/")
    assert response.status_code == 404
    assert "This certificate is withdrawn" in text(response)
    assert "Ines" not in text(response)


def test_before_the_event_is_over_there_is_none_yet(client):
    one = register_one(make_event())
    attendance.note(one, True, NotedBy.JOIN)
    response = client.get(path(certificates.address(one)))
    assert response.status_code == 404
    assert "It is here when “Packing clinic” is over." in text(response)


def test_who_was_erased_has_neither_certificate_nor_check(client):
    one = at_event()
    Registration.objects.filter(pk=one.pk).update(name="", folded_name="", email="", email_key="")
    assert client.get(path(certificates.address(one))).status_code == 404
    assert client.get(f"{CHECK}{certificates.code_of(one)}/").status_code == 404


def test_checking_shows_what_holds_now_and_nothing_private(client):
    one = at_event(title="Packing clinic")
    EventPage.objects.filter(pk=one.event_id).update(title="Packing, renamed", contact_hours=2)
    response = client.get(f"{CHECK}{certificates.code_of(one)}/")
    said = text(response)
    assert response.status_code == 200
    for part in ("Ines Moreau", "Packing, renamed", "2 contact hours", "The ILL Circle"):
        assert part in said
    assert "example.org" not in said
    assert "Hill Library" not in said
    assert response["X-Robots-Tag"] == "noindex"
    assert "no-store" in response["Cache-Control"]


def test_a_code_may_be_typed_in_any_way(client):
    one = at_event()
    code = certificates.code_of(one)
    for typed in (code, code.upper(), code.replace("-", " "), code.replace("-", "")):
        response = client.get(CHECK, {"code": f" {typed} "}, follow=True)
        assert "This certificate is real" in text(response)


def test_a_forged_code_proves_nothing(client):
    one = at_event()
    code = certificates.code_of(one)
    other = "2" if code[-1] != "2" else "3"
    for forged in (code[:-1] + other, f"{one.key}222222", one.key, f"{code}-2026", "x", "²³" * 9):
        response = client.get(f"{CHECK}{forged}/")
        assert response.status_code == 404
        assert "We have issued no certificate with the code" in text(response)
        assert "Ines" not in text(response)


def test_a_code_holds_on_while_the_secret_is_changed(client, settings):
    code = certificates.code_of(at_event())
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 9, [settings.SECRET_KEY]
    assert client.get(f"{CHECK}{code}/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get(f"{CHECK}{code}/").status_code == 404


def test_codes_cannot_be_tried_without_end(client, monkeypatch):
    monkeypatch.setattr("events.certificate_views.MOST_CHECKS_AN_HOUR", 3)
    code = certificates.code_of(at_event())
    for _time in range(3):
        client.get(f"{CHECK}222222-222222-222222/")
    response = client.get(f"{CHECK}{code}/")
    assert response.status_code == 429
    assert "Ines" not in text(response)


def test_the_check_page_is_shown_without_a_code(client):
    response = client.get(CHECK)
    assert response.status_code == 200
    assert document_fromstring(response.content).cssselect("input[name=code]")


def test_a_year_sums_up_what_one_person_attended(client):
    one = at_event(title="First", start_time="14:00", end_time="15:00")
    year = one.event.date.year
    day = one.event.date
    at_event(title="Second", date=day + datetime.timedelta(days=21), end_time="16:30")
    at_event(title="Of a colleague", name="Bo Lund")
    at_event(title="Of a namesake", email="other@example.org")
    missed = at_event(title="Missed")
    attendance.note(missed, False, NotedBy.STAFF)
    reader = pdf(client, certificates.year_address(one, year))
    said = words(reader)
    assert f"Certificate of attendance, {year}" in said
    assert "took part in 2 events:" in said
    assert said.index("First") < said.index("Second") < said.index("Together 3.5 contact hours")
    for part in ("Of a colleague", "Of a namesake", "Missed"):
        assert part not in said
    assert len(reader.pages) == 1
    code = certificates.code_of(one, year)
    assert code in said
    checked = text(client.get(f"{CHECK}{code}/"))
    assert "Together 3.5 contact hours." in checked
    assert "First" in checked
    assert client.get(f"{CHECK}{code[:-4]}1999/").status_code == 404


def test_two_of_one_name_without_an_address_are_not_taken_for_one(client):
    one = at_event(title="First", email="")
    at_event(title="Second", email="")
    said = words(pdf(client, certificates.year_address(one, one.event.date.year)))
    assert "Second" not in said


def test_a_year_of_many_events_goes_on_upon_a_second_sheet(client):
    one = at_event(title="Chat 0")
    year = one.event.date.year
    for number in range(1, 24):
        at_event(title=f"Chat {number}", date=one.event.date + datetime.timedelta(days=21))
    reader = pdf(client, certificates.year_address(one, year))
    assert len(reader.pages) == 2
    first, second = (page.extract_text() for page in reader.pages)
    assert "Sheet 1 of 2" in first
    assert "continued: Ines Moreau" in second
    assert "Together 24 contact hours" in second
    assert all(f"Chat {number}" in first + second for number in range(24))


def test_a_year_without_any_says_so(client):
    response = client.get(path(certificates.year_address(at_event(), 1999)))
    assert response.status_code == 404
    assert "any of our events in 1999" in text(response)


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_links_only_show(client, method):
    url = path(certificates.address(at_event()))
    assert getattr(client, method)(url).status_code == 405


def test_fonts_lie_beside_their_licences():
    fonts = settings.ROOT / "site" / "events" / "fonts"
    read_me = (fonts / "README.md").read_text()
    for font in fonts.glob("*.ttf"):
        assert f"`{font.name}`" in read_me
        assert f"{font.stat().st_size:,}" in read_me
    assert "SIL OPEN FONT LICENSE" in (fonts / "OFL.txt").read_text()
    assert "Bitstream Vera" in (fonts / "DEJAVU.txt").read_text()
