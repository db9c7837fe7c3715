"""What saving a page does beside keeping it, who may see it, and the way to it."""

import pytest
from wagtail.models import Page, PageViewRestriction, ReferenceIndex

from core.pages import published
from home.models import StandardPage
from tests.factories.chats import make_chat, make_topic

pytestmark = pytest.mark.django_db


def test_what_a_page_refers_to_is_read_once_a_save(archive, monkeypatch):
    read = []
    refer = ReferenceIndex.create_or_update_for_object.__func__

    def counted(model, instance, **options):
        read.append(instance)
        return refer(model, instance, **options)

    monkeypatch.setattr(ReferenceIndex, "create_or_update_for_object", classmethod(counted))
    chat = make_chat(topics=[make_topic(f"Part {place}", place) for place in range(9)])
    read.clear()
    chat.save()
    assert read == [chat]


def test_where_a_page_is_referred_to_is_known(archive):
    chat = make_chat(topics=[make_topic("Where they are", 5, related_page=archive.page_ptr)])
    references = ReferenceIndex.get_references_to(archive.page_ptr)
    assert [reference.object_id for reference in references] == [str(chat.pk)]
    chat.topics = []
    chat.save()
    assert not ReferenceIndex.get_references_to(archive.page_ptr).exists()


@pytest.mark.any_database
def test_what_lies_in_a_private_part_is_not_public(home, django_assert_num_queries):
    part, beside = (
        home.add_child(instance=StandardPage(title=title)) for title in ("Part", "Beside")
    )
    below = part.add_child(instance=StandardPage(title="Below"))
    deeper = below.add_child(instance=StandardPage(title="Deeper"))
    own = [part.pk, beside.pk, below.pk, deeper.pk]
    PageViewRestriction.objects.create(page=below, restriction_type="login")
    for pages in (Page.objects.all(), StandardPage.objects.all()):
        with django_assert_num_queries(1):
            seen = [page.pk for page in published(pages.filter(pk__in=own)).order_by("path")]
        assert seen == [part.pk, beside.pk]
        assert seen == [page.pk for page in pages.filter(pk__in=own).public().order_by("path")]


def test_the_way_to_a_page_begins_at_the_home_page(client, home):
    part = home.add_child(instance=StandardPage(title="Part"))
    below = part.add_child(instance=StandardPage(title="Below"))
    for page, way in ((home, []), (part, ["/"]), (below, ["/", "/part/"])):
        assert [crumb.href for crumb in client.get(page.url).context["crumbs"]] == way


def test_the_way_is_known_from_the_routing_and_asked_for_else(rf, home, django_assert_num_queries):
    part = home.add_child(instance=StandardPage(title="Part"))
    below = part.add_child(instance=StandardPage(title="Below"))
    deeper = below.add_child(instance=StandardPage(title="Deeper"))
    routed = rf.get(deeper.url, HTTP_HOST="localhost")
    page, _args, _kwargs = Page.route_for_request(routed, routed.path)
    with django_assert_num_queries(0):
        assert [crumb.label for crumb in page.crumbs_above(routed)] == [home.title, "Part", "Below"]
    for request in (rf.get(deeper.url, HTTP_HOST="localhost"), routed):
        assert [crumb.href for crumb in below.crumbs_above(request)] == ["/", "/part/"]
    assert page.crumbs_above(rf.get("/", HTTP_HOST="localhost")) == page.crumbs_above(routed)


@pytest.mark.any_database
def test_a_page_of_which_there_is_one_is_found_as_far_as_it_may_be_seen(home):
    pages = StandardPage.objects.child_of(home).filter(slug="only")
    assert pages.published().sole() is None
    only = home.add_child(instance=StandardPage(title="Only"))
    assert pages.published().sole() == only
    only.unpublish()
    assert pages.published().sole() is None
