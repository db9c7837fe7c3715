"""Pictures and files of the demonstration, put into the storage once each."""

from functools import cache

from django.core.files import File
from django.db.models.fields.files import FieldFile
from wagtail.documents import get_document_model
from wagtail.documents.models import AbstractDocument
from wagtail.images.models import Image

from operate.demonstration.items import HERE, remember


class Files:
    """Makes pictures and documents of what lies in media/, and notes what it wrote in `written`."""

    def __init__(self, written: list[FieldFile]):
        self._written = written
        self.image = cache(self._image)
        self.document = cache(self._document)

    def _image(self, name: str) -> Image:
        image = Image(title=_title(name))
        with (HERE / "media" / f"{name}.png").open("rb") as file:
            image.file.save(f"{name}.png", File(file), save=False)
        self._written.append(image.file)
        image.save()
        return remember(image)

    def _document(self, name: str) -> AbstractDocument:
        path = HERE / "media" / name
        document = get_document_model()(title=_title(path.stem), file_size=path.stat().st_size)
        with path.open("rb") as file:
            document.file.save(name, File(file), save=False)
        self._written.append(document.file)
        document.save()
        return remember(document)


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()
