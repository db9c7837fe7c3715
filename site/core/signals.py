"""What follows where an image changes, or one of its sizes goes."""

from django.db.models.signals import post_delete, post_save
from wagtail.images.models import Image, Rendition

from core.picture_making import begin_anew
from core.pictures import FILTERS


def connect() -> None:
    post_save.connect(_image_saved, sender=Image)
    post_delete.connect(_rendition_deleted, sender=Rendition)


def _image_saved(instance, **kwargs) -> None:
    begin_anew(instance.pk)


def _rendition_deleted(instance, **kwargs) -> None:
    if instance.filter_spec in FILTERS:
        begin_anew(instance.image_id)
