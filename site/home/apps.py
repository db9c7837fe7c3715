from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    name = "home"
    verbose_name = _("Home")

    def ready(self) -> None:
        from core.findable import findables
        from home.findable import STANDARD_PAGES
        from home.front import search_examples
        from search.offers import examples

        findables.add(STANDARD_PAGES)
        examples.add(search_examples)
