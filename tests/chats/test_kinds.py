import pytest

from chats.kinds import TopicKind, guess_kind


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Icebreaker: what is on your desk?", TopicKind.ICEBREAKER),
        ("If you could lend one thing that is no book, what would it be?", TopicKind.ICEBREAKER),
        ("Welcome and introductions", TopicKind.HOUSEKEEPING),
        ("How to turn on captions in Zoom", TopicKind.HOUSEKEEPING),
        ("News from the sorting centre", TopicKind.NEWS),
        ("Free book straps for every member!", TopicKind.NEWS),
        ("Holiday closings of academic lenders", TopicKind.NEWS),
        ("Can a patron renew before the due date?", TopicKind.QUESTION),
        ("Lost in transit", TopicKind.QUESTION),
        ("", TopicKind.QUESTION),
    ],
)
def test_a_kind_is_guessed_from_the_words(title, kind):
    assert guess_kind(title) == kind
