from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "search"
    verbose_name = _("Search")

    def ready(self) -> None:
        from core import offers
        from core.due import DueWork, due_work
        from core.health import health_parts
        from core.page_cache.changes import never_shown
        from search import asked, following, signals
        from search.entries import refresh_object
        from search.models import Change, SearchedWords

        offers.page_saved.add(refresh_object)
        signals.connect()
        due_work.add(DueWork("search index", following.drain, every=timedelta(seconds=1)))
        due_work.add(
            DueWork("search catch-up", following.catch_up, every=timedelta(hours=6), at_start=True)
        )
        due_work.add(
            DueWork("search tidying", following.tidy, every=timedelta(days=1), once_for_all=True)
        )
        due_work.add(DueWork("searches counted", asked.gather, every=timedelta(seconds=60)))
        due_work.add(
            DueWork("searches forgotten", asked.forget, every=timedelta(days=1), once_for_all=True)
        )
        health_parts.add(following.index)
        for model in (Change, SearchedWords):
            never_shown.add(model)
