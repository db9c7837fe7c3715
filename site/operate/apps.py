from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

OF_THE_ADMIN = (
    "admin.LogEntry",
    "sessions.Session",
    "wagtailadmin.EditingSession",
    "wagtailadmin.FormState",
    "wagtailcore.Comment",
    "wagtailcore.CommentReply",
    "wagtailcore.ModelLogEntry",
    "wagtailcore.PageLogEntry",
    "wagtailcore.PageSubscription",
    "wagtailcore.ReferenceIndex",
    "wagtailcore.Revision",
    "wagtailcore.TaskState",
    "wagtailcore.UploadedFile",
    "wagtailcore.WorkflowState",
    "wagtailsearch.IndexEntry",
    "wagtailusers.UserProfile",
)
"""What only those see who have signed in."""


class OperateConfig(AppConfig):
    name = "operate"
    verbose_name = _("Operation")

    def ready(self) -> None:
        from django.apps import apps
        from django.conf import settings

        from core.doctor import checks as doctors_checks
        from core.due import DueWork, due_work
        from core.health import health_parts
        from core.page_cache.changes import never_shown
        from core.today import needs
        from operate import checks
        from operate.back_ups import nightly, state
        from operate.cleaning import clear_sessions, purge_revisions
        from operate.health import worker
        from operate.letter import LETTER, write_letters
        from operate.links.needs import needs_of_links
        from operate.links.rounds import look_after_links
        from operate.schedule import keep_schedule
        from outbox.messages import messages

        hour, night = timedelta(hours=1), timedelta(days=1)
        due_work.add(DueWork("scheduled pages", keep_schedule, every=timedelta(seconds=10)))
        due_work.add(DueWork("old sessions", clear_sessions, every=night, once_for_all=True))
        due_work.add(DueWork("old revisions", purge_revisions, every=night, once_for_all=True))
        due_work.add(DueWork("links", look_after_links, every=night, once_for_all=True))
        if settings.BACK_UP_NIGHTLY:
            # Looked for by the hour: it tells itself whether the night has one.
            make = nightly.make_nightly
            due_work.add(DueWork(state.NAME, make, every=hour, once_for_all=True))
        due_work.add(DueWork("weekly letter", write_letters, every=hour, once_for_all=True))
        messages.add(LETTER)
        health_parts.add(worker)
        health_parts.add(state.back_up_part)
        for model in (*self.get_models(), *map(apps.get_model, OF_THE_ADMIN)):
            never_shown.add(model)
        needs.add(needs_of_links)
        for check in (*checks.CHECKS, state.CHECK):
            doctors_checks.add(check)
