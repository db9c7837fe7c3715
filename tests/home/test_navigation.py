"""What frames every page: where it leads, where one is, what all must know."""

import datetime

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from lxml import html
from wagtail.models import Page, PageViewRestriction, Site

from home.models import Navigation, NoticeBar, StandardPage
from home.navigation import NavigationItem, _mark, site_frame
from tests.factories.guides import make_guide

pytestmark = pytest.mark.any_database

HOUR = datetime.timedelta(hours=1)
ALWAYS = ["Tags", "Email updates", "Your page", "For editors"]


def shown(client, address="/about/", status=200):
    response = client.get(address)
    assert response.status_code == status
    return html.fromstring(response.content)


def words(links):
    return [link.text_content().strip() for link in links]


def head_of(page):
    return [link for link in words(page.cssselect(".head .nav a")) if link != "Search"]


def foot_of(page):
    return words(page.cssselect(".foot .nav a"))


def current(page, where=".head"):
    marked = page.cssselect(f"{where} [aria-current]")
    return [(link.text_content().strip(), link.get("aria-current")) for link in marked]


def at(slug) -> Page:
    return Page.objects.get(slug=slug)


def set_navigation(**streams) -> None:
    navigation, _made = Navigation.objects.get_or_create(site=Site.objects.get())
    for name, items in streams.items():
        setattr(navigation, name, items)
    navigation.save()


def to_page(slug, label=""):
    return "page", {"page": at(slug), "label": label}


def to_address(address, label):
    return "address", {"address": address, "label": label}


def show_notice(**fields) -> NoticeBar:
    return NoticeBar.objects.create(
        site=Site.objects.get(), **{"words": "No courier on Friday", **fields}
    )


def bars(page):
    return page.cssselect('section[aria-label="Notice"]')


class TestWhereItLeads:
    def test_nothing_set_the_head_has_the_pages_in_menus_and_the_foot_the_others(
        self, client, home
    ):
        page = shown(client)
        assert head_of(page) == ["Community chats", "Blog", "Events", "Guides", "People"]
        others = ["About", "Committee", "Contact", "Privacy", "Accessibility"]
        assert foot_of(page) == [*others, *ALWAYS]

    def test_editors_choose_and_order_both(self, client, home):
        set_navigation(
            head=[
                to_page("guides", "Learn"),
                to_address("/chats/?tag=renewals", "Renewals"),
                to_address("https://example.org/", "The courier"),
                to_page("blog"),
            ],
            foot=[to_page("contact"), to_address("tel:+15550100", "Call us")],
        )
        page = shown(client)
        assert head_of(page) == ["Learn", "Renewals", "The courier", "Blog"]
        links = [link.get("href") for link in page.cssselect(".head .nav a")]
        assert links[:4] == ["/guides/", "/chats/?tag=renewals", "https://example.org/", "/blog/"]
        assert foot_of(page) == ["Contact", "Call us", *ALWAYS]

    def test_what_leaves_the_head_is_found_at_the_foot(self, client, home):
        set_navigation(head=[to_page("guides"), to_page("about")])
        page = shown(client)
        assert head_of(page) == ["Guides", "About"]
        assert foot_of(page)[:3] == ["Community chats", "Blog", "Events"]
        assert "About" not in foot_of(page)

    def test_a_page_deep_in_the_site_can_be_chosen(self, client, home):
        guide = make_guide("Renew a loan")
        set_navigation(head=[("page", {"page": guide, "label": "Renewing"})])
        (link,) = shown(client).cssselect(f'.head .nav a[href="{guide.url}"]')
        assert link.text == "Renewing"

    @pytest.mark.parametrize("is_chosen", [False, True])
    @pytest.mark.parametrize("way", ["draft", "expired", "private", "in a private part"])
    def test_what_readers_may_not_see_is_not_led_to(self, client, home, way, is_chosen):
        if is_chosen:
            set_navigation(
                head=[to_page("blog"), to_page("events")], foot=[to_page("blog"), to_page("about")]
            )
        Page.objects.filter(slug="blog").update(show_in_menus=True)
        blog = at("blog")
        if way == "draft":
            blog.specific.unpublish()
        elif way == "expired":
            Page.objects.filter(pk=blog.pk).update(expire_at=timezone.now() - HOUR)
        elif way == "private":
            PageViewRestriction.objects.create(page=blog, restriction_type="login")
        else:
            restriction = PageViewRestriction.objects.create(page=home, restriction_type="groups")
            restriction.groups.add(Group.objects.first())
        address = "/updates/" if way == "in a private part" else "/about/"
        page = shown(client, address)
        assert "Blog" not in [*head_of(page), *foot_of(page)]

    def test_a_page_that_was_deleted_leaves_no_gap(self, client, home):
        set_navigation(head=[to_page("blog"), to_page("events")])
        at("blog").delete()
        assert head_of(shown(client)) == ["Events"]

    def test_a_site_without_any_page_has_what_is_always_there(self, client, home):
        home.get_children().delete()
        page = shown(client, "/")
        assert not page.cssselect(".head .nav")
        assert foot_of(page) == ALWAYS

    @pytest.mark.parametrize("address", ["/about/", "/guides/", "/updates/"])
    def test_search_is_one_step_away(self, client, home, address):
        links = shown(client, address).cssselect('.head .nav a[href="/search/"]')
        assert words(links) == ["Search"]

    def test_a_page_that_begins_with_the_search_has_no_link_to_it(self, client, home):
        page = shown(client, "/")
        assert page.cssselect("main form[role=search]")
        assert not page.cssselect('.head a[href="/search/"]')


