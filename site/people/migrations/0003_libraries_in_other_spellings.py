"""Libraries are known in other spellings too, and a person may be of one."""

import re

from django.db import migrations, models

from core.text import folded


def note_spellings(apps, schema_editor):
    Library = apps.get_model("people", "Library")
    for library in Library.objects.only("name", "town"):
        words = re.findall(r"\w+", folded(f"{library.name} {library.town}"))
        library.spellings = "".join(f" {word}" for word in words)
        library.save(update_fields=["spellings"])


class Migration(migrations.Migration):
    dependencies = [("people", "0002_pages_and_subjects")]

    operations = [
        migrations.AddField(
            model_name="library",
            name="also",
            field=models.TextField(
                blank=True,
                help_text="What people write for it, each on a line: “Saltbury PL”.",
                verbose_name="other spellings",
            ),
        ),
        migrations.AddField(
            model_name="library",
            name="spellings",
            field=models.TextField(default="", editable=False),
        ),
        migrations.AddField(
            model_name="person",
            name="library",
            field=models.CharField(
                blank=True,
                help_text="Where it is not the team’s own.",
                max_length=100,
                verbose_name="library",
            ),
        ),
        migrations.RunPython(note_spellings, migrations.RunPython.noop),
    ]
