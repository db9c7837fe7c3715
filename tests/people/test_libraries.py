"""Libraries: brought in from tables of many kinds, suggested, merged, and what readers typed."""

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from accounts.models import User
from events.models import Registration
from people.libraries import (
    Action,
    TableRefused,
    bring_in,
    merge,
    plan,
    read,
    spell,
    spell_what_is_known,
    typed_otherwise,
)
from people.models import Library
from tests.factories.events import make_event, register_one

pytestmark = pytest.mark.django_db

TABLE = (
    "name,town,region,type\nAlder Library,Saltbury,North,public\nOak College,Eastwether,,academic\n"
)


def listed():
    return sorted(Library.objects.values_list("name", "town", "region", "type"))


BOTH = [
    ("Alder Library", "Saltbury", "North", "public"),
    ("Oak College", "Eastwether", "", "academic"),
]


@pytest.mark.parametrize(
    "table",
    [
        TABLE,
        "\ufeff" + TABLE,
        TABLE.replace(",", ";").replace("\n", "\r\n"),
        TABLE.replace(",", "\t"),
        "TYPE;Region;Library name;City\n"
        'PUBLIC;North;"Alder Library";Saltbury\n;;;\nacademic;;Oak  College ;Eastwether\n',
        "\nName,Phone,Town,County,Type\nAlder Library,1,Saltbury,North,Public\n"
        "Oak College,2,Eastwether,,Academic",
    ],
)
def test_tables_of_many_kinds_are_read(table):
    done = bring_in(read(table.encode()))
    assert [row.action for row in done.rows] == [Action.NEW] * 2
    assert listed() == BOTH
    assert not bring_in(table).has_work
    assert listed() == BOTH


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "utf-16"])
def test_letters_beyond_ascii_survive(encoding):
    bring_in(read("name;town\nBibliothèque “Été”;Orléans".encode(encoding)))
    assert Library.objects.get().name == "Bibliothèque “Été”"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"  \n\n",
        b"town,type\nSaltbury,public",
        b"Alder Library\nOak College",
        b"PK\x03\x04...",
        b"\x81\x8d\x8f",
        b"a" * (2 * 1024 * 1024 + 1),
        b"name,town\n" + b"a" * 140_000,
    ],
)
def test_what_is_no_table_of_libraries_is_refused_with_a_reason(data):
    with pytest.raises(TableRefused, match=r"\w+"):
        plan(read(data))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",Saltbury,,", "It has no name."),
        ("\u202e,Saltbury,,", "It has no name."),
        (f"{'a' * 101},,,", "Too long, at most 100 characters: name."),
        ("Alder,,,museum", "“museum” is no type of library: public, academic, school, special."),
    ],
)
def test_a_row_is_refused_with_its_reason_and_the_others_pass(row, reason):
    done = bring_in(f"name,town,region,type\n{row}\nOak College,,,\n")
    assert [(one.line, one.reason) for one in done.of(Action.REFUSED)] == [(2, reason)]
    assert Library.objects.get().name == "Oak College"


def test_a_row_that_is_there_twice_is_taken_once():
    done = bring_in("name,town\nOak,Eastwether\nOAK,eastwether\n")
    (refused,) = done.of(Action.REFUSED)
    assert (refused.line, refused.reason) == (3, "The same library as in line 2.")
    assert Library.objects.count() == 1


def test_libraries_of_one_name_in_several_towns_are_several():
    bring_in("name,town\nCentral Library,Saltbury\nCentral Library,Eastwether\n")
    assert sorted(Library.objects.values_list("slug", flat=True)) == [
        "central-library",
        "central-library-2",
    ]
    done = bring_in("name,region\nCentral Library,North\n")
    assert [row.reason for row in done.rows] == ["Several libraries are called so. Say the town."]


def test_what_a_table_says_otherwise_is_changed_and_what_it_leaves_out_stays():
    bring_in(TABLE)
    done = bring_in("name,town,type\nalder library,,school\n")
    (row,) = done.of(Action.CHANGED)
    assert row.changes == ("type",)
    assert ("Alder Library", "Saltbury", "North", "school") in listed()


