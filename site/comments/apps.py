from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommentsConfig(AppConfig):
    name = "comments"
    verbose_name = _("Comments")

    def ready(self) -> None:
        from comments import (
            announcing,
            checking,
            cleaning,
            findable,
            following,
            needs,
            own,
            submitting,
        )
        from comments.hits import show_comments
        from comments.models import Comment, Decision, DroppedOnDay, ModeratorMail, Report
        from comments.pages import next_closing
        from core import offers
        from core.due import DueWork, due_work
        from core.findable import findables
        from core.health import health_parts
        from core.own_items import own_items
        from core.page_cache.changes import never_shown
        from core.page_cache.clock import next_changes
        from core.personal_data import PersonalData, personal_data
        from core.today import needs as todays_needs
        from outbox.messages import messages
        from search.showing import Showing, showings

        second, minute = timedelta(seconds=2), timedelta(minutes=1)
        hour, night = timedelta(hours=1), timedelta(days=1)
        due_work.add(DueWork("spam checks", checking.ask_due, every=second))
        due_work.add(DueWork("news of comments", announcing.announce, every=second))
        due_work.add(DueWork("mail to moderators", announcing.tell_moderators, every=second))
        due_work.add(DueWork("hourly mail to moderators", announcing.tell_hourly, every=minute))
        due_work.add(DueWork("same comments", submitting.forget_digests, every=hour))
        due_work.add(DueWork("old comments", cleaning.clean, every=night, once_for_all=True))
        checking.checked_models.add(Comment)
        findables.add(findable.COMMENTS)
        showings.add(Showing(Comment, show_comments))
        offers.page_saved.add(following.follow_page)
        next_changes.add(next_closing)
        for model in (Decision, DroppedOnDay, ModeratorMail, Report):
            never_shown.add(model)
        health_parts.add(checking.spam_service)
        todays_needs.add(needs.needs_of_comments)
        own_items.add(own.OWN_COMMENTS)
        personal_data.add(PersonalData("comments", cleaning.export_author, cleaning.erase_author))
        for message in announcing.MESSAGES:
            messages.add(message)
