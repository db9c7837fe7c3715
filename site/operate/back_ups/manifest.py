"""What a back-up says of itself, before anything else of it is read."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db.migrations.loader import MigrationLoader

from operate.back_ups import BackUpFault

FORMAT = 1
MANIFEST, SECRETS, SUMS = "manifest.json", "secrets.json", "SHA256SUMS"
MEDIA, SUBMISSIONS = "media", "submissions"


@dataclass(frozen=True)
class Manifest:
    made_at: str
    """ISO 8601, in UTC."""
    site_url: str
    engine: str
    """As Django names it: sqlite, postgresql."""
    migrations: dict[str, list[str]]
    """Those that its database has seen, by app."""
    rows: dict[str, int]
    """How many each table has."""
    has_media: bool
    """Whether uploads are in it: those in a bucket may be left to that."""
    size: int
    """Bytes of all members, unpacked."""

    @property
    def made(self) -> datetime:
        return datetime.fromisoformat(self.made_at)

    def written(self) -> bytes:
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1).encode()

    def newer_than_here(self) -> list[str]:
        """Return the migrations of it that come after all that this release knows."""
        known: dict[str, set[str]] = {}
        for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations:
            known.setdefault(app, set()).add(name)
        return [
            f"{app}.{name}"
            for app, names in self.migrations.items()
            for name in names
            # What another package has squashed since is older than all that it has now.
            if name not in known.get(app, ()) and name > max(known.get(app, {""}))
        ]


def read_manifest(content: bytes) -> Manifest:
    """Raises BackUpFault for what is none, or of a format that this release does not know."""
    try:
        said = json.loads(content)
        if said.pop("format") > FORMAT:
            raise BackUpFault("The back-up was made by a newer release: take that one.")
        return Manifest(**said)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackUpFault("The file is no back-up of this site.") from error
