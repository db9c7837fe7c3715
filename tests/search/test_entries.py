"""What is written down to be found: what the public may see, at once, and nothing else.

Each test begins with an index that is current, and asks before it has heard of the change.
"""

import datetime
import os
import time
from collections.abc import Callable, Iterable

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.db.models.signals import post_delete
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from taggit.models import Tag
from wagtail.models import Page, PageViewRestriction

from chats.copying import copy_chat
from chats.models import ChatArchivePage, ChatHost, ChatPage, Topic
from core.findable import findables
from people.models import Person, Team
from search import following
from search.engines import Narrowing
from search.entries import discreet, refresh_object, sweep
from search.models import Change, Entry
from search.results import complete, find
from search.signals import _deleted
from tests.factories.chats import make_chat, make_topic
from tests.search.processes import end, start

pytestmark = pytest.mark.django_db

OF_NO_PAGE = 10**9
"""A primary key that no sequence reaches."""


@pytest.fixture
def chat(archive) -> ChatPage:
    """A chat among others, heard of by the index."""
    other = ChatPage(date=datetime.date(2023, 11, 8), note="Nothing but snow.")
    other.topics = [make_topic("Courier strike", 5, tags=["delivery"])]
    other.hosts = [Person.objects.create(name="Theo Abara")]
    archive.add_child(instance=other)
    chat = make_chat(
        "2024-03-06",
        topics=[
            make_topic("Interstate courier slips", 61, tags=["delivery", "forms"]),
            make_topic("Packing maps", 900, answer="Use a tube."),
        ],
        hosts=["Mara Lindqvist"],
        teams=["Tamarack Delivery"],
        title="Maps on the road",
    )
    following.rebuild()
    return chat


def titles(words: str, **chosen) -> set[str]:
    """Return what is found, and see that total and counts say so too."""
    results = find(words, Narrowing(chosen=chosen), per_page=50)
    if results.suggestion:
        assert results.words != results.suggestion
        return set()
    assert results.total == len(results.hits)
    kinds = results.counts["kind"]
    assert results.total == (
        kinds.get(chosen["kind"], 0) if "kind" in chosen else sum(kinds.values())
    )
    for facet in {"host", "tag"} - {*chosen}:
        said = [value for hit in results.hits for value in hit.entry.values_of(facet)]
        assert results.counts[facet] == {value: said.count(value) for value in said}
    return {hit.entry.title for hit in results.hits}


def by_kind(kind: str, words: str) -> set[str]:
    return titles(words, kind=kind)


MARAS = {"Maps on the road", "Interstate courier slips", "Packing maps", "Mara Lindqvist"}
"""All that is found by the name of its host."""
OF_THE_OTHER = {"Courier strike", "Community chat, November 8, 2023", "Theo Abara"}


def test_everything_is_found_at_first(chat):
    assert titles("mara lindqvist") == MARAS
    assert titles("theo") == OF_THE_OTHER
    assert titles("courier") == {"Interstate courier slips", "Courier strike"}


# A publish.


def test_a_new_chat_is_found_at_once(chat):
    make_chat("2024-04-03", topics=[make_topic("Locusts in a bin", 5)], hosts=["Ines Duarte"])
    assert by_kind("topic", "locusts") == {"Locusts in a bin"}
    assert by_kind("person", "ines") == {"Ines Duarte"}


def test_entries_are_written_in_the_transaction_that_publishes(archive):
    with transaction.atomic():
        chat = make_chat("2024-04-03", topics=[make_topic("Locusts in a bin", 5)])
        assert by_kind("topic", "locusts") == {"Locusts in a bin"}
        assert Change.objects.waiting().exists()
        transaction.set_rollback(True)
    assert titles("locusts") == set()
    assert not Entry.objects.filter(object_id=chat.pk).exists()
    assert not Change.objects.waiting().exists()


def test_a_topic_taken_out_is_not_found(chat):
    draft = chat.get_latest_revision_as_object()
    draft.topics = [topic for topic in draft.topics.all() if topic.title != "Packing maps"]
    draft.save_revision().publish()
    assert titles("packing") == set()
    assert titles("mara lindqvist") == MARAS - {"Packing maps"}


def test_a_topic_put_in_and_one_reworded_are_found(chat):
    draft = chat.get_latest_revision_as_object()
    first, second = draft.topics.all()
    second.title = "Folding atlases"
    draft.topics = [first, second, make_topic("Locusts", 1000)]
    draft.save_revision().publish()
    assert titles("packing") == set()
    assert titles("folding atlases") == {"Folding atlases"}
    assert by_kind("topic", "mara") == {
        "Interstate courier slips", "Folding atlases", "Locusts",
    }  # fmt: skip


