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
from tests.ical_js import INSTALLED, PINNED, SOURCE, is_ical_js_here

DATABASE_URL = "postgres://postgres@127.0.0.1:5432/postgres"
CACHE_URL = "redis://127.0.0.1:6379/1"
INSTALL = ["apt-get", "install", "-qq", "-y", "--no-install-recommends"]
UPDATE = ["apt-get", "update", "-qq"]
PROCESSES = "3"
"""Of two processors: a third of what tests take is waiting for a server or a browser."""
AT_ONCE = "1"
"""Tests that a process is given: by the dozen, two of them had nothing left to do for five minutes
while the others were at those that are run last, with browsers and processes of their own."""
FONT = "fonts-liberation"
NODE = {"nodejs": "node", "npm": "npm"}
"""Packages of Debian, and the programs they bring."""


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


def provide_chromium() -> str:
    """Return Chromium, installed where there is none. Raises SystemExit where that cannot be done.

    With it comes a font with the measures of Arial, which the style sheet's stand-ins are made for.
    """
    missing = [] if find_chromium() else ["chromium"]
    if not has_arial():
        missing.append(FONT)
    install(missing)
    if found := find_chromium():
        return found
    sys.exit("Browser tests need Chromium: install it (on Debian: apt install chromium).")


def provide_ical_js() -> None:
    """Install ical.js, as pinned, where it is not. Raises SystemExit where that cannot be done."""
    if is_ical_js_here():
        return
    install([name for name, program in NODE.items() if not shutil.which(program)])
    if not all(map(shutil.which, NODE.values())):
        sys.exit("Calendar files are read by ical.js too: install node (apt install nodejs npm).")
    shutil.rmtree(INSTALLED, ignore_errors=True)
    INSTALLED.mkdir(parents=True)
    for name in PINNED:
        shutil.copy(SOURCE / name, INSTALLED)
    subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=INSTALLED)
    if not is_ical_js_here():
        sys.exit("npm could not install ical.js, by which calendar files are read in the tests.")


def find_nginx() -> str | None:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def install(packages: list[str]) -> None:
    """Install packages of Debian, where that is what this is and we may."""
    if packages and shutil.which("apt-get") and os.geteuid() == 0:
        for command in (UPDATE, [*INSTALL, *packages]):
            subprocess.run(command, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


def has_arial() -> bool:
    """Say whether there is Arial or a font of its measures, as far as fontconfig knows."""
    if not shutil.which("fc-match"):
        return False
    told = subprocess.run(["fc-match", "Arial"], capture_output=True, text=True).stdout
    return "Arial" in told or "Liberation" in told


def run_pytest(arguments: list[str], **environment: str) -> None:
    shared = ["-n", PROCESSES, "--maxschedchunk", AT_ONCE]
    command = [sys.executable, "-m", "pytest", *shared, *arguments]
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
    provide_ical_js()
    install([] if find_nginx() else ["nginx-light"])

    ran = {True: "ran", False: "does not answer, left out"}
    nginx = "ran" if find_nginx() else "not here, left out"
    told = (
        f"SQLite: ran. PostgreSQL: {ran[on_postgres]}. Redis: {ran[with_redis]}. "
        f"Chromium: ran. nginx: {nginx}."
    )
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
