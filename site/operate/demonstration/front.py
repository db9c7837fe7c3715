"""What pages and the frame of the site say in the demonstration, where no editor said anything."""

import datetime
from collections.abc import Iterator

from django.utils import timezone
from django.utils.html import strip_tags
from wagtail.models import Page, Site

from blog.models import BlogPage
from chats.models import ChatArchivePage
from core.pages import BasePage
from events.models import CalendarPage
from guides.models import GuideIndexPage
from home.first_texts import INTRODUCTIONS
from home.models import HomePage, Navigation, NoticeBar, SearchExample
from operate.demonstration.items import given, loaded, read, remember
from people.models import CommitteePage, CommitteeTerm, ContactPage, PeoplePage, Person

OF_TERM = ["office", "library"]
YEAR_BEGINS = (7, 1)
"""Month and day of a committee year."""
SECTIONS = {
    "chats": ChatArchivePage,
    "guides": GuideIndexPage,
    "blog": BlogPage,
    "events": CalendarPage,
    "people": PeoplePage,
}


def say_words(people: dict[str, Person]) -> None:
    """Put words into pages and frame, and `people` on the committee, where there is nothing yet.

    A page with a draft is being edited and left alone.
    """
    examples = read("front")["search_examples"]
    for page, first, words in _worded():
        changed = _reword(page, first, words)
        if isinstance(page, HomePage):
            changed |= _offer(page, [], examples)
        if isinstance(page, CommitteePage):
            changed |= _seat(page, people)
        if changed and not page.has_unpublished_changes:
            page.save_revision().publish()
            if isinstance(page, CommitteePage):
                for term in CommitteeTerm.objects.filter(page=page, person__in=people.values()):
                    remember(term)
    if site := Site.objects.filter(is_default_site=True).first():
        _frame(site)


def take_back_words() -> list[str]:
    """Take the words back where they still stand; return the names of pages being edited."""
    kept = []
    examples = read("front")["search_examples"]
    for page, first, words in _worded():
        changed = _reword(page, words, first)
        if isinstance(page, HomePage):
            changed |= _offer(page, examples, [])
        if isinstance(page, CommitteePage):
            changed |= _unseat(page)
        if changed and page.has_unpublished_changes:
            kept.append(str(page))
        elif changed:
            page.save_revision().publish()
    _take_back_frame()
    return kept


def _worded() -> Iterator[tuple[BasePage, dict[str, str], dict[str, str]]]:
    """Yield the pages that get words: what each field says on a new site, and those words."""
    front, people = read("front"), read("people")
    words = {
        HomePage: {"intro": front["home_intro"]},
        ChatArchivePage: {"intro": front["archive_intro"]},
        GuideIndexPage: {"intro": front["guides_intro"]},
        PeoplePage: {"intro": people["pages"]["people_intro"]},
        CommitteePage: {"intro": people["pages"]["committee_intro"]},
        ContactPage: people["contact"],
    }
    for model, said in words.items():
        if page := model.objects.first():
            yield page, {**dict.fromkeys(said, ""), "intro": INTRODUCTIONS.get(page.slug, "")}, said


def _reword(page: BasePage, old: dict[str, str], new: dict[str, str]) -> bool:
    """Let fields that say `old` say `new`; return whether one did.

    What is read is compared: the editor's widget adds attributes of its own.
    """
    said = [name for name in old if strip_tags(getattr(page, name)) == strip_tags(old[name])]
    for name in said:
        setattr(page, name, new[name])
    return bool(said)


def _offer(home: HomePage, old: list[str], new: list[str]) -> bool:
    is_old = [example.words for example in home.search_examples.all()] == old
    if is_old:
        home.search_examples = [SearchExample(words=words) for words in new]
    return is_old


def _seat(committee: CommitteePage, people: dict[str, Person]) -> bool:
    if committee.terms.exists():
        return False
    committee.terms = [
        CommitteeTerm(
            sort_order=place,
            person=people[entry["person"]],
            begins_on=_year(entry["begins"]),
            ends_on=_last_day(entry),
            **given(entry, OF_TERM),
        )
        for place, entry in enumerate(read("people")["terms"])
    ]
    return True


def _unseat(committee: CommitteePage) -> bool:
    seated = set(loaded(CommitteeTerm))
    terms = list(committee.terms.all())
    others = [term for term in terms if term.pk not in seated]
    committee.terms = others
    return len(others) < len(terms)


def _year(number: int) -> datetime.date:
    """Return the first day of a committee year: 0 for the running one."""
    today = timezone.localdate()
    first = datetime.date(today.year, *YEAR_BEGINS)
    return first.replace(year=first.year + number - (today < first))


def _last_day(term: dict) -> datetime.date | None:
    if "years" not in term:
        return None
    return _year(term["begins"] + term["years"]) - datetime.timedelta(days=1)


def _frame(site: Site) -> None:
    front = read("front")
    notice, is_new = NoticeBar.objects.get_or_create(site=site)
    if is_new:
        remember(notice)
    if not notice.words:
        notice.words = front["notice"]
        notice.save()
    navigation, is_new = Navigation.objects.get_or_create(site=site)
    if is_new:
        remember(navigation)
    if not navigation.head:
        navigation.head = [("page", {"page": page, "label": ""}) for page in _listed()]
        navigation.save()


def _take_back_frame() -> None:
    """Empty what still says what was loaded; what was made for it goes."""
    for notice in NoticeBar.objects.filter(words=read("front")["notice"]):
        notice.words = ""
        notice.save()
    listed = [page.pk for page in _listed()]
    for navigation in Navigation.objects.all():
        if [_pk_of(item) for item in navigation.head] == listed:
            navigation.head = []
            navigation.save()
    NoticeBar.objects.filter(pk__in=loaded(NoticeBar), words="").delete()
    for navigation in Navigation.objects.filter(pk__in=loaded(Navigation)):
        if not navigation.head and not navigation.foot:
            navigation.delete()


def _listed() -> list[Page]:
    pages = (SECTIONS[name].objects.first() for name in read("front")["navigation"])
    return [page for page in pages if page]


def _pk_of(item) -> int | None:
    page = item.value["page"] if item.block_type == "page" else None
    return page.pk if page and not item.value["label"] else None