def test_an_older_revision_published_again_is_found_as_it_was(chat):
    first = chat.latest_revision
    keys = set(chat.topics.values_list("key", flat=True))
    draft = chat.get_latest_revision_as_object()
    draft.topics = [make_topic("Locusts", 1000)]
    draft.save_revision().publish()
    assert by_kind("topic", "mara") == {"Locusts"}
    first.publish()
    assert titles("mara lindqvist") == MARAS
    assert titles("locusts") == set()
    refs = Entry.objects.filter(kind="topic", object_id=chat.pk).values_list("ref", flat=True)
    assert set(refs) == {f"topic:{key}" for key in keys}


# A draft.


def test_a_draft_is_not_found(chat):
    make_chat("2024-04-03", topics=[make_topic("Locusts", 5)], hosts=["Ines Duarte"], live=False)
    assert titles("locusts") == titles("ines") == set()
    assert not Entry.objects.filter(title__contains="Ines").exists()


def test_a_draft_of_a_live_chat_keeps_its_words_to_itself(chat):
    before = list(Entry.objects.order_by("ref").values())
    draft = chat.get_latest_revision_as_object()
    draft.title = "Locusts on the road"
    draft.note = "Locusts."
    first, second = draft.topics.all()
    first.title, first.answer = "Locusts in a bin", "They eat slips."
    draft.topics = [first, second, make_topic("More locusts", 1000, tags=["locusts"])]
    draft.hosts = [Person.objects.create(name="Ines Duarte")]
    draft.save_revision()
    assert list(Entry.objects.order_by("ref").values()) == before
    assert not Change.objects.waiting().exists()
    assert titles("locusts") == titles("ines") == set()
    assert titles("mara lindqvist") == MARAS


def test_a_chat_to_be_published_later_is_not_found_before(chat):
    later = timezone.now() + datetime.timedelta(days=1)
    draft = make_chat("2024-04-03", topics=[make_topic("Locusts", 5)], live=False)
    draft.go_live_at = later
    draft.save_revision().publish()
    assert titles("locusts") == set()
    with time_machine.travel(later + datetime.timedelta(minutes=1)):
        assert titles("locusts") == set()
        ChatPage.objects.get(pk=draft.pk).scheduled_revision.publish()
        assert by_kind("topic", "locusts") == {"Locusts"}


def test_a_copy_is_found_as_itself_once_it_is_public(chat):
    copy = copy_chat(chat, datetime.date(2024, 4, 3))
    assert titles("mara lindqvist") == MARAS
    copy.save_revision().publish()
    assert titles("mara lindqvist") == MARAS | {"Community chat, April 3, 2024"}
    live_copy = chat.copy(update_attrs={"slug": "again", "title": "Atlases"}, keep_live=True)
    assert live_copy.live
    assert by_kind("chat", "atlases") == {"Atlases"}
    assert by_kind("topic", "mara") == {"Interstate courier slips", "Packing maps"}


# What takes a page from the public.


def unpublish(chat: ChatPage) -> None:
    chat.unpublish()


def unpublish_as_a_plain_page(chat: ChatPage) -> None:
    Page.objects.get(pk=chat.pk).unpublish()


def delete(chat: ChatPage) -> None:
    chat.delete()


def delete_as_a_plain_page(chat: ChatPage) -> None:
    Page.objects.get(pk=chat.pk).delete()


def delete_by_query(chat: ChatPage) -> None:
    ChatPage.objects.filter(pk=chat.pk).delete()


def delete_plain_pages_by_query(chat: ChatPage) -> None:
    Page.objects.filter(pk=chat.pk).delete()


def delete_though_private(chat: ChatPage) -> None:
    restrict(chat)
    Page.objects.get(pk=chat.pk).delete()


def restrict(page: Page, kind: str = PageViewRestriction.LOGIN, **fields) -> PageViewRestriction:
    return PageViewRestriction.objects.create(page=page, restriction_type=kind, **fields)


def ask_for_a_password(chat: ChatPage) -> None:
    restrict(chat, PageViewRestriction.PASSWORD, password="sesame")


def admit_groups(chat: ChatPage) -> None:
    restrict(chat, PageViewRestriction.GROUPS).groups.set([Group.objects.first()])


