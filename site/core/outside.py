"""What holds for every request to another server."""

from django.db import connection


def forbid_in_transaction() -> None:
    """Raise RuntimeError inside a transaction: others would wait for a server far away.

    That of a test, which wraps it whole, does not count.
    """
    blocks = connection.atomic_blocks
    if blocks and not blocks[-1]._from_testcase:
        raise RuntimeError("Another server is asked inside a database transaction.")
