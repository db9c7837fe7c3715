from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UpdatesConfig(AppConfig):
    name = "updates"
    verbose_name = _("Updates")

    def ready(self) -> None:
        from core import offers
        from core.due import DueWork, due_work
        from outbox.messages import messages
        from updates import announcements, letters, mails, news, searches, subscriptions
        from updates.following import followables
        from updates.sources import sources

        offers.page_saved.add(news.note)
        followables.add(announcements.LISTS)
        followables.add(searches.SEARCHES)
        sources.add(announcements.ANNOUNCEMENTS)
        few, night = timedelta(seconds=2), timedelta(days=1)
        due_work.add(DueWork("asked updates", subscriptions.take_in_requests, every=few))
        due_work.add(DueWork("announcements", announcements.send_scheduled, every=few * 5))
        due_work.add(DueWork("who hears of news", news.spread, every=few * 2))
        due_work.add(DueWork("letters", letters.write_due, every=few * 2))
        due_work.add(DueWork("old updates", subscriptions.clean, every=night, once_for_all=True))
        for message in mails.MESSAGES:
            messages.add(message)
