"""Where a site is: a copy of its database finds itself in another place, and must not send mail."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.db import connection

MACHINE = Path("/etc/machine-id")


def here() -> str:
    """Return what a restored, copied or moved site does not share with where it came from."""
    parts = [settings.SITE_URL, *_of_database()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _of_database() -> list[str]:
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"]).resolve()
        machine = MACHINE.read_text().strip() if MACHINE.exists() else ""
        inode = path.stat().st_ino if path.exists() else 0
        return [machine, str(path), str(inode)]
    with connection.cursor() as cursor:
        # A database restored into the same server has another oid, a server copied whole the same
        # of everything: then the address of the site must differ.
        cursor.execute(
            "SELECT oid, has_function_privilege('pg_control_system()', 'execute')"
            " FROM pg_database WHERE datname = current_database()"
        )
        oid, may_ask = cursor.fetchone()
        if not may_ask:
            return [str(oid)]
        cursor.execute("SELECT system_identifier FROM pg_control_system()")
        return [str(oid), str(cursor.fetchone()[0])]
