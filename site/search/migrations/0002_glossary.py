"""A beginning of the glossary: names that mean the same at every interlibrary loan desk.

Editors change and delete them as their own. Plurals need no line here: searches know them.
"""

from django.db import migrations

GLOSSARY = {
    "audiobook": ["recorded book", "book on CD"],
    "AV": ["audiovisual", "audio-visual"],
    "borrower": ["borrowing library", "requester", "requesting library"],
    "call number": ["shelfmark"],
    "catalog": ["catalogue"],
    "CCG": ["conforms to copyright guidelines"],
    "CCL": ["conforms to copyright law"],
    "consortium": ["consortia"],
    "document delivery": ["docdel", "doc del"],
    "e-book": ["ebook", "electronic book", "digital book"],
    "e-journal": ["ejournal", "electronic journal"],
    "IFM": ["ILL Fee Management", "interlibrary loan fee management"],
    "ILL": ["interlibrary loan", "interlibrary lending", "interloan"],
    "journal": ["periodical"],
    "lender": ["lending library", "supplier", "supplying library"],
    "LVIS": ["Libraries Very Interested in Sharing"],
    "OCLC number": ["OCN", "OCLC control number"],
    "overdue": ["past due"],
    "renewal": ["loan extension"],
    "rule of five": ["rule of 5", "suggestion of five", "CONTU guidelines"],
    "thesis": ["dissertation"],
}


def plant(apps, schema_editor):
    GlossaryTerm = apps.get_model("search", "GlossaryTerm")
    for term, names in GLOSSARY.items():
        GlossaryTerm.objects.get_or_create(term=term, defaults={"also": "\n".join(names)})


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]

    operations = [migrations.RunPython(plant, migrations.RunPython.noop)]
