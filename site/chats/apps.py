from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatsConfig(AppConfig):
    name = "chats"
    verbose_name = _("Community chats")

    def ready(self) -> None:
        from chats import clock, findable, news, signals
        from chats.addresses import keep_topic_addresses
        from chats.asking import put_to_next_chat
        from chats.event_chats import note_recording, tell_recordings
        from chats.hits import show_chats
        from chats.models import Call, CallNote, ChatPage, ImportRecord
        from chats.needs import needs_of_chats
        from chats.removal import REMOVAL
        from chats.transcribing import erase_struck
        from chats.uploading import forget_old_uploads
        from comments.pages import discussed_pages
        from core import offers
        from core.due import DueWork, due_work
        from core.findable import findables
        from core.page_cache.changes import never_shown
        from core.page_cache.clock import next_changes
        from core.today import needs
        from outbox.messages import messages
        from search.offers import tag_followed
        from search.showing import Showing, showings
        from updates.following import followables
        from updates.sources import sources

        offers.page_saved.add(keep_topic_addresses)
        offers.page_saved.add(note_recording)
        offers.put_to_next_meeting.add(put_to_next_chat)
        discussed_pages.add(ChatPage)
        findables.add(findable.CHATS)
        showings.add(Showing(ChatPage, show_chats))
        night = timedelta(days=1)
        due_work.add(DueWork("struck lines", erase_struck, every=night, once_for_all=True))
        due_work.add(DueWork("old uploads", forget_old_uploads, every=night, once_for_all=True))
        minute = timedelta(minutes=1)
        due_work.add(DueWork("news of recordings", tell_recordings, every=minute))
        next_changes.add(clock.next_start)
        for model in (Call, CallNote, ImportRecord):
            never_shown.add(model)
        needs.add(needs_of_chats)
        messages.add(REMOVAL)
        sources.add(news.RECORDED)
        for followable in news.ARCHIVE:
            followables.add(followable)
        tag_followed.add(news.follow_refs_of_tag)
        signals.connect()
