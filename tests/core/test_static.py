import re

import pytest
from django.conf import settings as site_settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from core.static import join_imports


def joined(sheets: dict[str, str], name: str = "css/site.css") -> str:
    return join_imports(name, sheets.__getitem__)


def test_imports_come_in_place_and_in_order():
    sheets = {
        "css/site.css": '@import "one.css";\n@import url("two.css");\nc {}',
        "css/one.css": "a {}",
        "css/two.css": "b {}",
    }
    assert joined(sheets) == "a {}\nb {}\nc {}"


def test_an_import_may_import():
    sheets = {
        "css/site.css": '@import "components/all.css";',
        "css/components/all.css": '@import "button.css";\n@import url("../tokens.css");',
        "css/components/button.css": "button {}",
        "css/tokens.css": ":root {}",
    }
    assert joined(sheets) == "button {}\n:root {}"


def test_addresses_move_along():
    sheets = {
        "css/site.css": '@import "components/all.css";\nb { background: url(mark.svg) }',
        "css/components/all.css": "a { background: url('../../img/a.png') }",
    }
    assert joined(sheets) == (
        'a { background: url("../img/a.png") }\nb { background: url("mark.svg") }'
    )


@pytest.mark.parametrize("address", ["data:image/png;base64,AA", "https://a.example/b", "/c", "#d"])
def test_addresses_without_a_folder_stay(address):
    sheets = {
        "css/site.css": '@import "components/all.css";',
        "css/components/all.css": f"a {{ mask: url({address}) }}",
    }
    assert joined(sheets) == sheets["css/components/all.css"]


def test_a_missing_sheet_is_named():
    with pytest.raises(ImproperlyConfigured, match=r"css/gone\.css is imported and missing"):
        joined({"css/site.css": '@import "gone.css";'})


def test_an_import_that_cannot_be_joined_is_named():
    sheets = {"css/site.css": '@import "print.css" print;', "css/print.css": ""}
    with pytest.raises(ImproperlyConfigured, match=r"css/site\.css: write imports as"):
        joined(sheets)


@pytest.fixture
def collected(settings, tmp_path):
    """The site's own static files, collected twice as on a server that is brought up to date."""
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "core.static.SiteStaticStorage"},
    }
    for _ in range(2):
        call_command("collectstatic", verbosity=0, interactive=False)
    return tmp_path


def test_the_site_has_one_hashed_style_sheet(collected):
    address = staticfiles_storage.url("css/site.css")
    assert re.fullmatch(r"/static/css/site\.[0-9a-f]{12}\.css", address)
    sheet = collected / address.removeprefix("/static/")
    text = sheet.read_text()
    assert "@import" not in text
    for source in (site_settings.ROOT / "static/css/components").glob("*.css"):
        first_rule = next(line for line in source.read_text().splitlines() if line.endswith("{"))
        assert first_rule in text
    assert sheet.with_suffix(".css.gz").exists()


def test_every_address_in_the_style_sheet_leads_to_a_hashed_file(collected):
    address = staticfiles_storage.url("css/site.css")
    sheet = collected / address.removeprefix("/static/")
    addresses = re.findall(r"url\(\s*[\"']?(?!data:|#)([^\"')]+)", sheet.read_text())
    assert addresses
    for target in addresses:
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", target)
        assert (sheet.parent / target).resolve().is_file()