def move_below_a_private_page(chat: ChatPage) -> None:
    archive = ChatArchivePage.objects.get()
    private = ChatArchivePage(title="Committee only", slug="committee-only")
    archive.get_parent().add_child(instance=private)
    restrict(private)
    chat.move(private, pos="last-child")


@pytest.mark.parametrize(
    "take_away",
    [
        unpublish,
        unpublish_as_a_plain_page,
        delete,
        delete_as_a_plain_page,
        delete_by_query,
        delete_plain_pages_by_query,
        delete_though_private,
        restrict,
        ask_for_a_password,
        admit_groups,
        move_below_a_private_page,
    ],
)
def test_what_leaves_the_public_is_found_no_more(chat, take_away: Callable[[ChatPage], None]):
    take_away(ChatPage.objects.get(pk=chat.pk))
    assert titles("mara lindqvist") == titles("packing") == set()
    assert titles("courier") == {"Courier strike"}
    assert complete("interst", Narrowing()) == complete("lindq", Narrowing()) == []
    assert titles("theo") == OF_THE_OTHER
    assert not Entry.objects.filter(object_id=chat.pk, model="chats.chatpage").exists()


def test_an_archive_made_private_takes_all_its_chats_along(chat, archive):
    restriction = restrict(archive)
    assert titles("courier") == titles("mara") == titles("theo") == set()
    assert not Entry.objects.exists()
    restriction.delete()
    assert titles("mara lindqvist") == MARAS
    assert titles("theo") == OF_THE_OTHER


def test_an_archive_moved_below_a_private_page_takes_all_its_chats_along(chat, archive):
    private = ChatArchivePage(title="Committee only", slug="committee-only")
    archive.get_parent().add_child(instance=private)
    restrict(private)
    Page.objects.get(pk=archive.pk).move(private, pos="last-child")
    assert titles("courier") == titles("mara") == titles("theo") == set()
    assert not Entry.objects.exists()


def test_a_chat_moved_back_is_found_again(chat, archive):
    move_below_a_private_page(chat)
    ChatPage.objects.get(pk=chat.pk).move(Page.objects.get(pk=archive.pk), pos="last-child")
    assert titles("mara lindqvist") == MARAS


def test_a_chat_published_again_is_found_again(chat):
    chat.unpublish()
    chat.get_latest_revision().publish()
    assert titles("mara lindqvist") == MARAS


def test_a_chat_past_its_time_is_not_found_though_nobody_took_it_down(chat, client):
    draft = chat.get_latest_revision_as_object()
    draft.expire_at = timezone.now() + datetime.timedelta(hours=1)
    draft.save_revision().publish()
    following.drain()
    assert titles("mara lindqvist") == MARAS
    with time_machine.travel(draft.expire_at + datetime.timedelta(seconds=1)):
        assert ChatPage.objects.get(pk=chat.pk).live
        assert titles("mara lindqvist") == titles("packing") == set()
        assert titles("courier") == {"Courier strike"}
        assert complete("lindq", Narrowing()) == []
        assert client.get(chat.url).status_code == 404


def test_a_host_is_found_until_the_last_of_their_chats_is_past_its_time(chat):
    draft = chat.get_latest_revision_as_object()
    draft.expire_at = timezone.now() + datetime.timedelta(hours=1)
    draft.save_revision().publish()
    make_chat("2024-04-03", hosts=["Mara Lindqvist"])
    following.drain()
    with time_machine.travel(draft.expire_at + datetime.timedelta(seconds=1)):
        assert titles("mara") == {"Mara Lindqvist", "Community chat, April 3, 2024"}


def test_an_alias_is_found_and_follows_the_chat_it_shows(chat):
    alias = chat.create_alias(update_slug="again")
    assert alias.live
    hits = find("road", Narrowing(chosen={"kind": "chat"})).hits
    assert {hit.href for hit in hits} == {chat.url, alias.url}
    draft = chat.get_latest_revision_as_object()
    draft.title = "Atlases on the road"
    draft.save_revision().publish()
    hits = find("atlases", Narrowing(chosen={"kind": "chat"})).hits
    assert {hit.href for hit in hits} == {chat.url, alias.url}
    chat.refresh_from_db()
    chat.unpublish()
    assert titles("atlases") == set()


# What chats name.


