"""What running the site has to remember."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Case, OuterRef, Q, Subquery, Value, When
from django.utils.translation import gettext_lazy as _
from wagtail.documents import get_document_model
from wagtail.models import Page
from wagtail.permissions import page_permission_policy


class DemonstrationItem(models.Model):
    """Something that `manage.py demo` made, and `demo --remove` takes out again.

    The row outlives what it names: `item` is then None.
    """

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    item = GenericForeignKey()

    def __str__(self) -> str:
        return f"{self.content_type} {self.object_id}"


class SharedWorkQuerySet(models.QuerySet):
    def free(self, now: datetime) -> "SharedWorkQuerySet":
        """What no worker is at, as far as leases tell."""
        return self.filter(Q(leased_until=None) | Q(leased_until__lte=now))

    def not_done_after(self, moment: datetime) -> "SharedWorkQuerySet":
        return self.filter(Q(done_at=None) | Q(done_at__lte=moment))


class SharedWork(models.Model):
    """What all workers know of a piece of work that one of them does for all."""

    name = models.CharField(max_length=100, unique=True)
    leased_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)
    """Why it failed last, masked; empty since it was done."""

    objects = SharedWorkQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class Heartbeat(models.Model):
    """A worker's word that it is at work. The row of the last one stays when it has gone."""

    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    failing = models.JSONField(default=list)
    """Names of the work that failed when this worker last tried it."""

    def __str__(self) -> str:
        return f"{self.host} {self.pid}"


class LinkKind(models.TextChoices):
    """Who can say whether something is there."""

    PAGE = "page", _("A page of this site, by its number")
    FILE = "file", _("A file of this site, by its number")
    INSIDE = "inside", _("An address of this site")
    OUTSIDE = "outside", _("An address elsewhere")
    ODD = "odd", _("Nothing that can be followed")


class Fault(models.TextChoices):
    """Why a link leads nowhere, as editors are told it."""

    NO_PAGE = "no page", _("The page was deleted")
    NOT_PUBLISHED = "not published", _("The page is not published")
    PRIVATE = "private", _("Only some may see it: it is private")
    NO_FILE = "no file", _("The file is gone")
    NOT_FOUND = "not found", _("Nothing is at this address")
    NO_PLACE = "no place", _("The page is there, that place on it is not")
    NO_HOST = "no host", _("There is no server of this name")
    ODD = "odd", _("No browser can follow this address")
    ERROR = "error", _("The server answers with an error")
    SILENT = "silent", _("The server does not answer")
    INSECURE = "insecure", _("The server’s certificate is not valid")
    LOOP = "loop", _("It is passed on again and again")


PASSING = (Fault.ERROR, Fault.SILENT, Fault.INSECURE, Fault.LOOP)
"""What may be over tomorrow: told of an address elsewhere once it failed on several days."""
DAYS_OF_PATIENCE = 3


class PageLinkQuerySet(models.QuerySet):
    def broken(self) -> "PageLinkQuerySet":
        """What leads nowhere for certain, and nobody has said that it is all right."""
        passes = Q(kind=LinkKind.OUTSIDE, fault__in=PASSING, failures__lt=DAYS_OF_PATIENCE)
        return self.filter(ignored_at=None).exclude(fault="").exclude(passes)

    def ignored(self) -> "PageLinkQuerySet":
        return self.exclude(ignored_at=None)

    def inside(self) -> "PageLinkQuerySet":
        return self.exclude(kind=LinkKind.OUTSIDE)

    def outside(self) -> "PageLinkQuerySet":
        return self.filter(kind=LinkKind.OUTSIDE)

    def due(self, since: datetime) -> "PageLinkQuerySet":
        """What of this site was not followed since then."""
        return self.inside()._watched().filter(Q(checked_at=None) | Q(checked_at__lt=since))

    def due_outside(self, night: datetime) -> "PageLinkQuerySet":
        """What is asked elsewhere in the night that began then: once a week, daily if it fails."""
        a_week_ago = night - timedelta(days=6)
        fine = Q(fault="", checked_at__lt=a_week_ago)
        failing = ~Q(fault="") & Q(checked_at__lt=night)
        return self.outside()._watched().filter(Q(checked_at=None) | fine | failing)

    def editable_by(self, user: AbstractBaseUser) -> "PageLinkQuerySet":
        """Links on public pages that a user may edit."""
        pages = page_permission_policy.instances_user_has_permission_for(user, "change")
        return self.filter(page__in=pages.order_by().values("pk"), page__live=True)

    def for_listing(self) -> "PageLinkQuerySet":
        """Fetch what a list says of each link, with `target_title`, in one query."""
        targets = {LinkKind.PAGE: Page, LinkKind.FILE: get_document_model()}
        titles = [
            When(kind=kind, then=Subquery(_titles(model)[:1])) for kind, model in targets.items()
        ]
        named = Case(*titles, default=Value(""), output_field=models.CharField())
        return self.select_related("page", "shared_text", "ignored_by").annotate(target_title=named)

    def _watched(self) -> "PageLinkQuerySet":
        return self.filter(ignored_at=None)


def _titles(model: type[models.Model]) -> models.QuerySet:
    return model.objects.filter(pk=OuterRef("target_id")).order_by().values("title")


class PageLink(models.Model):
    """A link that readers of a page see, and what was found where it leads.

    Rows of the same address are followed together and say the same of it.
    """

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    """Of the address (operate.links.addresses)."""
    kind = models.CharField(max_length=8, choices=LinkKind.choices)
    address = models.TextField()
    target_id = models.PositiveBigIntegerField(null=True)
    """The page or file that it names, which may be gone."""
    words = models.CharField(max_length=150, blank=True)
    """What is read of it."""
    place = models.CharField(max_length=150, blank=True)
    """What stands above it: a section, a topic, the name of a field."""
    content_path = models.CharField(max_length=250, blank=True)
    """Where it is in the editor, as Wagtail writes it; ids of children in it may have changed."""
    shared_text = models.ForeignKey(
        "guides.SharedText", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    """The text it is edited in, where the page only shows that."""

    fault = models.CharField(max_length=16, choices=Fault.choices, blank=True)
    checked_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    """Days on which it was found to fail since."""
    failed_on = models.DateField(null=True)
    """The last of these."""
    ignored_at = models.DateTimeField(null=True)
    """When somebody said that it is all right, until its address changes."""
    ignored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = PageLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["page", "key"], name="operate_link_once_a_page")
        ]
        indexes = [
            models.Index(fields=["key"], name="operate_link_address"),
            models.Index(fields=["kind", "checked_at"], name="operate_link_due"),
            models.Index(fields=["fault"], name="operate_link_fault"),
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def leads_to(self) -> str:
        """What it names, in a line; of rows that were fetched `for_listing`."""
        if self.kind not in (LinkKind.PAGE, LinkKind.FILE):
            return self.address
        if self.target_title:
            return self.target_title
        return str(_("a deleted page") if self.kind == LinkKind.PAGE else _("a deleted file"))


class PageReading(models.Model):
    """That a page was read for its links."""

    page = models.OneToOneField(
        Page, primary_key=True, on_delete=models.CASCADE, related_name="link_reading"
    )
    read_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.page_id} {self.read_at}"
