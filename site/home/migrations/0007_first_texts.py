"""The standard pages of a site say something from the first day on; what editors wrote stays."""

import json
import uuid

from django.db import migrations

from home.first_texts import INTRODUCTIONS, STANDARD_PAGES

INTRODUCED = {
    "contact": ("people", "ContactPage"),
    "people": ("people", "PeoplePage"),
    "guides": ("guides", "GuideIndexPage"),
}


def fill(apps, schema_editor):
    Page = apps.get_model("wagtailcore", "Page")
    home = Page.objects.filter(url_path="/home/", depth=2).first()
    if home is None:
        return
    links = _links(apps, home)
    for slug, text in STANDARD_PAGES.items():
        page = _untouched(apps.get_model("home", "StandardPage"), home, slug)
        if page and not page.summary and not page.body.raw_data:
            blocks = [(kind, words.format(**links)) for kind, words in text.body]
            page.summary = text.summary
            page.body = json.dumps(
                [{"type": kind, "value": words, "id": str(uuid.uuid4())} for kind, words in blocks]
            )
            page.save()
    for slug, words in INTRODUCTIONS.items():
        page = _untouched(apps.get_model(*INTRODUCED[slug]), home, slug)
        if page and not page.intro:
            page.intro = words
            page.save()


def _untouched(model, home, slug):
    """Return a page of the site that nobody has edited; one with a draft would hide what it says."""
    pages = model.objects.filter(path__startswith=home.path, depth=home.depth + 1)
    return pages.filter(slug=slug, latest_revision=None).first()


def _links(apps, home):
    Page = apps.get_model("wagtailcore", "Page")
    contact = Page.objects.filter(
        path__startswith=home.path, content_type__model="contactpage"
    ).first()
    blog = Page.objects.filter(path__startswith=home.path, content_type__model="blogpage").first()
    return {
        "contact": f'<a linktype="page" id="{contact.pk}">write to us</a>' if contact else "ask us",
        "rules": '<a href="/comments/rules/">what becomes of what you write</a>',
        "send": f'<a href="/{blog.slug}/send/">the form of the blog</a>' if blog else "the blog",
    }


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0006_guides_and_pages"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
