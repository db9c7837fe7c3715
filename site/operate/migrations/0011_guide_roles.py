"""What roles may do with what guides hang on, with feedback, and with the frame of the site."""

from django.db import migrations

EVERY_ACTION = ("add", "change", "delete", "view")
WRITERS = ["Administrators", "Editors"]
RIGHTS = [
    ("people", "subject", EVERY_ACTION, WRITERS),
    ("guides", "audience", EVERY_ACTION, WRITERS),
    ("guides", "sharedtext", EVERY_ACTION, WRITERS),
    ("guides", "feedback", ("change", "view"), WRITERS),
    ("home", "navigation", ("change",), WRITERS),
    ("home", "noticebar", ("change",), WRITERS),
]


def grant(apps, schema_editor):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for app_label, model, actions, roles in RIGHTS:
        content_type, _created = ContentType.objects.get_or_create(app_label=app_label, model=model)
        words = apps.get_model(app_label, model)._meta.verbose_name
        for action in actions:
            permission, _created = Permission.objects.get_or_create(
                content_type=content_type,
                codename=f"{action}_{model}",
                defaults={"name": f"Can {action} {words}"},
            )
            for group in Group.objects.filter(name__in=roles):
                group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("operate", "0010_silent_notices"),
        ("guides", "0001_initial"),
        ("home", "0005_frame_and_standard_pages"),
        ("people", "0002_pages_and_subjects"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
