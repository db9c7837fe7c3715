"""The worker makes every size and format of an image (core.pictures) once it has come in.

Each format is made and committed by itself, JPEG first, which is there in a moment. Measured on one
core: a photo of 12 megapixels takes 2 s, one of them for AVIF, and 80 MB while that lasts, in a
process that ends with it. So AVIF is worth it on the smallest server: what a reader loads is a
sixth to a third smaller than as WebP, and nobody waits for it. Pillow's own speed of 6 is kept; 8
takes a third of the time for files that are a seventh larger, and those are sent for years.
"""

import logging
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import TYPE_CHECKING

from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from wagtail.images.models import AbstractImage, AbstractRendition, Filter, Image

from core.apart import apart
from core.logs import mask
from core.models import PictureState
from core.pictures import FILTERS, VERSION, format_of

if TYPE_CHECKING:
    from core.picture_cutting import Cut, Made

logger = logging.getLogger(__name__)

PAUSES = (timedelta(minutes=1), timedelta(hours=1))
"""Until an image is tried again that failed, or at which a worker was killed; then it is left."""
LONGEST_PROBLEM = PictureState._meta.get_field("problem").max_length


def due() -> QuerySet[Image]:
    """Images of which something is still to be made, the newest first."""
    seen_to = PictureState.objects.filter(image=OuterRef("pk"), version=VERSION).filter(
        Q(due_at=None) | Q(due_at__gt=timezone.now())
    )
    return Image.objects.filter(~Exists(seen_to)).order_by("-pk")


def make_next() -> bool:
    """Make one format of the newest image that lacks one. Returns whether there may be more.

    An image that cannot be read is noted and tried again later, a few times.
    """
    image = due().prefetch_related("renditions").first()
    if image is None:
        return False
    there = set(image.find_existing_renditions(*FILTERS.values()).values())
    _drop_stale(image, there)
    if not _claim(image):
        return True
    try:
        _make_one_format(image, {one.filter_spec for one in there})
    except DatabaseError:
        raise
    # A broken picture makes Pillow raise nearly anything, SyntaxError among it.
    except Exception as error:
        problem = mask(f"{type(error).__name__}: {error}")[:LONGEST_PROBLEM]
        logger.warning("No sizes were made of image %d: %s", image.pk, problem)
        PictureState.objects.filter(pk=image.pk).update(problem=problem)
    return True


def begin_anew(image_pk: int) -> None:
    """See to an image that was changed or lost a size. What is being made of it is dropped."""
    PictureState.objects.filter(pk=image_pk).delete()


def _drop_stale(image: AbstractImage, there: set[AbstractRendition]) -> None:
    """Take away what was cut for a focal point that the image had before."""
    for rendition in image.renditions.all():
        if rendition.filter_spec in FILTERS and rendition not in there:
            rendition.delete()


def _claim(image: AbstractImage) -> bool:
    """Count a try before it begins, so that one that kills the worker counts too.

    Returns False where another worker was first.
    """
    now = timezone.now()
    with transaction.atomic():
        state, _new = PictureState.objects.select_for_update().get_or_create(
            image=image, defaults={"version": VERSION, "due_at": now}
        )
        if state.version != VERSION:
            state.version, state.tries, state.due_at = VERSION, 0, now
        if state.due_at is None or state.due_at > now:
            return False
        state.due_at = now + PAUSES[state.tries] if state.tries < len(PAUSES) else None
        state.tries += 1
        state.save()
    return True


def _make_one_format(image: AbstractImage, there: set[str]) -> None:
    with image.open_file() as file:
        content = file.read()
    # The memory that pixels take is given back whole, and a crash ends nothing else.
    made = apart(_cut_next, image, content, there)
    state = {"tries": 0, "problem": "", "due_at": timezone.now() if made.is_more else None}
    renditions: list[AbstractRendition] = []
    is_kept = False
    try:
        # Before the transaction: nobody's write waits until a far service has all.
        for spec, cut in made.cuts.items():
            renditions.append(_store(image, spec, cut))
        is_kept = _keep(image, renditions, state)
    finally:
        if not is_kept:
            for rendition in renditions:
                rendition.file.storage.delete(rendition.file.name)


def _cut_next(image: AbstractImage, content: bytes, there: set[str]) -> "Made":
    from core.picture_cutting import cut_next

    return cut_next(image, content, there)


def _store(image: AbstractImage, spec: str, cut: "Cut") -> AbstractRendition:
    """Store a size of an image under the name that Wagtail gives it; its row is not saved.

    A file given to the field itself would be decoded here, only to be measured.
    """
    as_cut = _AsCut(spec, cut.content)
    file = image.generate_rendition_file(as_cut)
    rendition = image.get_rendition_model()(
        image=image,
        filter_spec=spec,
        focal_point_key=as_cut.get_cache_key(image),
        width=cut.width,
        height=cut.height,
    )
    storage = rendition.file.storage
    rendition.file.name = storage.save(rendition.get_upload_to(file.name), file)
    return rendition


@transaction.atomic
def _keep(image: AbstractImage, renditions: list[AbstractRendition], state: dict) -> bool:
    """Keep the rows of sizes; return False where the image was changed or deleted meanwhile."""
    if not PictureState.objects.filter(pk=image.pk).update(**state):
        return False
    for rendition in renditions:
        rendition.save()
    return True


class _AsCut(Filter):
    """Hands over what was cut already."""

    def __init__(self, spec: str, content: bytes) -> None:
        super().__init__(spec)
        self._content = content

    def run(self, image: AbstractImage, output: object, source: object = None) -> SimpleNamespace:
        return SimpleNamespace(f=BytesIO(self._content), format_name=format_of(self.spec))
