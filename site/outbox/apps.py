from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    name = "outbox"
    verbose_name = _("Mail")

    def ready(self) -> None:
        from anymail.signals import tracking
        from django.conf import settings

        from core.doctor import checks as doctors_checks
        from core.due import DueWork, due_work
        from core.health import health_parts
        from core.page_cache.changes import never_shown
        from core.personal_data import PersonalData, personal_data
        from core.today import needs as todays_needs
        from outbox import checks, keeping, needs, purging, sending, status
        from outbox.bounces import mailbox, webhook
        from outbox.messages import messages
        from outbox.models import Address, Batch, Mail, Outlet
        from outbox.trouble import TROUBLE

        due_work.add(DueWork("mail", sending.send_due, every=timedelta(seconds=1)))
        due_work.add(DueWork("old mail", purging.purge, every=timedelta(days=1), once_for_all=True))
        if settings.BOUNCE_MAILBOX:
            every = timedelta(minutes=5)
            look = mailbox.look_for_notices
            due_work.add(DueWork("bounces", look, every=every, once_for_all=True))
        tracking.connect(webhook.note)
        for model in (Address, Batch, Mail, Outlet):
            never_shown.add(model)
        health_parts.add(status.mail)
        personal_data.add(PersonalData("mail", keeping.export_address, keeping.erase_address))
        todays_needs.add(needs.needs_of_mail)
        messages.add(TROUBLE)
        messages.add(checks.TEST_MAIL)
        for check in checks.CHECKS:
            doctors_checks.add(check)
