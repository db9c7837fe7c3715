from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from django.apps import apps

        from accounts import checks, mails, owning
        from accounts.sealing import seal_all
        from core.doctor import checks as doctors_checks
        from core.due import DueWork, due_work
        from core.page_cache.changes import never_shown
        from core.personal_data import PersonalData, personal_data
        from outbox.messages import messages

        for config in apps.get_app_configs():
            if config is self or config.name.startswith("allauth."):
                for model in config.get_models():
                    never_shown.add(model)
        for message in mails.MESSAGES:
            messages.add(message)
        personal_data.add(PersonalData("account", owning.export_account, owning.erase_account))
        for check in checks.CHECKS:
            doctors_checks.add(check)
        hour = timedelta(hours=1)
        due_work.add(DueWork("second steps", seal_all, every=hour, at_start=True))
