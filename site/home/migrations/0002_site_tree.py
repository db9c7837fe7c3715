"""Every site begins with a home page and an empty chat archive in place of Wagtail's welcome."""

from django.db import migrations

HOME_PATH = "00010001"


def plant(apps, schema_editor):
    content_type = apps.get_model("contenttypes", "ContentType").objects.get_or_create
    locale = apps.get_model("wagtailcore", "Locale").objects.first()
    Page = apps.get_model("wagtailcore", "Page")
    Site = apps.get_model("wagtailcore", "Site")

    Page.objects.filter(path=HOME_PATH).delete()
    home = apps.get_model("home", "HomePage").objects.create(
        title="Desk to Desk",
        draft_title="Desk to Desk",
        slug="home",
        path=HOME_PATH,
        depth=2,
        numchild=1,
        url_path="/home/",
        content_type=content_type(app_label="home", model="homepage")[0],
        locale=locale,
    )
    apps.get_model("chats", "ChatArchivePage").objects.create(
        title="Community chats",
        draft_title="Community chats",
        slug="chats",
        path=HOME_PATH + "0001",
        depth=3,
        numchild=0,
        url_path="/home/chats/",
        content_type=content_type(app_label="chats", model="chatarchivepage")[0],
        locale=locale,
        show_in_menus=True,
    )
    Page.objects.filter(depth=1).update(numchild=1)
    Site.objects.all().delete()
    Site.objects.create(
        hostname="localhost", site_name="Desk to Desk", root_page_id=home.pk, is_default_site=True
    )


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0001_initial"),
        ("chats", "0001_initial"),
        ("wagtailcore", "0040_page_draft_title"),
    ]

    operations = [migrations.RunPython(plant, migrations.RunPython.noop)]
