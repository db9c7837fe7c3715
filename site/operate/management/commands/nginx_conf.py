"""Write how nginx serves this site, stored pages and static files without asking it."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import BaseCommand
from django.template.loader import render_to_string

from core.page_cache.stores import FileStore
from core.security import page_headers


class Command(BaseCommand):
    help = (
        "Print a configuration for nginx: manage.py nginx_conf > /etc/nginx/conf.d/desk.conf. "
        "The headers in it are those of this release and of these settings."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--upstream", default="127.0.0.1:8000", help="where the site answers")

    def handle(self, *, upstream: str, **options) -> None:
        address = urlsplit(settings.SITE_URL)
        context = {
            "site_url": settings.SITE_URL,
            "is_secure": address.scheme == "https",
            "hostname": address.hostname,
            "port": address.port or 80,
            "host": address.netloc,
            "cookies": "|".join(sorted(settings.PAGE_CACHE_COOKIES)),
            "pages": settings.PAGES_FOLDER / FileStore.CURRENT,
            "headers": page_headers().items(),
            "static": settings.STATIC_ROOT,
            "static_url": settings.STATIC_URL,
            "upstream": upstream,
        }
        self.stdout.write(render_to_string("operate/nginx.conf", context), ending="")