def test_a_person_renamed_is_found_by_the_new_name(chat):
    person = Person.objects.get(name="Mara Lindqvist")
    person.name = "Mara Ekström"
    person.save()
    assert titles("lindqvist") == set()
    assert titles("ekstrom") == (MARAS - {"Mara Lindqvist"}) | {"Mara Ekström"}


def test_a_person_with_another_address_is_counted_under_it(chat):
    person = Person.objects.get(name="Mara Lindqvist")
    person.slug = "mara-l"
    person.save()
    assert titles("courier", host="mara-l") == {"Interstate courier slips"}
    assert titles("courier", host="mara-lindqvist") == set()


def test_a_tag_renamed_is_found_by_the_new_name(chat):
    tag = Tag.objects.get(name="forms")
    tag.name, tag.slug = "paperwork", "paperwork"
    tag.save()
    assert titles("forms") == set()
    assert titles("paperwork") == {"Interstate courier slips"}
    assert titles("courier", tag="paperwork") == {"Interstate courier slips"}


def test_a_team_renamed_is_found_by_the_new_name(chat):
    Person.objects.filter(name="Theo Abara").update(team=Team.objects.get())
    team = Team.objects.get()
    team.name = "Alder Vans"
    team.save()
    assert titles("tamarack") == set()
    assert titles("alder") == (MARAS - {"Mara Lindqvist"}) | {"Theo Abara", "Alder Vans"}


def test_a_host_of_no_chat_any_more_is_not_found(chat):
    draft = chat.get_latest_revision_as_object()
    draft.hosts = [Person.objects.create(name="Ines Duarte")]
    draft.save_revision().publish()
    assert titles("lindqvist") == set()
    assert by_kind("person", "ines") == {"Ines Duarte"}
    assert titles("courier", host="mara-lindqvist") == set()


def delete_one(model, **named) -> None:
    model.objects.get(**named).delete()


def delete_some(model, **named) -> None:
    model.objects.filter(**named).delete()


@pytest.mark.parametrize("delete", [delete_one, delete_some])
def test_a_person_deleted_is_named_no_more(chat, delete):
    delete(Person, name="Mara Lindqvist")
    assert titles("lindqvist") == set()
    assert titles("courier") == {"Interstate courier slips", "Courier strike"}
    assert titles("courier", host="mara-lindqvist") == set()


@pytest.mark.parametrize("delete", [delete_one, delete_some])
def test_a_tag_deleted_is_named_no_more(chat, delete):
    delete(Tag, name="forms")
    assert titles("forms") == titles("courier", tag="forms") == set()
    assert titles("courier") == {"Interstate courier slips", "Courier strike"}


@pytest.mark.parametrize("delete", [delete_one, delete_some])
def test_a_team_deleted_is_named_no_more(chat, delete):
    delete(Team, name="Tamarack Delivery")
    assert titles("tamarack") == set()
    assert titles("courier") == {"Interstate courier slips", "Courier strike"}


def test_a_deletion_that_is_taken_back_changes_nothing(chat):
    with transaction.atomic():
        Person.objects.get(name="Mara Lindqvist").delete()
        chat.delete()
        transaction.set_rollback(True)
    assert titles("mara lindqvist") == MARAS


def test_the_model_of_every_findable_tells_of_its_deletion():
    for findable in findables:
        assert _deleted in post_delete._live_receivers(findable.model)[0]


# What no signal tells.


def put_in_unheard() -> None:
    chat = ChatPage.objects.get(date="2024-03-06")
    Topic.objects.bulk_create([Topic(page=chat, key="unheard", title="Locusts", start=9)])
    Page.objects.filter(pk=chat.pk).update(live_revision=None)


def take_down_unheard() -> None:
    Page.objects.filter(pk=ChatPage.objects.get(date="2024-03-06").pk).update(live=False)


def restrict_unheard() -> None:
    page = ChatPage.objects.get(date="2024-03-06").page_ptr
    PageViewRestriction.objects.bulk_create([PageViewRestriction(page=page)])


def forget_hosts_unheard() -> None:
    ChatHost.objects.filter(page__date="2024-03-06")._raw_delete("default")
    ChatPage.objects.filter(date="2024-03-06").update(live_revision=None)


def test_a_sweep_finds_what_came_without_a_signal(chat):
    put_in_unheard()
    assert titles("locusts") == set()
    sweep()
    assert titles("locusts") == {"Locusts"}