def test_a_merged_library_does_not_come_back_with_its_table():
    bring_in(TABLE)
    alder, oak = Library.objects.order_by("name")
    merge(oak, alder)
    assert not bring_in("name\nOak College\n").of(Action.NEW)


def test_five_thousand_rows_take_few_queries():
    rows = "\n".join(f"Library {n},Town {n % 90}" for n in range(5000))
    with CaptureQueriesContext(connection) as queries:
        assert len(bring_in(f"name,town\n{rows}").of(Action.NEW)) == 5000
    assert len(queries) < 400
    with CaptureQueriesContext(connection) as queries:
        assert not bring_in(f"name,town\n{rows}").has_work
    assert len(queries) < 20


def test_the_command_brings_in_and_says_what_it_did(tmp_path, capsys):
    file = tmp_path / "libraries.csv"
    file.write_text(TABLE + ",,,\n,Saltbury,,\n")
    call_command("import_libraries", file, dry_run=True)
    assert not Library.objects.exists()
    call_command("import_libraries", file)
    told = capsys.readouterr()
    assert "Would be: new 2, refused 1." in told.out
    assert "Done: new 2, refused 1." in told.out
    assert "Line 5: It has no name." in told.err
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_libraries", tmp_path / "none.csv")
    file.write_text("town\nSaltbury")
    with pytest.raises(CommandError, match="name the columns"):
        call_command("import_libraries", file)


def test_libraries_are_suggested_by_the_beginnings_of_their_words(client):
    bring_in(TABLE)
    Library.objects.create(name="Bibliothèque d’Été", also="Summer Library\n\n")

    def suggested(words):
        response = client.get("/libraries.json", {"q": words})
        assert "max-age" in response["Cache-Control"]
        return response.json()["libraries"]

    assert suggested("ald") == suggested("libr sal") == ["Alder Library"]
    assert suggested("ete") == suggested("SUMMER") == ["Bibliothèque d’Été"]
    for words in ("", " ", "der", "%", "_", "\0", "a" * 90_000):
        assert suggested(words) == []


def test_no_more_are_suggested_than_fit(client):
    bring_in("name\n" + "\n".join(f"Library {n}" for n in range(100)))
    assert len(client.get("/libraries.json?q=lib").json()["libraries"]) == 12


def test_the_form_of_an_event_names_where_they_are_suggested_and_ships_none(client):
    bring_in(TABLE)
    page = client.get(make_event().url).content.decode()
    (field,) = html.fromstring(page).cssselect("input[name=library]")
    assert field.get("data-libraries") == "/libraries.json"
    assert "Alder" not in page


def test_what_was_typed_is_counted_and_brought_to_the_list():
    bring_in(TABLE)
    event = make_event()
    for n, library in enumerate(
        ["Alder PL", "Alder PL", "alder library", "Moor", "", "Alder Library"]
    ):
        register_one(event, f"Ann {n}", f"ann{n}@example.org")
        Registration.objects.filter(name=f"Ann {n}").update(library=library)
    assert [(one.text, one.count, one.meant) for one in typed_otherwise()] == [
        ("Alder PL", 2, ""),
        ("Moor", 1, ""),
        ("alder library", 1, "Alder Library"),
    ]
    assert spell(["Alder PL"], Library.objects.get(name="Alder Library")) == 2
    assert Library.objects.get(name="Alder Library").also == "Alder PL"
    assert spell_what_is_known() == 1
    assert [one.text for one in typed_otherwise()] == ["Moor"]
    counted = Registration.objects.filter(library="Alder Library")
    assert counted.count() == 4
    assert spell_what_is_known() == 0


def test_merging_keeps_both_names_and_rewrites_what_was_typed():
    one = Library.objects.create(name="Alder", town="Saltbury", also="Old Alder")
    into = Library.objects.create(name="Oak")
    register_one(make_event(), "Ann", "ann@example.org")
    Registration.objects.update(library="Old Alder")
    assert merge(one, into) == 1
    into.refresh_from_db()
    assert Library.objects.get() == into
    assert into.town == "Saltbury"
    assert {"Alder", "Old Alder"} <= set(into.also.splitlines())
    assert Registration.objects.get().library == "Oak"
    assert list(Library.objects.suggested("old", 5)) == [into]


