from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperateConfig(AppConfig):
    name = "operate"
    verbose_name = _("Operation")
