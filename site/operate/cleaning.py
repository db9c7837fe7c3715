"""What a site may forget."""

from datetime import timedelta

from django.core.management import call_command
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from wagtail.models import Revision, WorkflowState

REVISIONS_KEPT_FOR = timedelta(days=2 * 365)
REVISIONS_AT_ONCE = 100
# What Wagtail calls, on every model that has revisions, those it goes on from.
IN_USE_AS = ("latest_revision", "live_revision")


def clear_sessions() -> None:
    call_command("clearsessions")


def purge_revisions() -> bool:
    """Delete some old revisions that nothing goes on from; return whether there are more.

    The newest stays, and the live one, what is scheduled and what is in a workflow. Wagtail's
    `purge_revisions` deletes the live one under a draft: a new schedule then takes the page down.
    """
    purgeable = list(_purgeable()[:REVISIONS_AT_ONCE])
    for revision in purgeable:
        # Wagtail moves comments to the next revision first.
        with transaction.atomic():
            revision.delete()
    return len(purgeable) == REVISIONS_AT_ONCE


def _purgeable() -> QuerySet:
    in_workflow = Q(
        task_states__workflow_state__status__in=[
            WorkflowState.STATUS_IN_PROGRESS,
            WorkflowState.STATUS_NEEDS_CHANGES,
        ]
    )
    old = Revision.objects.filter(created_at__lt=timezone.now() - REVISIONS_KEPT_FOR)
    unused = old.filter(approved_go_live_at=None).exclude(in_workflow)
    return unused.exclude(_in_use()).defer("content").order_by("pk")


def _in_use() -> Q:
    in_use = Q()
    for relation in Revision._meta.get_fields(include_hidden=True):
        if relation.auto_created and relation.is_relation and relation.field.name in IN_USE_AS:
            name = relation.field.name
            used = relation.related_model._base_manager.exclude(**{name: None})
            in_use |= Q(pk__in=used.values(name))
    return in_use
