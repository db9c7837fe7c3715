"""What roles may do with comments on every page, and with their rules."""

from django.db import migrations

RIGHTS = {
    ("comment", "moderate_comment", "Can moderate comments on every page"): [
        "Administrators",
        "Moderators",
    ],
    ("commentsettings", "change_commentsettings", "Can change rules of comments"): [
        "Administrators",
    ],
}


def grant(apps, schema_editor):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for (model, codename, name), roles in RIGHTS.items():
        content_type, _created = ContentType.objects.get_or_create(
            app_label="comments", model=model
        )
        permission, _created = Permission.objects.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )
        for group in Group.objects.filter(name__in=roles):
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("operate", "0005_outbox_roles"),
        ("comments", "0001_initial"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
