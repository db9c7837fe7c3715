"""What was public before there were updates is no news: correcting it tells nobody."""

from collections.abc import Iterator

from django.db import migrations
from django.db.models import Q
from django.utils import timezone

AT_ONCE = 500


def keep_silent(apps, schema_editor):
    Notice = apps.get_model("updates", "Notice")
    now = timezone.now()
    for source, pks in _public(apps):
        known = set(Notice.objects.filter(source=source).values_list("object_id", flat=True))
        notices = (
            Notice(source=source, object_id=pk, due_at=None, spread_at=now)
            for pk in pks
            if pk not in known
        )
        Notice.objects.bulk_create(notices, batch_size=AT_ONCE)


def _public(apps) -> Iterator[tuple[str, list[int]]]:
    """Yield the names of models with the keys of what is public of them, and news."""
    PostPage = apps.get_model("blog", "PostPage")
    EventPage = apps.get_model("events", "EventPage")
    ChatPage = apps.get_model("chats", "ChatPage")
    kept_here = Q(recording_file__isnull=False) | Q(audio_file__isnull=False)
    recorded = ChatPage.objects.filter(~Q(recording_url="") | kept_here, outcome="")
    for source, pages in (
        ("blog.postpage", PostPage.objects.all()),
        ("events.eventpage", EventPage.objects.all()),
        ("chats.chatpage", recorded),
    ):
        yield source, list(pages.filter(live=True).order_by("pk").values_list("pk", flat=True))


class Migration(migrations.Migration):
    dependencies = [
        ("operate", "0009_update_roles"),
        ("updates", "0001_initial"),
        ("blog", "0003_event_blocks"),
        ("chats", "0004_chatpage_discussion_state"),
        ("events", "0001_initial"),
    ]

    operations = [migrations.RunPython(keep_silent, migrations.RunPython.noop)]
