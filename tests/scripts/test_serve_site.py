"""`make run` loads the code once, and forks from there who answers and who works."""

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
from django.conf import settings

LEAST_SHARED = 50 * 2**10
"""KiB. It is 70 MiB and more, and next to nothing where each process loads the code by itself."""


@pytest.fixture
def served(tmp_path) -> Iterator[tuple[subprocess.Popen, int]]:
    """A site without tables, which has a file to show."""
    (tmp_path / "static").mkdir()
    (tmp_path / "static/here.txt").write_text("Here.")
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(settings.ROOT / "site"),
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "ENV_FILE": os.devnull,
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": secrets.token_urlsafe(64),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "LOG_LEVEL": "CRITICAL",
    }
    command = [sys.executable, "scripts/serve_site.py", "--port", str(port)]
    process = subprocess.Popen(
        command, env=environment, cwd=settings.ROOT, stderr=subprocess.PIPE, text=True
    )
    yield process, port
    process.kill()
    process.communicate()


def test_processes_share_the_code_and_end_together(served):
    process, port = served
    assert wait_for_answer(process, port) == 200
    family = family_of(process.pid)
    assert len(family) == 4
    if sys.platform == "linux":
        assert all(shared(pid) > LEAST_SHARED for pid in family)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (0, "")
    assert not any(Path(f"/proc/{pid}").exists() for pid in family)


def wait_for_answer(process: subprocess.Popen, port: int) -> int:
    end = time.monotonic() + 60
    while True:
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
                connection.request("GET", "/static/here.txt")
                return connection.getresponse().status
        except ConnectionError:
            assert process.poll() is None and time.monotonic() < end
            time.sleep(0.05)


def family_of(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    family = [pid]
    for parent in family:
        family += [child for child, its_parent in pairs if its_parent == parent]
    return family


def shared(pid: int) -> int:
    """Return the KiB of what was written before it was forked, and not since."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Shared_Dirty:\s+(\d+)", rollup, re.MULTILINE)[1])
