"""A question of a post goes to the next chat by one press of a button."""

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.models import User
from chats.models import CallNote
from tests.comments.pages import parsed, text_of
from tests.factories.blog import make_post
from tests.factories.chats import make_chat
from tests.factories.comments import make_comment

pytestmark = pytest.mark.django_db


@pytest.fixture
def post():
    return make_post(body=[("questions", {"title": "", "questions": ["How many days?", "Who?"]})])


@pytest.fixture
def editor(client):
    user = User.objects.create_user("editor@example.org")
    user.groups.add(Group.objects.get(name="Editors"))
    client.force_login(user)
    return user


def screen(post) -> str:
    return f"/admin/comments/questions/{post.pk}/"


def test_a_question_is_put_to_the_next_chat_once(client, post, editor):
    day = timezone.localdate() + timezone.timedelta(days=5)
    chat = make_chat(day.isoformat(), title="Next one")
    make_comment(post, about=post.discussed_questions[0])
    shown = text_of(parsed(client.get(screen(post))))
    assert "How many days? 1 answer" in shown
    for _time in range(2):
        said = client.post(screen(post), {"question": post.discussed_questions[0]}, follow=True)
        assert "It was put to “Next one”." in text_of(parsed(said))
    note = CallNote.objects.get()
    assert (note.title, note.call.chat, note.stamped_at) == ("How many days?", chat, None)


def test_nothing_is_ahead(client, post, editor):
    make_chat("2020-01-01")
    said = client.post(screen(post), {"question": post.discussed_questions[0]}, follow=True)
    assert "No chat is ahead" in text_of(parsed(said))


def test_a_question_taken_out_is_not_put_anywhere(client, post, editor):
    said = client.post(screen(post), {"question": "nonsense"}, follow=True)
    assert "does not ask this any more" in text_of(parsed(said))
    assert not CallNote.objects.exists()


def test_the_page_leads_there(client, post, editor):
    assert screen(post) in client.get(f"/admin/pages/{post.pk}/edit/").content.decode()
    plain = make_post("Plain")
    assert screen(plain) not in client.get(f"/admin/pages/{plain.pk}/edit/").content.decode()


def test_not_for_those_who_decide_on_no_comments(client, post):
    user = User.objects.create_user("host@example.org")
    user.groups.add(Group.objects.get(name="Guest hosts"))
    client.force_login(user)
    assert client.get(screen(post)).status_code in (302, 403)
    assert client.get("/admin/comments/questions/1/").status_code in (302, 403)