@pytest.mark.parametrize("take_away", [take_down_unheard, restrict_unheard])
def test_a_sweep_finds_what_went_without_a_signal(chat, take_away):
    take_away()
    # What is shown is asked anew for every page of results.
    assert find("packing", Narrowing()).hits == []
    sweep()
    assert titles("mara lindqvist") == set()
    assert titles("theo") == OF_THE_OTHER


def test_a_sweep_takes_out_who_hosts_no_more(chat):
    forget_hosts_unheard()
    sweep()
    assert titles("lindqvist") == set()


def test_a_sweep_takes_out_entries_of_nothing(chat):
    Entry.objects.create(
        ref="guide:1", kind="guide", model="guides.guide", object_id=1, title="Old"
    )
    Entry.objects.create(
        ref=f"chat:{OF_NO_PAGE}",
        kind="chat",
        model="chats.chatpage",
        object_id=OF_NO_PAGE,
        title="Old",
    )
    sweep()
    assert not Entry.objects.filter(title="Old").exists()
    assert {change.object_id for change in Change.objects.waiting()} == {1, OF_NO_PAGE}


def test_a_thorough_sweep_reads_what_its_revision_does_not_tell(chat):
    Topic.objects.filter(title="Packing maps").update(title="Folding atlases")
    Tag.objects.filter(name="forms").update(name="paperwork")
    Team.objects.update(name="Alder Vans")
    sweep()
    assert titles("folding") == titles("paperwork") == titles("alder") == set()
    sweep(thorough=True)
    assert titles("folding") == {"Folding atlases"}
    assert titles("paperwork") == {"Interstate courier slips"}
    assert titles("alder") == {"Maps on the road", "Interstate courier slips", "Folding atlases"}
    assert titles("packing") == set()


def test_a_sweep_that_finds_nothing_writes_nothing(chat):
    for thorough in (False, True):
        with CaptureQueriesContext(connection) as queries:
            sweep(thorough=thorough)
        written = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
        assert written == []


# What must not be read there.


def test_nothing_private_is_in_an_entry(archive):
    make_chat(
        register_url="https://us02web.zoom.us/meeting/register/REGISTERME",
        recording_url="https://us02web.zoom.us/rec/share/RECORDEDHERE",
        recording_passcode="SESAME",
        summary='<p>Join <a href="https://zoom.us/j/81234567?pwd=HIDDENLINK">here</a>, or at '
        "zoom.us/j/81234568?pwd=BARELINK, or write to ill@tamarack.example.org.</p>",
        note="Recording: https://vimeo.com/1/PRIVATEHASH. Mara.Lindqvist@alder.example asks.",
        topics=[
            make_topic(
                "Whom to ask at help@tamarack.example.org?",
                61,
                answer="See https://mara:secret@forms.tamarack.example.org:8443/ill?key=KEYKEY "
                "or call; mailto:desk@alder.example?subject=Loan%20KEYKEY",
            )
        ],
    )  # fmt: skip
    said = " ".join(
        f"{entry.title} {entry.text} {entry.context} {entry.stems}" for entry in Entry.objects.all()
    ).casefold()
    for word in (
        "registerme", "recordedhere", "sesame", "hiddenlink", "barelink", "privatehash", "81234567",
        "keykey", "secret", "lindqvist", "@",
    ):  # fmt: skip
        assert word not in said, word
    following.rebuild()
    for word in ("registerme", "sesame", "barelink", "privatehash", "lindqvist", "keykey"):
        assert titles(word) == set()
        assert complete(word[:5], Narrowing()) == []
    assert by_kind("chat", "zoom.us")
    assert by_kind("topic", "forms.tamarack.example.org")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Write to ill@example.org, please.", "Write to …, please."),
        ("<ILL+loans@lib.example.edu>", "<…>"),
        ("ill%40example.org", "…"),
        ("desk@bücher.example", "…"),
        ("Join https://us02web.zoom.us/j/8123?pwd=aB-c#x.", "Join us02web.zoom.us/…."),
        ("Join zoom.us/j/8123?pwd=aBc now", "Join zoom.us/… now"),
        ("HTTPS://MEET.EXAMPLE.ORG/ABC", "MEET.EXAMPLE.ORG/…"),
        ("zoommtg://zoom.us/join?confno=1&pwd=2", "zoom.us/…"),
        ("https://mara:secret@example.org:8443/x", "example.org/…"),
        ("https://mara@example.org", "example.org"),
        ("https://[2001:db8::1]/secret", "[2001:db8::1]/…"),
        ("https://example.org?pwd=x", "example.org/…"),
        ("http://example.org/, https://example.org.", "example.org, example.org."),
        ("“https://example.org/a”, said Mara", "“example.org/…”, said Mara"),
        ("See www.example.org.", "See www.example.org."),
        ("and/or, 7.5/10, p.m./a.m., U.S./Canada, he/she", None),
        ("OCLC#/ISBN @ home, @mara, 2:30/3:00", None),
        ("What does “tel:+1-555-0101” cost?", None),
    ],
)
def test_addresses_are_left_out(text, shown):
    assert discreet(text) == (text if shown is None else shown)


