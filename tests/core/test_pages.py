"""What saving a page does beside keeping it."""

import pytest
from wagtail.models import ReferenceIndex

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
