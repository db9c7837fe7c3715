"""What roles may do with announcements, their lists and subscribers."""

from django.db import migrations

EVERY_ACTION = ("add", "change", "delete", "view")
WRITERS = ["Administrators", "Editors"]
RIGHTS = {
    **{
        f"{action}_{model}": (model, WRITERS)
        for model in ("announcement", "announcementlist")
        for action in EVERY_ACTION
    },
    "send_announcement": ("announcement", WRITERS),
    "view_subscriber": ("subscriber", ["Administrators"]),
    "change_subscriber": ("subscriber", ["Administrators"]),
}
NAMES = {"send_announcement": "Can send announcements"}


def grant(apps, schema_editor):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for codename, (model, roles) in RIGHTS.items():
        content_type, _created = ContentType.objects.get_or_create(app_label="updates", model=model)
        words = codename.replace("announcementlist", "announcement list").replace("_", " ")
        permission, _created = Permission.objects.get_or_create(
            content_type=content_type,
            codename=codename,
            defaults={"name": NAMES.get(codename, f"Can {words}")},
        )
        for group in Group.objects.filter(name__in=roles):
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("operate", "0008_event_roles"),
        ("updates", "0001_initial"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
