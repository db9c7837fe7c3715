"""Every site begins with guides, people, a committee, a way to write, and its standard pages."""

from django.db import migrations

PAGES = [
    # slug, title, app, model, whether it stands at the head of every page
    ("guides", "Guides", "guides", "guideindexpage", True),
    ("people", "People", "people", "peoplepage", True),
    ("about", "About", "home", "standardpage", False),
    ("committee", "Committee", "people", "committeepage", False),
    ("contact", "Contact", "people", "contactpage", False),
    ("privacy", "Privacy", "home", "standardpage", False),
    ("accessibility", "Accessibility", "home", "standardpage", False),
]
SITE_TREE_BEGINS = "000100010004"


def plant(apps, schema_editor):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Page = apps.get_model("wagtailcore", "Page")
    home = Page.objects.filter(url_path="/home/", depth=2).first()
    if home is None:
        return
    children = Page.objects.filter(path__startswith=home.path, depth=3)
    taken = set(children.values_list("slug", flat=True))
    last = children.order_by("path").last()
    path = _before(SITE_TREE_BEGINS) if last is None else last.path
    path = max(path, _before(SITE_TREE_BEGINS))
    planted = 0
    for slug, title, app, model, in_menus in PAGES:
        if slug in taken:
            continue
        path = _moved(path, 1)
        planted += 1
        content_type, _made = ContentType.objects.get_or_create(app_label=app, model=model)
        apps.get_model(app, model).objects.create(
            title=title,
            draft_title=title,
            slug=slug,
            path=path,
            depth=3,
            numchild=0,
            url_path=f"{home.url_path}{slug}/",
            content_type=content_type,
            locale_id=home.locale_id,
            show_in_menus=in_menus,
        )
    Page.objects.filter(pk=home.pk).update(numchild=home.numchild + planted)


def _before(path):
    return _moved(path, -1)


def _moved(path, steps):
    """Return the path of a sibling so many steps on: four digits to the base 36 (treebeard)."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    number = int(path[-4:], 36) + steps
    place = ""
    for _place in range(4):
        number, digit = divmod(number, 36)
        place = digits[digit] + place
    return path[:-4] + place


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0005_frame_and_standard_pages"),
        ("guides", "0001_initial"),
        ("people", "0002_pages_and_subjects"),
        ("wagtailcore", "0040_page_draft_title"),
    ]

    operations = [migrations.RunPython(plant, migrations.RunPython.noop)]
