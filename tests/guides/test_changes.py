"""What changed in a guide: told once, to those who follow it."""

from email import message_from_bytes, policy

import pytest
import time_machine

from guides.models import GuideChange, GuidePage
from guides.news import ALL, ONE
from outbox.models import Mail
from tests.factories.guides import make_guide
from tests.factories.updates import make_subscription, tell_all
from updates import searches
from updates.following import Ref, find_followed
from updates.models import Notice

pytestmark = pytest.mark.django_db

NOW = "2026-03-04 10:00 +0000"
LATER = "2026-03-04 10:10 +0000"


def notes(guide: GuidePage) -> list[str]:
    return list(guide.changes.values_list("note", flat=True))


def publish(guide: GuidePage, note: str = "", title: str = "") -> None:
    guide.change_note = note
    guide.title = title or guide.title
    guide.save_revision().publish()


def subjects() -> list[str]:
    return sorted(Mail.objects.filter(kind="updates_news").values_list("subject", flat=True))


def test_the_first_publication_and_each_with_a_note_are_noted(home):
    guide = make_guide(change_note="Not told at first")
    publish(guide)
    publish(guide, "New: loans to schools")
    publish(guide, title="Renew any loan")
    publish(guide, "The lender's form has moved")
    assert notes(guide) == ["The lender's form has moved", "New: loans to schools", ""]


def test_a_draft_is_no_change(home):
    guide = make_guide(live=False)
    guide.change_note = "New: loans to schools"
    guide.save_revision()
    assert notes(guide) == []


def test_the_same_note_published_again_is_told_once(home):
    guide = make_guide()
    publish(guide, "New: loans to schools")
    guide.unpublish()
    guide.get_latest_revision().publish()
    publish(guide, "New: loans to schools", title="Renew any loan")
    guide.save()
    assert notes(guide) == ["New: loans to schools", ""]


def test_an_older_version_published_again_does_not_tell_its_note_anew(home):
    guide = make_guide()
    publish(guide, "New: loans to schools")
    told = guide.live_revision
    publish(guide, "The form has moved")
    told.publish()
    assert notes(GuidePage.objects.get()) == ["The form has moved", "New: loans to schools", ""]


def test_who_follows_a_guide_is_told_of_it_at_each_change(home):
    with time_machine.travel(NOW):
        guide = make_guide("Pack a book")
        make_subscription("ines@example.org", Ref(ONE, str(guide.pk)))
        publish(guide, "New: padded boxes")
    with time_machine.travel(LATER):
        tell_all()
        tell_all()
    assert subjects() == ["Changed: Pack a book", "New guide: Pack a book"]
    mail = Mail.objects.get(subject="Changed: Pack a book")
    read = message_from_bytes(mail.content, policy=policy.default)
    assert "New: padded boxes" in read.get_body(("plain",)).get_content()


def test_who_follows_all_guides_hears_of_new_ones(home):
    with time_machine.travel(NOW):
        make_subscription("ines@example.org", Ref(ALL))
        make_guide("Pack a book")
    with time_machine.travel(LATER):
        tell_all()
    assert subjects() == ["New guide: Pack a book"]


def test_a_change_taken_back_in_time_is_not_told(home):
    with time_machine.travel(NOW):
        guide = make_guide("Pack a book")
        make_subscription("ines@example.org", Ref(ALL))
        guide.unpublish()
    with time_machine.travel(LATER):
        tell_all()
    assert subjects() == []


def test_a_saved_search_finds_a_new_guide(home):
    with time_machine.travel(NOW):
        what = searches.what_of("corrugated", {})
        make_subscription("ines@example.org", Ref(searches.KIND, what))
        make_guide("Pack a book", [("Padding", [("text", "<p>Corrugated board.</p>")])])
    with time_machine.travel(LATER):
        tell_all()
    (mail,) = Mail.objects.filter(kind="updates_news")
    assert mail.subject == "New guide: Pack a book"


def test_a_deleted_guide_takes_its_changes_along(home):
    guide = make_guide()
    guide.delete()
    assert not GuideChange.objects.exists()


def test_one_publish_makes_one_notice(home):
    make_guide()
    assert Notice.objects.filter(source="guides.guidechange").count() == 1


def test_guides_are_named_where_they_are_followed(home):
    guide = make_guide("Pack a book")
    draft = make_guide("Label a box", live=False)
    refs = [Ref(ALL), Ref(ONE, str(guide.pk)), Ref(ONE, str(draft.pk)), Ref(ONE, "x")]
    named = find_followed(refs)
    assert [one.title for one in named.values()] == ["All guides", "Changes in “Pack a book”"]
