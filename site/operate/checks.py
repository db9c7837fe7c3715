"""What `manage.py doctor` asks of the whole site."""

from collections.abc import Iterator

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from core.doctor import Check, Finding, bad, checks, good, warn
from operate.health import ask_parts

WHAT_TO_DO = {"worker": "See that manage.py worker runs, and what its log says."}
LOOK_IT_UP = "docs/operate.md, “Is it well?”, tells what it means; the log may say more."


def database() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield bad(
            "The database is of an older version of the site.", "Run manage.py prepare --empty."
        )
    else:
        yield good("The database answers and is of this version.")


def health() -> Iterator[Finding]:
    """Tell of each part that no check of its own speaks for."""
    spoken_for = {check.name for check in checks}
    for part in ask_parts():
        if part.name in spoken_for:
            continue
        said = f"{part.name.capitalize()}: {part.state}."
        what_to_do = WHAT_TO_DO.get(part.name, LOOK_IT_UP)
        if part.well:
            yield good(said)
        elif part.name == "worker" or part.state == "down":
            yield bad(said, what_to_do)
        else:
            yield warn(said, what_to_do)


CHECKS = [Check("database", database), Check("health", health)]
