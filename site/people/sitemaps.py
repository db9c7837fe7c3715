"""Persons and teams on the site's map."""

from django.conf import settings
from django.contrib.sitemaps import Sitemap

from people.models import Person, Team
from people.models.named import PersonQuerySet, TeamQuerySet


class _OfThisSite(Sitemap):
    def get_domain(self, site=None) -> str:
        return settings.SITE_URL.partition("://")[2]

    def get_protocol(self, protocol: str | None = None) -> str:
        return settings.SITE_URL.partition("://")[0]


class PersonSitemap(_OfThisSite):
    def items(self) -> PersonQuerySet:
        return Person.objects.public().only("slug").order_by("slug")


class TeamSitemap(_OfThisSite):
    def items(self) -> TeamQuerySet:
        return Team.objects.public().only("slug").order_by("slug")
