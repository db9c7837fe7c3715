"""What roles may do with the glossary and the report of searches."""

from django.db import migrations

ROLES = ["Administrators", "Editors"]
RIGHTS = {
    ("glossaryterm", "glossary term"): ["add", "change", "delete", "view"],
    ("searchedwords", "searched words"): ["view"],
}


def grant(apps, schema_editor):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for (model, name), actions in RIGHTS.items():
        content_type, _created = ContentType.objects.get_or_create(app_label="search", model=model)
        for action in actions:
            permission, _created = Permission.objects.get_or_create(
                content_type=content_type,
                codename=f"{action}_{model}",
                defaults={"name": f"Can {action} {name}"},
            )
            for group in Group.objects.filter(name__in=ROLES):
                group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("operate", "0003_worker"),
        ("search", "0001_initial"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
