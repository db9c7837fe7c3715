"""Images as they come in, and what the worker makes of them."""

from io import BytesIO

from django.core.files.images import ImageFile
from PIL import Image as Pixels
from wagtail.images.models import Image

from core.picture_making import make_next


def content(kind: str = "PNG", size: tuple[int, int] = (1600, 900), mode: str = "RGB", **options):
    """Return a file of one colour. `options` are those of Pillow's `save`."""
    written = BytesIO()
    Pixels.new(mode, size, "#851e5f").save(written, kind, **options)
    return written.getvalue()


def make_image(name: str = "box.png", file: bytes | None = None, **fields) -> Image:
    file = ImageFile(BytesIO(content() if file is None else file), name)
    return Image.objects.create(**{"title": "A box", "file": file, **fields})


def make_all_sizes() -> None:
    """Do what the worker does after an upload."""
    while make_next():
        pass
