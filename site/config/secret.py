"""The site's secret: made once, kept in DATA_DIR, part of every back-up.

Run as a module it makes the secret of a new site and leaves an existing one alone.
"""

import os
import secrets
from pathlib import Path

import environ

SECRET_FILE = "secret-key"
FORMER_FILE = "former-secrets"
"""A line each; what they signed still counts."""


def read_secret(data_dir: Path) -> str:
    """Return the kept secret, or an empty string where none was made."""
    try:
        return (data_dir / SECRET_FILE).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def read_former(data_dir: Path) -> list[str]:
    """Return the secrets that were in use before, the newest first."""
    try:
        return (data_dir / FORMER_FILE).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def make_secret(data_dir: Path) -> None:
    """Write a new secret, readable by its owner alone, unless there is one."""
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(data_dir / SECRET_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(64))


if __name__ == "__main__":
    root = Path(__file__).resolve().parents[2]
    environ.Env.read_env(os.environ.get("ENV_FILE") or root / ".env")
    make_secret(Path(os.environ.get("DATA_DIR") or root / "var"))
