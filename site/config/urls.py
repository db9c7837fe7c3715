"""Every address of the site. Pages of the tree come last: they take what is left."""

from django.conf import settings
from django.urls import include, path, re_path
from django.views.generic import RedirectView, TemplateView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from core.media import serve_media
from core.page_cache import same_for_all
from home.sitemaps import PageSitemap, sitemap, sitemap_part
from operate.health import healthz
from outbox.mailbox import is_of_this_machine
from people.sitemaps import PersonSitemap, TeamSitemap
from updates.archive import AnnouncementSitemap

handler400 = "core.errors.bad_request"
handler404 = "core.errors.page_not_found"

SITEMAPS = {
    "pages": PageSitemap,
    "announcements": AnnouncementSitemap,
    "persons": PersonSitemap,
    "teams": TeamSitemap,
}

# Wagtail's own doors, which know no second step, lead to ours.
to_staff_login = RedirectView.as_view(pattern_name="account_login", query_string=True)
to_code = RedirectView.as_view(pattern_name="account_request_login_code", query_string=True)

urlpatterns = [
    path("admin/login/", to_staff_login),
    path("_util/login/", to_code),
    path("account/", include("accounts.urls")),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    re_path(r"^media/(?P<path>.+)$", serve_media, name="media"),
    path("healthz", healthz),
    path("sitemap.xml", sitemap, {"sections": SITEMAPS}, name="sitemap"),
    path(
        "sitemap-<str:section>-<int:number>.xml",
        sitemap_part,
        {"sections": SITEMAPS},
        name="sitemap_part",
    ),
    path(
        "robots.txt",
        same_for_all(TemplateView.as_view(template_name="robots.txt", content_type="text/plain")),
    ),
    path(
        "opensearch.xml",
        same_for_all(
            TemplateView.as_view(
                template_name="opensearch.xml",
                content_type="application/opensearchdescription+xml",
                extra_context={"site_url": settings.SITE_URL},
            )
        ),
        name="opensearch",
    ),
    path("comments/", include("comments.urls")),
    path("registrations/", include("events.urls")),
    path("updates/", include("updates.urls")),
    path("", include("search.urls")),
    path("", include("people.urls")),
    path("", include("guides.urls")),
    path("", include("blog.urls")),
    path("", include("chats.urls")),
]

if settings.ANYMAIL.get("WEBHOOK_SECRET"):
    urlpatterns += [path("anymail/", include("outbox.bounces.urls"))]

if is_of_this_machine(settings.SITE_URL):
    urlpatterns += [path("mailbox/", include("outbox.mailbox"))]

if settings.DEBUG:
    from debug_toolbar.toolbar import debug_toolbar_urls

    from core.styleguide import styleguide

    urlpatterns += [path("styleguide/", styleguide), *debug_toolbar_urls()]

urlpatterns += [path("", include(wagtail_urls))]
