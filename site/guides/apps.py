from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GuidesConfig(AppConfig):
    name = "guides"
    verbose_name = _("Guides")

    def ready(self) -> None:
        from core import offers
        from core.findable import findables
        from core.page_cache.changes import never_shown
        from core.today import needs as todays_needs
        from guides import findable, needs, news, signals
        from guides.changes import note_change
        from guides.hits import show_guides
        from guides.models import Feedback, GuidePage
        from search.showing import Showing, showings
        from updates.following import followables
        from updates.sources import sources

        offers.page_saved.add(note_change)
        findables.add(findable.GUIDES)
        never_shown.add(Feedback)
        showings.add(Showing(GuidePage, show_guides))
        todays_needs.add(needs.needs_of_guides)
        sources.add(news.CHANGES)
        for followable in news.FOLLOWED:
            followables.add(followable)
        signals.connect()
