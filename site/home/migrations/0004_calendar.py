"""Every site begins with a calendar beside its archive and its blog."""

from django.db import migrations

SITE_TREE_BEGINS = "000100010003"


def plant(apps, schema_editor):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Page = apps.get_model("wagtailcore", "Page")
    home = Page.objects.filter(url_path="/home/", depth=2).first()
    if home is None or Page.objects.filter(path__startswith=home.path, depth=3, slug="events"):
        return
    last = Page.objects.filter(path__startswith=home.path, depth=3).order_by("path").last()
    is_new = last is None or last.path < SITE_TREE_BEGINS
    path = SITE_TREE_BEGINS if is_new else _next(last.path)
    content_type, _made = ContentType.objects.get_or_create(
        app_label="events", model="calendarpage"
    )
    apps.get_model("events", "CalendarPage").objects.create(
        title="Events",
        draft_title="Events",
        slug="events",
        path=path,
        depth=3,
        numchild=0,
        url_path=f"{home.url_path}events/",
        content_type=content_type,
        locale_id=home.locale_id,
        show_in_menus=True,
    )
    Page.objects.filter(pk=home.pk).update(numchild=home.numchild + 1)


def _next(path):
    """Return the path of the next sibling: four digits to the base 36 (treebeard)."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    number = int(path[-4:], 36) + 1
    step = ""
    for _place in range(4):
        number, digit = divmod(number, 36)
        step = digits[digit] + step
    return path[:-4] + step


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0003_blog"),
        ("events", "0001_initial"),
        ("wagtailcore", "0040_page_draft_title"),
    ]

    operations = [migrations.RunPython(plant, migrations.RunPython.noop)]
