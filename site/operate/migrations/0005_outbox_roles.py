"""What roles may do with mail and addresses."""

from django.db import migrations

RIGHTS = {
    ("mail", "mail"): ["change", "view"],
    ("address", "address"): ["change", "view"],
    ("letterhead", "letterhead of mails"): ["change"],
}


def grant(apps, schema_editor):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for (model, name), actions in RIGHTS.items():
        content_type, _created = ContentType.objects.get_or_create(app_label="outbox", model=model)
        for action in actions:
            permission, _created = Permission.objects.get_or_create(
                content_type=content_type,
                codename=f"{action}_{model}",
                defaults={"name": f"Can {action} {name}"},
            )
            for group in Group.objects.filter(name="Administrators"):
                group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("operate", "0004_search_roles"),
        ("outbox", "0001_initial"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
