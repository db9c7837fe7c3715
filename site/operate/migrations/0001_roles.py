"""Ready-made roles. What a role may do with parts that come later is granted by their migrations."""

from django.db import migrations

PAGE = ["add_page", "change_page", "publish_page", "bulk_delete_page", "lock_page", "unlock_page"]
SNIPPETS = [("people", "person"), ("people", "team"), ("people", "library")]
FILES = [
    ("wagtailimages", "image"),
    ("wagtaildocs", "document"),
    ("wagtailmedia", "media"),
]

PAGES_OF_ROLE = {
    "Administrators": ("root", PAGE),
    "Editors": ("root", ["add_page", "change_page", "publish_page"]),
    "Moderators": ("root", []),
    "Organisers": ("root", []),
    "Guest hosts": ("archive", ["add_page"]),
}
MODELS_OF_ROLE = {
    "Administrators": [
        *SNIPPETS,
        ("accounts", "user"),
        ("auth", "group"),
        ("wagtailcore", "site"),
        ("wagtailredirects", "redirect"),
    ],
    "Editors": [*SNIPPETS, ("wagtailredirects", "redirect")],
}
FILES_OF_ROLE = {
    "Administrators": ["add", "change", "delete", "choose"],
    "Editors": ["add", "change", "choose"],
    "Organisers": ["add", "choose"],
    "Guest hosts": ["add", "choose"],
}


def grant(apps, schema_editor):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Group = apps.get_model("auth", "Group")
    Page = apps.get_model("wagtailcore", "Page")
    Permission = apps.get_model("auth", "Permission")
    GroupPagePermission = apps.get_model("wagtailcore", "GroupPagePermission")
    GroupCollectionPermission = apps.get_model("wagtailcore", "GroupCollectionPermission")
    root = {
        "root": Page.objects.get(depth=1),
        "archive": Page.objects.get(url_path="/home/chats/"),
    }
    files = apps.get_model("wagtailcore", "Collection").objects.get(depth=1)

    def permission(app_label, model, action):
        content_type, _created = ContentType.objects.get_or_create(app_label=app_label, model=model)
        codename = action if "_" in action else f"{action}_{model}"
        return Permission.objects.get_or_create(
            content_type=content_type,
            codename=codename,
            defaults={"name": f"Can {codename.replace('_', ' ')}"},
        )[0]

    for name, (page, page_actions) in PAGES_OF_ROLE.items():
        group, _created = Group.objects.get_or_create(name=name)
        GroupPagePermission.objects.filter(group=group).delete()
        GroupCollectionPermission.objects.filter(group=group).delete()
        group.permissions.set([permission("wagtailadmin", "admin", "access_admin")])
        for action in page_actions:
            GroupPagePermission.objects.create(
                group=group, page=root[page], permission=permission("wagtailcore", "page", action)
            )
        for app_label, model in MODELS_OF_ROLE.get(name, []):
            for action in ("add", "change", "delete", "view"):
                group.permissions.add(permission(app_label, model, action))
        for app_label, model in FILES:
            for action in FILES_OF_ROLE.get(name, []):
                GroupCollectionPermission.objects.create(
                    group=group, collection=files, permission=permission(app_label, model, action)
                )


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0002_site_tree"),
        ("people", "0001_initial"),
        ("accounts", "0001_initial"),
        # Each of these makes permissions of its own by name and stumbles over ready-made ones.
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtaildocs", "0012_uploadeddocument"),
        ("wagtailimages", "0025_alter_image_file_alter_rendition_file"),
        ("wagtailmedia", "0004_duration_optional_floatfield"),
        ("wagtailredirects", "0008_add_verbose_name_plural"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
