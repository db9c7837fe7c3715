from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatsConfig(AppConfig):
    name = "chats"
    verbose_name = _("Community chats")

    def ready(self) -> None:
        from chats import findable, signals
        from chats.addresses import keep_topic_addresses
        from core import offers
        from core.findable import findables

        offers.page_saved.add(keep_topic_addresses)
        findables.add(findable.CHATS)
        findables.add(findable.PERSONS)
        signals.connect()
