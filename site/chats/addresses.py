"""A topic's address: kept for good, whatever becomes of its title, its time or its place."""

from django.db.models import Model

from chats.models import ChatPage, TopicAddress


def keep_topic_addresses(page: Model) -> None:
    """Write down which chat each topic of a live chat belongs to.

    The rows outlive the topics: a topic taken out later still leads to its chat.
    """
    if isinstance(page, ChatPage) and page.live:
        TopicAddress.objects.bulk_create(
            [TopicAddress(key=topic.key, chat=page) for topic in page.topics.all()],
            ignore_conflicts=True,
        )


def find_topic_address(key: str) -> str | None:
    """Return where a topic is read now, or None where nothing public had that key."""
    address = TopicAddress.objects.select_related("chat").filter(key=key).first()
    if address is None:
        return None
    chat = ChatPage.objects.published().filter(pk=address.chat_id).first()
    if chat is None:
        return None
    anchor = f"#topic-{key}" if chat.topics.filter(key=key).exists() else ""
    return chat.url + anchor
