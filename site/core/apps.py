from datetime import timedelta

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core.due import DueWork, due_work
        from core.throttling import forget_tallies

        night = timedelta(days=1)
        due_work.add(DueWork("old tallies", forget_tallies, every=night, once_for_all=True))
