"""What is kept under an address is handed over, and erased."""

import json
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from blog.models import Submission
from comments.models import Comment
from tests.factories.blog import make_post
from tests.factories.comments import make_comment
from tests.factories.updates import make_subscription
from updates.following import Ref
from updates.models import Subscriber

pytestmark = pytest.mark.django_db


def personal_data(deed: str, address: str) -> str:
    out = StringIO()
    call_command("personal_data", deed, address, stdout=out)
    return out.getvalue()


@pytest.fixture
def somebody():
    make_comment(make_post(), "My words")
    Submission.objects.create(kind="idea", name="Ines", email="Ines@Example.org", text="An idea")
    Submission.objects.create(kind="idea", name="Bo", email="bo@example.org", text="Another")
    make_subscription("Ines@example.org", Ref("posts"), title="All posts")
    make_subscription("bo@example.org", Ref("posts"))


def test_all_is_handed_over(somebody):
    told = json.loads(personal_data("export", "INES@example.org"))
    assert [one["text"] for one in told["comments"]] == ["My words"]
    assert [one["text"] for one in told["submissions"]] == ["An idea"]
    assert [one["subscriptions"][0]["title"] for one in told["updates"]] == ["All posts"]


def test_all_is_erased_and_nothing_of_others(somebody):
    said = personal_data("erase", "ines@example.org")
    assert "comments: 1 erased" in said
    assert "submissions: 1 erased" in said
    assert "updates: 2 erased" in said
    assert not Comment.objects.exists()
    assert Submission.objects.get().name == "Bo"
    assert Subscriber.objects.get().email == "bo@example.org"


def test_what_is_no_address_is_refused(somebody):
    with pytest.raises(ValidationError):
        personal_data("erase", "")
    assert Comment.objects.exists()
