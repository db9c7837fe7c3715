"""What holds for every way of running the site. Values come from the environment or .env."""

import os
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import secret

ROOT = Path(__file__).resolve().parents[3]

env = environ.Env()
environ.Env.read_env(os.environ.get("ENV_FILE") or ROOT / ".env")

DATA_DIR = Path(env.str("DATA_DIR", default="") or ROOT / "var").resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAIL_SITE_NAME = "Desk to Desk"

INSTALLED_APPS = [
    "operate",
    "home",
    "guides",
    "blog",
    "chats",
    "events",
    "comments",
    "updates",
    "people",
    "search",
    "accounts",
    "outbox",
    "core",
    "wagtail.contrib.redirects",
    "wagtail.contrib.routable_page",
    "wagtail.contrib.settings",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "wagtailmedia",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "modelcluster",
    "taggit",
    "django_filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.page_cache.middleware.PageCacheMiddleware",
    "core.security.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.gate.AdminGate",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "home.navigation.site_frame",
            ],
        },
    },
]
FORM_RENDERER = "core.form_drawing.FormRenderer"
# Who types an address without its scheme means https, as Django 6 takes it.
FORMS_URLFIELD_ASSUME_HTTPS = True

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'site.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A reader never waits for a writer (WAL); a writer takes its lock at BEGIN, so that two
    # never deadlock half way, and waits for its turn. What is acknowledged is on the disk: a
    # third of a millisecond for each commit.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
# To connect takes longer than most queries: SQLite reads the schema anew each time.
DATABASES["default"].update(CONN_MAX_AGE=None, CONN_HEALTH_CHECKS=True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SEARCH_ENGINES = {"whoosh": "search.engines.whoosh_index.WhooshEngine"}
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # An index on disk is one host's own: where there are several, they share the database.
    SEARCH_ENGINES = {"postgres": "search.engines.postgres.PostgresEngine", **SEARCH_ENGINES}
_named = env.str("SEARCH_ENGINE", default="") or next(iter(SEARCH_ENGINES))
if _named not in SEARCH_ENGINES:
    raise ImproperlyConfigured(
        f"SEARCH_ENGINE is {_named!r}; it must be whoosh, or postgres where DATABASE_URL is of "
        "PostgreSQL."
    )
SEARCH_ENGINE = SEARCH_ENGINES[_named]
SEARCH_INDEX = DATA_DIR / "index"

CACHES = {
    "default": env.cache("CACHE_URL", default="locmemcache://"),
    # Parts of pages, of this process alone: each under the version of the content.
    "parts": {
        "BACKEND": "core.page_cache.memory.MemoryCache",
        "LOCATION": "parts",
        "OPTIONS": {"MAX_BYTES": 2 * 1024 * 1024},
    },
}

PAGE_CACHE_STORE = "core.page_cache.stores.{}".format(
    "SharedStore" if env.str("CACHE_URL", default="") else "FileStore"
)
PAGES_FOLDER = DATA_DIR / "pages"
# Whoever brings one of these is somebody, and gets pages rendered for them.
PAGE_CACHE_COOKIES = {"sessionid", "csrftoken", "messages", "author"}

# Whose word on where a request comes from is taken: addresses or networks.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
PASSWORD_RESET_TIMEOUT = 3600
# A password is enough on this machine alone, where a newcomer looks around.
STAFF_NEED_SECOND_STEP = SITE_URL.startswith("https://")
WAGTAIL_PASSWORD_RESET_ENABLED = False

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_REAUTHENTICATION_METHODS = ("password", "mfa")
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"
# Counted by accounts.limits, in the database: allauth's lie in a cache, which each process may
# have its own of.
ACCOUNT_RATE_LIMITS = False
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
}
MFA_ADAPTER = "accounts.sealing.SealingAdapter"
MFA_FORMS = {"activate_totp": "accounts.forms.ActivateForm"}
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = WAGTAIL_SITE_NAME
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

# Sign-in elsewhere: the organisation's OpenID Connect, whose word stands for the second step too,
# and providers that readers may use. Nothing of it is loaded where none is named.
SIGN_IN_PROVIDERS: list[dict[str, str]] = []
SOCIALACCOUNT_PROVIDERS: dict[str, dict] = {}
SOCIALACCOUNT_ADAPTER = "accounts.elsewhere.ElsewhereAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
if _server := env.str("OIDC_URL", default=""):
    _app = {
        "provider_id": "organisation",
        "name": env.str("OIDC_NAME", default="your organisation"),
        "client_id": env.str("OIDC_CLIENT_ID"),
        "secret": env.str("OIDC_CLIENT_SECRET"),
        "settings": {"server_url": _server, "verified_email": True},
    }
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {"APPS": [_app], "OAUTH_PKCE_ENABLED": True}
    SIGN_IN_PROVIDERS.append({"name": _app["name"], "path": "elsewhere/oidc/organisation/login/"})
for _name in env.list("SIGN_IN_WITH", default=[]):
    _prefix = _name.upper().replace("-", "_")
    _app = {
        "client_id": env.str(f"{_prefix}_CLIENT_ID"),
        "secret": env.str(f"{_prefix}_CLIENT_SECRET"),
    }
    SOCIALACCOUNT_PROVIDERS[_name] = {"APPS": [_app]}
    SIGN_IN_PROVIDERS.append({"name": _name.title(), "path": f"elsewhere/{_name}/login/"})
