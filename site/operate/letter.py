"""The operator's letter of each Monday: whether the site can be left alone for another week."""

import shutil
from datetime import UTC, date, datetime, time, timedelta
from importlib.metadata import version

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Count
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.doctor import Level, checks
from operate.back_ups.state import last
from operate.health import ask_parts
from operate.management.commands.doctor import findings_of
from outbox.messages import Message, post_if_address
from outbox.models import Mail, MailState

MORNING = time(7)
OF_USE_FOR = timedelta(days=3)
WEEK = timedelta(days=7)
OLD_AFTER = timedelta(days=60)
"""Django and Wagtail mend what is unsafe about once a month."""
LOCK_FILE = settings.ROOT / "requirements" / "base.txt"
NOBODY = ["none"]


def write_letters() -> None:
    """Write to whoever is to get it, on Monday from seven by the site's clock; once a week."""
    here = timezone.localtime(timezone.now(), timezone.get_default_timezone())
    recipients = _recipients()
    if here.isoweekday() != 1 or here.time() < MORNING or not recipients:
        return
    context = contents()
    for address in recipients:
        post_if_address(
            LETTER,
            address,
            context,
            once=f"weekly letter {here.date()}",
            expires_at=timezone.now() + OF_USE_FOR,
        )


def contents() -> dict:
    """Return what is told of the week that ended, and what needs a hand."""
    return {
        "facts": [_back_up(), _disk(), *_mail(), *_parts(), *_releases()],
        "troubles": _troubles(),
        "admin_url": f"{settings.SITE_URL}/admin/",
    }


def _recipients() -> list[str]:
    """Return the addresses that settings name, or else all administrators'."""
    if settings.WEEKLY_LETTER_TO == NOBODY:
        return []
    administrators = get_user_model().objects.filter(is_superuser=True, is_active=True)
    return settings.WEEKLY_LETTER_TO or list(administrators.values_list("email", flat=True))


def _back_up() -> dict[str, str]:
    newest = last()
    text = _("none on this machine")
    if newest:
        made, path = newest
        when = date_format(timezone.localtime(made), "DATETIME_FORMAT")
        text = f"{when}, {filesizeformat(path.stat().st_size)}"
    return {"label": _("Last back-up"), "text": text}


def _disk() -> dict[str, str]:
    usage = shutil.disk_usage(settings.DATA_DIR)
    text = _("%(free)s of %(total)s free") % {
        "free": filesizeformat(usage.free),
        "total": filesizeformat(usage.total),
    }
    return {"label": _("Disk"), "text": text}


def _mail() -> list[dict[str, str]]:
    ended = Mail.objects.filter(ended_at__gte=timezone.now() - WEEK)
    counts = dict(ended.order_by().values_list("state").annotate(count=Count("pk")))
    return [
        {"label": _("Mails sent in a week"), "text": str(counts.get(MailState.SENT, 0))},
        {"label": _("Mails that failed"), "text": str(counts.get(MailState.FAILED, 0))},
        {"label": _("Mails waiting"), "text": str(Mail.objects.waiting().count())},
    ]


def _parts() -> list[dict[str, str]]:
    """Return how the worker and the search index are: what else health knows is told otherwise."""
    labels = {"worker": _("Worker"), "index": _("Search index")}
    return [
        {"label": labels[part.name], "text": part.state}
        for part in ask_parts()
        if part.name in labels
    ]


def _releases() -> list[dict[str, str]]:
    names = ("Django", "Wagtail")
    installed = ", ".join(f"{name} {version(name)}" for name in names)
    return [
        {"label": _("Installed"), "text": installed},
        {"label": _("Packages pinned on"), "text": date_format(_pinned_on(), "DATE_FORMAT")},
    ]


def _pinned_on() -> date:
    return datetime.fromtimestamp(LOCK_FILE.stat().st_mtime, UTC).date()


def _troubles() -> list[dict[str, str]]:
    """Return what `manage.py doctor --offline` would not call good, and what to do about it."""
    found = [
        {"said": finding.said, "do": finding.do}
        for check in checks
        if not check.asks_others
        for finding in findings_of(check)
        if finding.level is not Level.GOOD
    ]
    if timezone.now().date() - _pinned_on() > OLD_AFTER:
        found.append(
            {
                "said": _("The packages are old; what is unsafe in them is known by now."),
                "do": _("Install the newest release of the site."),
            }
        )
    if (settings.DATA_DIR / "first-login.txt").exists():
        found.append(
            {
                "said": _("The first password still lies on the server, in first-login.txt."),
                "do": _("Change it, and delete the file."),
            }
        )
    return found


LETTER = Message(
    name="weekly_letter",
    label=gettext_lazy("The week on the server"),
    example=lambda: {
        "facts": [
            {"label": _("Last back-up"), "text": _("none on this machine")},
            {"label": _("Mails sent in a week"), "text": "312"},
        ],
        "troubles": [
            {
                "said": _("The packages are old; what is unsafe in them is known by now."),
                "do": _("Install the newest release of the site."),
            }
        ],
        "admin_url": f"{settings.SITE_URL}/admin/",
    },
)
