from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UpdatesConfig(AppConfig):
    name = "updates"
    verbose_name = _("Updates")

    def ready(self) -> None:
        from core import offers
        from core.due import DueWork, due_work
        from core.findable import findables
        from core.own_items import own_items
        from core.page_cache.changes import never_shown
        from core.personal_data import PersonalData, personal_data
        from outbox.messages import messages
        from search.offers import followed_as
        from updates import (
            announcements,
            findable,
            keeping,
            letters,
            mails,
            news,
            own,
            reports,
            searches,
            signals,
            subscriptions,
        )
        from updates.following import followables
        from updates.models import Delivery, Notice, Request, Subscriber, Subscription
        from updates.sources import sources

        offers.page_saved.add(news.note)
        followables.add(announcements.LISTS)
        followables.add(searches.SEARCHES)
        followed_as.add(searches.refs_of)
        sources.add(announcements.ANNOUNCEMENTS)
        findables.add(findable.ANNOUNCEMENTS_FOUND)
        few, night = timedelta(seconds=2), timedelta(days=1)
        due_work.add(DueWork("asked updates", subscriptions.take_in_requests, every=few))
        due_work.add(DueWork("announcements", announcements.send_scheduled, every=few * 5))
        due_work.add(DueWork("who hears of news", news.spread, every=few * 2))
        due_work.add(DueWork("letters", letters.write_due, every=few * 2))
        due_work.add(DueWork("old updates", subscriptions.clean, every=night, once_for_all=True))
        due_work.add(
            DueWork("delivery reports", reports.keep, every=timedelta(hours=1), once_for_all=True)
        )
        for model in (Delivery, Notice, Request, Subscriber, Subscription):
            never_shown.add(model)
        own_items.add(own.OWN_UPDATES)
        own_items.add(own.OWN_SEARCHES)
        personal_data.add(PersonalData("updates", keeping.export_person, keeping.erase_person))
        for message in mails.MESSAGES:
            messages.add(message)
        signals.connect()
