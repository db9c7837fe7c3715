from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    name = "home"
    verbose_name = _("Home")

    def ready(self) -> None:
        from core.findable import findables
        from core.page_cache.clock import next_changes
        from home.findable import STANDARD_PAGES
        from home.front import search_examples
        from home.models.frame import next_notice
        from search.offers import examples

        findables.add(STANDARD_PAGES)
        next_changes.add(next_notice)
        examples.add(search_examples)
