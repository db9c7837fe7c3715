"""What running the site has to remember."""

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models


class DemonstrationItem(models.Model):
    """Something that `manage.py demo` made, and `demo --remove` takes out again.

    The row outlives what it names: `item` is then None.
    """

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    item = GenericForeignKey()

    def __str__(self) -> str:
        return f"{self.content_type} {self.object_id}"
