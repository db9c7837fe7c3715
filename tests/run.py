"""Run the whole suite: on SQLite, then on PostgreSQL and with Redis where they answer.

Further arguments are pytest's. With REQUIRE_POSTGRES=1 it fails where PostgreSQL does not answer.
"""

import os
import shutil
import subprocess
import sys

import psycopg
import redis

from tests.chromium import find_chromium

DATABASE_URL = "postgres://postgres@127.0.0.1:5432/postgres"
CACHE_URL = "redis://127.0.0.1:6379/1"
INSTALL = ["apt-get", "install", "-qq", "-y", "--no-install-recommends"]
UPDATE = ["apt-get", "update", "-qq"]
FONT = "fonts-liberation"


def postgres_answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True


def redis_answers(url: str) -> bool:
    try:
        return redis.Redis.from_url(url, socket_connect_timeout=3).ping()
    except redis.RedisError:
        return False


def provide_chromium() -> None:
    """Install Chromium where there is none. Raises SystemExit where that cannot be done.

    With it comes a font with the measures of Arial, which the style sheet's stand-ins are made for.
    """
    missing = [] if find_chromium() else ["chromium"]
    if not has_arial():
        missing.append(FONT)
    if missing and shutil.which("apt-get") and os.geteuid() == 0:
        for command in (UPDATE, [*INSTALL, *missing]):
            subprocess.run(command, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    if not find_chromium():
        sys.exit("Browser tests need Chromium: install it (on Debian: apt install chromium).")


def has_arial() -> bool:
    """Say whether there is Arial or a font of its measures, as far as fontconfig knows."""
    if not shutil.which("fc-match"):
        return False
    told = subprocess.run(["fc-match", "Arial"], capture_output=True, text=True).stdout
    return "Arial" in told or "Liberation" in told


def run_pytest(arguments: list[str], **environment: str) -> None:
    command = [sys.executable, "-m", "pytest", "-n", "2", *arguments]
    done = subprocess.run(command, env={**os.environ, **environment})
    if done.returncode:
        sys.exit(done.returncode)


def main(arguments: list[str]) -> None:
    database = os.environ.pop("TEST_DATABASE_URL", "") or DATABASE_URL
    cache = os.environ.pop("TEST_CACHE_URL", "") or CACHE_URL
    on_postgres, with_redis = postgres_answers(database), redis_answers(cache)
    if os.environ.get("REQUIRE_POSTGRES") == "1" and not on_postgres:
        sys.exit("PostgreSQL is demanded and does not answer: see TEST_DATABASE_URL.")
    provide_chromium()

    ran = {True: "ran", False: "does not answer, left out"}
    told = f"SQLite: ran. PostgreSQL: {ran[on_postgres]}. Redis: {ran[with_redis]}. Chromium: ran."
    second = {"TEST_DATABASE_URL": database} if on_postgres else {}
    if with_redis:
        second["TEST_CACHE_URL"] = cache
    if not second:
        run_pytest(arguments, TESTED_WITH=told)
        return
    run_pytest(arguments)
    # What a browser sees does not depend on the database, nor does what asks none.
    chosen = ["-m", "not browser", "--only-database", *arguments]
    run_pytest(chosen, TESTED_WITH=told, **second)


if __name__ == "__main__":
    main(sys.argv[1:])