@pytest.mark.parametrize(
    "text", ["a" * 50_000, "a." * 25_000, "a-" * 25_000, "a@" * 25_000, "://" * 20_000]
)
def test_no_text_takes_long_to_look_through(text):
    before = datetime.datetime.now()
    discreet(text)
    assert datetime.datetime.now() - before < datetime.timedelta(seconds=1)


# Several at it.


def test_writers_of_the_same_names_do_not_stop_each_other(transactional_db, archive, settings):
    """Each writes to rows of its own first, and all of them to the entries of one host."""
    # The index of the admin's search may do so, in PostgreSQL: it is left out here.
    of_admin = {**settings.WAGTAILSEARCH_BACKENDS["default"], "AUTO_UPDATE": False}
    settings.WAGTAILSEARCH_BACKENDS = {"default": of_admin}
    chats = [make_chat(f"2024-0{n}-03", hosts=["Mara Lindqvist"], teams=["Vans"]) for n in (1, 2)]
    moment = time.monotonic() + 2

    def publish(chat: ChatPage, with_host: bool = True) -> None:
        while time.monotonic() < moment:
            with transaction.atomic():
                draft = chat.get_latest_revision_as_object()
                draft.hosts = Person.objects.all() if with_host else []
                draft.save_revision().publish()
                with_host = not with_host

    def rename(model) -> None:
        while time.monotonic() < moment:
            with transaction.atomic():
                named = model.objects.get()
                named.name = named.name[::-1]
                named.save()

    writers = [start(lambda chat=chat: publish(chat)) for chat in chats]
    writers += [start(lambda: publish(chats[0], with_host=False))]
    writers += [start(lambda model=model: rename(model)) for model in (Person, Team)]
    assert [end(pid) for pid in writers] == [0] * 5
    before = [*Entry.objects.order_by("ref").values_list("ref", "digest")]
    sweep(thorough=True)
    assert [*Entry.objects.order_by("ref").values_list("ref", "digest")] == before


def test_what_is_published_while_its_place_becomes_private_is_not_found(transactional_db, archive):
    told, tell = os.pipe()

    def publish() -> None:
        with transaction.atomic():
            make_chat("2024-04-03", topics=[make_topic("Locusts", 5)], hosts=["Ines Duarte"])
            os.write(tell, b"here")
            time.sleep(0.5)

    pid = start(publish)
    os.read(told, 4)
    restrict(archive.get_parent())
    assert end(pid) == 0
    assert not Entry.objects.exists()


# What it costs.


def queries_of(act: Callable[[], object]) -> Iterable[str]:
    with CaptureQueriesContext(connection) as queries:
        act()
    ours = ('"search_entry"', '"search_entrylabel"', '"search_change"')
    return [query["sql"] for query in queries if any(table in query["sql"] for table in ours)]


def test_a_draft_saved_asks_nothing_of_the_search(chat):
    assert queries_of(lambda: chat.save_revision()) == []


def test_a_publish_costs_no_more_for_more_topics(archive):
    def publish(date: str, size: int) -> ChatPage:
        topics = [make_topic(f"Topic {n}", n, tags=["maps"]) for n in range(size)]
        return make_chat(date, topics=topics, hosts=["Mara Lindqvist"])

    few, many = publish("2024-03-06", 2), publish("2024-04-03", 30)
    for chat in (few, many):
        chat.note = "Changed."
        chat.save()
    counts = []
    for chat in (few, many):
        chat = ChatPage.objects.get(pk=chat.pk)
        ChatPage.objects.filter(pk=chat.pk).update(note="Changed again.")
        Tag.objects.update(name="atlases")
        with CaptureQueriesContext(connection) as queries:
            refresh_object(chat)
        counts.append(len(queries))
        Tag.objects.update(name="maps")
        refresh_object(few)
    # In PostgreSQL taking turns is a query of its own.
    assert counts[0] == counts[1] <= 24
