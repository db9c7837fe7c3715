from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatsConfig(AppConfig):
    name = "chats"
    verbose_name = _("Community chats")

    def ready(self) -> None:
        from chats.addresses import keep_topic_addresses
        from core import offers

        offers.page_saved.add(keep_topic_addresses)
