"""What roles may do with events, their kinds and series, and with the rules of all."""

from django.db import migrations

EVERY_ACTION = ("add", "change", "delete", "view")
RIGHTS = {
    **{
        f"{action}_{model}": (model, ["Administrators", "Editors"])
        for model in ("kind", "series")
        for action in EVERY_ACTION
    },
    "change_eventsettings": ("eventsettings", ["Administrators"]),
}
OF_ORGANISERS = ["add_page", "publish_page"]
"""Who may add pages may edit their own."""


def grant(apps, schema_editor):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for codename, (model, roles) in RIGHTS.items():
        content_type, _created = ContentType.objects.get_or_create(app_label="events", model=model)
        permission, _created = Permission.objects.get_or_create(
            content_type=content_type,
            codename=codename,
            defaults={"name": f"Can {codename.replace('_', ' ')}"},
        )
        for group in Group.objects.filter(name__in=roles):
            group.permissions.add(permission)
    let_organisers_in(apps)


def let_organisers_in(apps):
    GroupPagePermission = apps.get_model("wagtailcore", "GroupPagePermission")
    group = apps.get_model("auth", "Group").objects.filter(name="Organisers").first()
    calendar = apps.get_model("events", "CalendarPage").objects.first()
    if group is None or calendar is None:
        return
    rights = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="wagtailcore", codename__in=OF_ORGANISERS
    )
    for right in rights:
        GroupPagePermission.objects.get_or_create(
            group=group, page_id=calendar.pk, permission=right
        )


class Migration(migrations.Migration):
    dependencies = [
        ("operate", "0007_blog_roles"),
        ("events", "0001_initial"),
        ("home", "0004_calendar"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
