"""The tag by which templates keep a part for whoever comes next."""

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError
from django.template import engines

from core.security import forms_may_leave, let_forms_leave


@pytest.fixture
def request_of(rf):
    def make(version: str = "v1"):
        request = rf.get("/")
        request.content_version = version
        return request

    return make


def draw(request, source: str, **context) -> str:
    template = engines["django"].from_string("{% load kept %}" + source)
    return template.render(context, request)


def test_it_is_drawn_once_a_version_and_for_each_that_it_depends_on(request_of):
    source = "{% kept word one two %}{{ word }}{% endkept %}"
    assert draw(request_of(), source, word="<a>", one=1, two="x y") == "&lt;a&gt;"
    assert draw(request_of(), source, word="later", one=1, two="x y") == "&lt;a&gt;"
    assert draw(request_of(), source, word="other", one=1, two="x") == "other"
    assert draw(request_of("v2"), source, word="new", one=1, two="x y") == "new"
    assert draw(request_of(), source.replace("word one", "name one"), word="b", one=1) == "b"


def test_an_editor_who_looks_at_a_draft_has_it_drawn(request_of):
    request = request_of()
    request.is_preview = True
    source = "{% kept draft %}{{ word }}{% endkept %}"
    assert [draw(request, source, word=word) for word in "ab"] == ["a", "b"]
    assert [draw(request_of(""), source, word=word) for word in "ab"] == ["a", "b"]
    assert [draw(None, source, word=word) for word in "ab"] == ["a", "b"]


def test_what_drawing_it_tells_the_request_is_told_by_what_is_kept(request_of):
    source = "{% kept outer %}{% kept inner %}{{ tell }}{% endkept %}{% endkept %}"
    for _ in range(2):
        request = request_of()
        draw(request, source, tell=lambda request=request: let_forms_leave(request))
        assert forms_may_leave(request)


def test_what_others_told_it_is_not(request_of):
    source = "{% kept quiet %}Nothing.{% endkept %}"
    first, second = request_of(), request_of()
    let_forms_leave(first)
    for request in (first, second):
        draw(request, source)
    assert (forms_may_leave(first), forms_may_leave(second)) == (True, False)


@pytest.mark.any_database
@pytest.mark.django_db
def test_what_a_database_failed_to_tell_is_for_this_reader_alone(request_of):
    source = "{% kept script %}{% if groups or nothing %}Groups.{% endif %}{% endkept %}"
    missing = Group.objects.extra(where=["no_such_column"])
    assert draw(request_of(), source, groups=missing.all) == ""
    assert draw(request_of(), source, groups=Group.objects.all) == "Groups."
    with pytest.raises(DatabaseError):
        list(missing)
