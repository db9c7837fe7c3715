"""A new site: the few answers it needs, written down where settings read them."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings


class NotBegun(Exception):
    """Why not, in a sentence."""


@dataclass(frozen=True)
class Answers:
    site_url: str
    sender: str
    time_zone: str

    def written(self) -> str:
        """Return them as lines of a .env."""
        lines = [f"SITE_URL={self.site_url}"]
        if "DATA_DIR" in os.environ:
            lines.append(f"DATA_DIR={settings.DATA_DIR}")
        if urlsplit(self.site_url).scheme == "https":
            # nginx on this machine ends https, and says who asks.
            lines += ["BEHIND_PROXY=1", "TRUSTED_PROXIES=127.0.0.1"]
        lines += [f"DEFAULT_FROM_EMAIL={self.sender}", f"TIME_ZONE={self.time_zone}"]
        later = "# The mail server; see docs/operate.md, “Mail”.\n#EMAIL_URL=smtp+tls://…"
        return "\n".join([*lines, later, ""])


def env_file() -> Path:
    return Path(os.environ.get("ENV_FILE") or settings.ROOT / ".env")


def write_env(answers: Answers) -> None:
    """Write the .env of a new site, unless there is one. Raises NotBegun if no site may be so."""
    file = env_file()
    if file.exists():
        return
    part = file.with_name(f"{file.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(answers.written())
        # The settings themselves say what is wrong with an answer.
        run_settled("-m", "config.secret", env=part)
        run_settled("manage.py", "check", env=part)
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)


def run_settled(*command: str, env: Path | None = None) -> None:
    """Run a command of the site with the settings that are written. Raises NotBegun."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "PYTHONPATH": str(settings.ROOT / "site"),
        "ENV_FILE": str(env or env_file()),
    }
    done = subprocess.run(  # noqa: S603
        [sys.executable, *command],
        cwd=settings.ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [f"{command[-1]} failed"]
        raise NotBegun(last[0].partition("ImproperlyConfigured: ")[2] or last[0])