def test_a_name_of_several_tells_none_of_them():
    bring_in("name,town\nCentral,Saltbury\nCentral,Eastwether\n")
    known = Library.objects.by_spelling()
    assert "central" not in known
    assert set(known.values()) == {"Central, Saltbury", "Central, Eastwether"}


@pytest.fixture
def editor(client):
    user = User.objects.create_user("editor@example.org", "secret")
    user.groups.add(Group.objects.get(name="Editors"))
    client.force_login(user)
    return client


def upload(client, text, **said):
    file = SimpleUploadedFile("libraries.csv", text.encode())
    return client.post(reverse("libraries_import"), {"file": file, **said})


def test_a_table_is_looked_over_and_brought_in(editor):
    assert editor.get(reverse("libraries_import")).status_code == 200
    preview = html.fromstring(upload(editor, TABLE + ",,,odd\n").content)
    assert not Library.objects.exists()
    rows = [
        " ".join(row.text_content().split()) for row in preview.cssselect("main .listing tbody tr")
    ]
    assert rows[0].endswith("Refused: It has no name.")
    assert len(rows) == 3
    form = next(form for form in preview.forms if "step" in form.fields)
    said = {"step": "save", "text": form.fields["text"]}
    response = editor.post(reverse("libraries_import"), said, follow=True)
    assert "2 new libraries, 0 changed" in response.content.decode()
    assert listed() == BOTH
    found = editor.get(reverse("wagtailsnippets_people_library:list"), {"q": "alder"})
    assert "Alder Library" in found.content.decode()


def test_what_is_no_table_is_said_beside_the_field(editor):
    response = upload(editor, "town\nSaltbury")
    assert response.status_code == 422
    assert "name the columns" in response.content.decode()
    assert editor.post(reverse("libraries_import"), {}).status_code == 422


def test_what_was_typed_is_told_the_list_in_the_admin(editor):
    alder = Library.objects.create(name="Alder")
    register_one(make_event(), "Ann", "ann@example.org")
    Registration.objects.update(library="<b>Alder PL</b>")
    address = reverse("libraries_typed")
    page = editor.get(address).content.decode()
    assert "&lt;b&gt;Alder PL&lt;/b&gt;" in page
    said = {"deed": "spell", "texts": ["<b>Alder PL</b>"], "library": "ALDER"}
    for wrong in ({"library": "None"}, {"texts": []}, {"texts": ["other"]}):
        assert editor.post(address, said | wrong).status_code == 422
    assert editor.post(address, said).status_code == 302
    assert Registration.objects.get().library == "Alder"
    Registration.objects.update(library="alder")
    assert editor.post(address, {"deed": "known"}).status_code == 302
    assert Registration.objects.get().library == alder.name


def test_libraries_are_merged_in_the_admin(editor):
    alder, oak = Library.objects.create(name="Alder"), Library.objects.create(name="Oak")
    address = reverse("libraries_merge", args=[alder.pk])
    assert address in editor.get(reverse("wagtailsnippets_people_library:list")).content.decode()
    assert editor.get(address).status_code == 200
    for wrong in ("Alder", "None", ""):
        assert editor.post(address, {"library": wrong}).status_code == 422
    assert editor.post(address, {"library": "oak"}).status_code == 302
    assert Library.objects.get() == oak
    assert editor.get(address).status_code == 404


def test_who_may_not_change_libraries_sees_none_of_it(client):
    user = User.objects.create_user("host@example.org", "secret")
    user.groups.add(Group.objects.get(name="Guest hosts"))
    client.force_login(user)
    library = Library.objects.create(name="Alder")
    for address in (
        reverse("libraries_import"),
        reverse("libraries_typed"),
        reverse("libraries_merge", args=[library.pk]),
    ):
        assert client.get(address).status_code == 302
        assert client.post(address, {"library": "x"}).status_code == 302
    assert Library.objects.exists()
