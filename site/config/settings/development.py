"""`make dev`: reloads on change, shows errors, serves the style guide."""

from config.secret import read_secret

from .base import *  # noqa: F403
from .base import DATA_DIR, INSTALLED_APPS, MIDDLEWARE

DEBUG = True
# That of `make run` where there is one: what that has sealed is to be read here.
SECRET_KEY = read_secret(DATA_DIR) or "django-insecure-for-development-only"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
INTERNAL_IPS = ["127.0.0.1"]

PAGE_CACHE_STORE = "core.page_cache.stores.NoStore"
BACK_UP_NIGHTLY = False
WEEKLY_LETTER_TO = ["none"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
INSTALLED_APPS = [*INSTALLED_APPS, "debug_toolbar"]
MIDDLEWARE = ["debug_toolbar.middleware.DebugToolbarMiddleware", *MIDDLEWARE]
