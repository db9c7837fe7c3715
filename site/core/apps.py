from datetime import timedelta

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from django.db.backends.signals import connection_created

        from core import media, signals
        from core.doctor import checks
        from core.due import DueWork, due_work
        from core.models import PictureState, Tally
        from core.page_cache.changes import never_shown, watch
        from core.page_cache.clock import purge_in_time
        from core.page_cache.stores import current_store
        from core.picture_making import make_next
        from core.throttling import forget_tallies

        connection_created.connect(watch)
        signals.connect()
        checks.add(media.CHECK)
        for model in (PictureState, Tally):
            never_shown.add(model)
        second, minute, night = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
        due_work.add(DueWork("pages in time", purge_in_time, every=second))
        due_work.add(DueWork("ended pages", lambda: current_store().forget_ended(), every=minute))
        due_work.add(DueWork("pictures", make_next, every=second))
        due_work.add(DueWork("old tallies", forget_tallies, every=night, once_for_all=True))
