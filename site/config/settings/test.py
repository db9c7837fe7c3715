"""The suite: quick hashing, files in a throw-away folder.

TEST_DATABASE_URL, TEST_CACHE_URL and TEST_SEARCH_ENGINE choose what the rest are without TEST_.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# Before base: a developer's environment, .env and data must not reach the tests.
os.environ["ENV_FILE"] = os.devnull
for name in ("DATABASE_URL", "CACHE_URL"):
    os.environ.pop(name, None)
    if value := os.environ.get(f"TEST_{name}"):
        os.environ[name] = value
OURS = ("SITE_URL", "LANGUAGE_CODE", "TIME_ZONE", "LOG_FORMAT", "SEARCH_ENGINE")
OF_MAIL = ("EMAIL_URL", "DEFAULT_FROM_EMAIL", "BOUNCE_ADDRESS", "BOUNCE_MAILBOX")
OF_MAIL += ("DKIM_SELECTOR", "DNS_NAMESERVERS", "SUBMISSIONS_MAILBOX")
OF_AKISMET = ("AKISMET_KEY", "AKISMET_URL")
OF_SIGN_IN = ("OIDC_URL", "SIGN_IN_WITH")
OF_MEDIA = ("MEDIA_S3_BUCKET", "BACK_UP_MEDIA")
OF_ANYMAIL = tuple(name for name in os.environ if name.startswith("ANYMAIL_"))
for name in OURS + OF_MAIL + OF_ANYMAIL + OF_AKISMET + OF_SIGN_IN + OF_MEDIA:
    os.environ.pop(name, None)
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="desk-to-desk-test-")
atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)

from .base import *  # noqa: E402, F403
from .base import CACHES, DATA_DIR, DATABASES, SEARCH_ENGINES  # noqa: E402

DEBUG = False
SECRET_KEY = "a secret of the tests alone, in no way to be used anywhere else"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SEARCH_ENGINE = SEARCH_ENGINES[os.environ.get("TEST_SEARCH_ENGINE") or "whoosh"]
PAGE_CACHE_STORE = "core.page_cache.stores.NoStore"
BACK_UP_NIGHTLY = False
WEEKLY_LETTER_TO = ["none"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# No manifest of collected files: WhiteNoise finds them where they are written.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Browser tests read from another thread: a file takes that, memory does not.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(DATA_DIR) / "test.sqlite3")}
# Processes of one run, and runs beside each other, may share a Redis.
CACHES["default"]["KEY_PREFIX"] = DATA_DIR.name
