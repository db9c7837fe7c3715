"""What the demonstration has made, and how it finds what is here already."""

import tomllib
from collections.abc import Iterable
from pathlib import Path

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from operate.models import DemonstrationItem

HERE = Path(__file__).parent


def read(name: str) -> dict:
    return tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))


def given(entry: dict, names: list[str]) -> dict:
    return {name: entry[name] for name in names if name in entry}


def find_or_make(model: type[Model], name: str, **values) -> Model:
    """Return the one of that name, in any case of its letters, else one made and remembered."""
    found = model.objects.filter(name__iexact=name).first()
    return found or remember(model.objects.create(name=name, **values))


def remember(item: Model) -> Model:
    DemonstrationItem.objects.create(item=item)
    return item


def loaded(model: type[Model]) -> Iterable[int]:
    content_type = ContentType.objects.get_for_model(model)
    items = DemonstrationItem.objects.filter(content_type=content_type)
    return items.values_list("object_id", flat=True)
