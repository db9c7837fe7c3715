from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BlogConfig(AppConfig):
    name = "blog"
    verbose_name = _("Blog")

    def ready(self) -> None:
        from django.conf import settings

        from blog import findable, news, signals
        from blog.models import PostPage, Step, Submission, SubmissionFile
        from blog.submissions import checks, keeping, mailed, needs, submitting, telling
        from comments.checking import checked_models
        from comments.pages import discussed_pages
        from core.doctor import checks as doctors_checks
        from core.due import DueWork, due_work
        from core.findable import findables
        from core.page_cache.changes import never_shown
        from core.personal_data import PersonalData, personal_data
        from core.today import needs as todays_needs
        from outbox.messages import messages
        from search.offers import tag_followed
        from updates.following import followables
        from updates.sources import sources

        second, hour, night = timedelta(seconds=2), timedelta(hours=1), timedelta(days=1)
        due_work.add(DueWork("news of submissions", telling.tell_team, every=second))
        due_work.add(DueWork("news to senders", telling.tell_senders, every=second))
        due_work.add(DueWork("same submissions", submitting.forget_digests, every=hour))
        due_work.add(DueWork("old submissions", keeping.clean, every=night, once_for_all=True))
        if settings.SUBMISSIONS_MAILBOX:
            every = timedelta(minutes=5)
            look = mailed.look_for_submissions
            due_work.add(DueWork("mailed submissions", look, every=every, once_for_all=True))
        checked_models.add(Submission)
        discussed_pages.add(PostPage)
        findables.add(findable.POSTS)
        for model in (Step, Submission, SubmissionFile):
            never_shown.add(model)
        todays_needs.add(needs.needs_of_the_blog)
        doctors_checks.add(checks.MAILBOX)
        personal_data.add(PersonalData("submissions", keeping.export_sender, keeping.erase_sender))
        for message in telling.MESSAGES:
            messages.add(message)
        sources.add(news.NEW_POSTS)
        for followable in news.BLOG:
            followables.add(followable)
        tag_followed.add(news.follow_refs_of_tag)
        signals.connect()