class TestWhereOneIs:
    def test_the_page_itself(self, client, home):
        assert current(shown(client, "/guides/")) == [("Guides", "page")]

    def test_a_page_of_a_section(self, client, home):
        guide = make_guide()
        assert current(shown(client, guide.url)) == [("Guides", "true")]

    def test_at_the_foot_too(self, client, home):
        page = shown(client, "/privacy/")
        assert current(page, ".foot") == [("Privacy", "page")]
        assert not current(page)

    def test_the_first_page_is_no_section(self, client, home):
        set_navigation(head=[to_address("/", "Home"), to_page("guides")])
        assert current(shown(client, "/")) == [("Home", "page")]
        assert not current(shown(client, "/about/"))

    def test_one_alone_the_nearest(self, client, home):
        guide = make_guide("Renew a loan")
        set_navigation(head=[to_page("guides"), ("page", {"page": guide}), to_page("guides")])
        assert current(shown(client, guide.url)) == [("Renew a loan", "page")]
        assert current(shown(client, "/guides/")) == [("Guides", "page")]

    @pytest.mark.parametrize(
        ("href", "path", "told"),
        [
            ("/chats", "/chats/2024-03-06/", "true"),
            ("/chats", "/chats-of-old/", ""),
            ("/chats/?tag=maps", "/chats/", ""),
            ("https://example.org/", "/", ""),
            ("#main", "/", ""),
        ],
    )
    def test_addresses_that_are_alike(self, href, path, told):
        (item,) = _mark(path, [NavigationItem("Chats", href)])
        assert item.current == told


class TestNotice:
    def test_it_stands_above_the_head_of_every_page(self, client, home):
        show_notice(page=at("about"))
        for address, status in (("/", 200), ("/guides/", 200), ("/tags/", 200), ("/no/", 404)):
            page = shown(client, address, status)
            (bar,) = bars(page)
            assert "No courier on Friday" in bar.text_content()
            assert bar.getnext().get("class") == "head"
            assert [link.get("href") for link in bar.cssselect("a")] == ["/about/"]
            assert bar.cssselect("a")[0].text_content() == "More on “No courier on Friday”"

    @pytest.mark.parametrize(
        ("begins", "ends", "is_shown"),
        [
            (None, None, True),
            (-HOUR, HOUR, True),
            (HOUR, None, False),
            (None, -HOUR, False),
            (-HOUR, None, True),
        ],
    )
    def test_it_holds_from_and_until(self, client, home, begins, ends, is_shown):
        now = timezone.now()
        show_notice(begins_at=begins and now + begins, ends_at=ends and now + ends)
        assert bool(bars(shown(client))) == is_shown

    def test_without_words_there_is_none(self, client, home):
        show_notice(words="", page=at("about"))
        assert not bars(shown(client))

    def test_more_is_only_where_readers_may_go(self, client, home):
        show_notice(page=at("about"))
        at("about").specific.unpublish()
        (bar,) = bars(shown(client, "/"))
        assert not bar.cssselect("a")

    def test_words_are_no_markup(self, client, home):
        show_notice(words="<b>Snow</b> & ice")
        (bar,) = bars(shown(client))
        assert "<b>Snow</b> & ice" in bar.text_content()

    def test_the_admin_is_left_alone(self, admin_client, home):
        show_notice()
        assert not bars(html.fromstring(admin_client.get("/admin/").content))


def test_the_frame_asks_three_times_however_much_it_holds(rf, home, django_assert_num_queries):
    def look():
        # As each request does: of its own, with nothing kept from the one before.
        frame = site_frame(rf.get("/about/"))
        return [*frame["site_navigation"]], [*frame["footer_navigation"]], str(frame["notice_bar"])

    look()
    with django_assert_num_queries(3):
        look()
    pages = [home.add_child(instance=StandardPage(title=f"Page {n}")) for n in range(20)]
    show_notice(page=pages[0])
    items = [("page", {"page": page}) for page in pages]
    set_navigation(head=items[:10], foot=items[10:])
    look()
    with django_assert_num_queries(3):
        head, foot, _notice = look()
    assert (len(head), len(foot)) == (10, 10 + len(ALWAYS))


def test_without_a_site_there_is_a_frame_all_the_same(client, home):
    Site.objects.all().delete()
    page = shown(client, "/updates/")
    assert foot_of(page) == ALWAYS


def test_looking_at_a_page_writes_nothing(client, home):
    shown(client)
    assert not Navigation.objects.exists()
    assert not NoticeBar.objects.exists()
