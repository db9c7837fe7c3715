"""Publishing and expiry at the time that an editor set.

Wagtail's `publish_scheduled` ends at the first page that fails, saves an expired page past
`BasePage.save()`, and drops the version that waits to follow it.
"""

from collections.abc import Callable, Iterator

from django.apps import apps
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from wagtail.models import DraftStateMixin, Page, Revision


def keep_schedule() -> None:
    """Publish and take down what is due, each in a transaction of its own.

    Raises ExceptionGroup, once all were tried, with what kept some from it.
    """
    now = timezone.now()
    to_publish = Revision.objects.filter(approved_go_live_at__lte=now)
    # Published first: what came too late for both is then not left public.
    faults = _do_each(to_publish.order_by("approved_go_live_at"), _publish)
    for model in _models_with_drafts():
        to_take_down = model.objects.filter(live=True, expire_at__lte=now)
        faults |= _do_each(to_take_down.order_by("expire_at"), _take_down)
    if faults:
        raise ExceptionGroup(f"not as scheduled: {', '.join(faults)}", list(faults.values()))


def _models_with_drafts() -> Iterator[type[DraftStateMixin]]:
    yield Page
    for model in apps.get_models():
        if issubclass(model, DraftStateMixin) and not issubclass(model, Page):
            yield model


def _do_each(due: QuerySet, act: Callable[[DraftStateMixin | Revision], None]) -> dict:
    """Return the exception of each that failed, by what it is."""
    faults = {}
    for pk in list(due.values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                # Asked again under a lock: another worker may have been here first.
                if item := due.select_for_update().filter(pk=pk).first():
                    act(item)
        except Exception as error:
            faults[f"{due.model._meta.label} {pk}"] = error
    return faults


def _publish(revision: Revision) -> None:
    revision.publish(log_action="wagtail.publish.scheduled")


def _take_down(item: DraftStateMixin) -> None:
    waiting = item.revisions.filter(approved_go_live_at__isnull=False)
    go_live_at = dict(waiting.values_list("pk", "approved_go_live_at"))
    whole = getattr(item, "specific", item)
    whole.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
    for pk, moment in go_live_at.items():
        Revision.objects.filter(pk=pk).update(approved_go_live_at=moment)