if SIGN_IN_PROVIDERS:
    INSTALLED_APPS += ["allauth.socialaccount"]
    INSTALLED_APPS += [
        f"allauth.socialaccount.providers.{name}" for name in SOCIALACCOUNT_PROVIDERS
    ]

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en-us")
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="America/New_York")

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [ROOT / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
UPLOADS = DATA_DIR / "uploads"
SUBMISSIONS_FOLDER = DATA_DIR / "submissions"
SECRET_FILE = DATA_DIR / secret.SECRET_FILE
FORMER_SECRETS_FILE = DATA_DIR / secret.FORMER_FILE
BACK_UPS = DATA_DIR / "back-ups"
# Where there is a server of databases, there are back-ups of it too, mostly.
BACK_UP_NIGHTLY = env.bool(
    "BACK_UP_NIGHTLY", default=DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
)
# Addresses, or "none"; of all administrators where it is left out.
WEEKLY_LETTER_TO = env.list("WEEKLY_LETTER_TO", default=[])
WAGTAILMEDIA = {"MEDIA_FORM_BASE": "chats.media_forms.RecordingForm"}
MEDIA_STORAGE: dict[str, Any] = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
if _bucket := env.str("MEDIA_S3_BUCKET", default=""):
    # Left out, they are looked for where Amazon's tools have theirs.
    _key, _secret = (env.str(name, default="") for name in ("MEDIA_S3_KEY", "MEDIA_S3_SECRET"))
    if bool(_key) != bool(_secret):
        raise ImproperlyConfigured("MEDIA_S3_KEY and MEDIA_S3_SECRET belong together: set both.")
    MEDIA_STORAGE = {
        "BACKEND": "core.bucket.Bucket",
        "OPTIONS": {
            "bucket_name": _bucket,
            "location": env.str("MEDIA_S3_FOLDER", default="").strip("/") or "media",
            "endpoint_url": env.str("MEDIA_S3_ENDPOINT", default="") or None,
            "region_name": env.str("MEDIA_S3_REGION", default="") or "us-east-1",
            "access_key": _key or None,
            "secret_key": _secret or None,
        },
    }
# Whether uploads that lie in a bucket are in back-ups too, or left to its own versions.
BACK_UP_MEDIA = env.bool("BACK_UP_MEDIA", default=True)
STORAGES = {
    "default": MEDIA_STORAGE,
    "staticfiles": {"BACKEND": "core.static.SiteStaticStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o644
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

EMAIL_TIMEOUT = 30
if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
    MAIL_TRANSPORT = "outbox.transports.SMTPTransport"
else:
    MAIL_TRANSPORT = "outbox.transports.FolderTransport"
MAIL_FOLDER = DATA_DIR / "mail"
EMAIL_BACKEND = "outbox.backend.OutboxBackend"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="site@localhost")
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", default="")
BOUNCE_MAILBOX = env.str("BOUNCE_MAILBOX", default="")
SUBMISSIONS_MAILBOX = env.str("SUBMISSIONS_MAILBOX", default="")
# Each setting of django-anymail, under the name it has there.
ANYMAIL = {
    name.removeprefix("ANYMAIL_"): value
    for name, value in os.environ.items()
    if name.startswith("ANYMAIL_") and value
}
DKIM_SELECTOR = env.str("DKIM_SELECTOR", default="")
DNS_NAMESERVERS = env.list("DNS_NAMESERVERS", default=[])

AKISMET_KEY = env.str("AKISMET_KEY", default="")
AKISMET_URL = env.str("AKISMET_URL", default="https://rest.akismet.com").rstrip("/")

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
        # The players of chats.recordings, framed once a reader presses play.
        "frame-src": ["https://www.youtube-nocookie.com", "https://player.vimeo.com"],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
    }
}
ADMIN_CONTENT_SECURITY_POLICY = {
    "default-src": [SELF],
    "base-uri": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [SELF],
    "img-src": [SELF, "data:", "blob:"],
    "media-src": [SELF, "blob:"],
    "object-src": [NONE],
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
}

WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
WAGTAILADMIN_RICH_TEXT_EDITORS = {"default": {"WIDGET": "core.rich_text.RichTextArea"}}
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "core.admin_search"}}
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 15 * 1024 * 1024
# An editor's upload takes 10 bytes of memory a pixel while it is looked into: here a quarter of
# a gigabyte. The largest that phones take of themselves have 24.5 million.
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 25_000_000
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "core.document_forms.CheckedDocumentForm"
# To be looked at by whoever wants to, in a program of theirs: none runs as a page of this site.
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []
TAGGIT_CASE_INSENSITIVE = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "core.logs.DiscreetFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
        "json": {"()": "core.logs.DiscreetJSONFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": env.str("LOG_FORMAT", default="line"),
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # Django's own handlers would write, and mail, what no formatter of ours has read.
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # Each edit is kept in Wagtail's own history; these would say it a dozen times more.
        "django_tasks": {"level": "WARNING"},
        "wagtail": {"level": "WARNING"},
    },
}
