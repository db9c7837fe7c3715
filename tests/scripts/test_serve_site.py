"""`make run` loads the code once, and forks from there who answers and who works."""

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
from django.conf import settings

LEAST_SHARED = 50 * 2**10
"""KiB. It is 70 MiB and more, and next to nothing where each process loads the code by itself."""

COMMAND = ["python", "scripts/serve_site.py"]

Served = tuple[subprocess.Popen, int]


@pytest.fixture
def serve(tmp_path) -> Iterator[Callable[..., Served]]:
    """Serve a site without tables, which has a file to show."""
    data = tmp_path / "data"
    (data / "static").mkdir(parents=True)
    (data / "static/here.txt").write_text("Here.")
    processes = []

    def start(code: Path = settings.ROOT, command: list[str] = COMMAND) -> Served:
        served = start_site(code, data, command)
        processes.append(served[0])
        return served

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def start_site(code: Path, data: Path, command: list[str]) -> Served:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": "site",
        "ENV_FILE": os.devnull,
        "DATA_DIR": str(data),
        "SECRET_KEY": secrets.token_urlsafe(64),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "LOG_LEVEL": "CRITICAL",
    }
    process = subprocess.Popen(
        [sys.executable, *command[1:], "--host", "127.0.0.1", "--port", str(port)],
        env=environment,
        cwd=code,
        stderr=subprocess.PIPE,
        text=True,
    )
    return process, port


def test_processes_share_the_code_and_end_together(serve):
    process, port = serve()
    assert wait_for_answer(process, port) == 200
    family = family_of(process.pid)
    assert len(family) == 4
    if sys.platform == "linux":
        assert all(shared(pid) > LEAST_SHARED for pid in family)
        # The driver of a database that the site does not have: eight megabytes.
        assert not any("psycopg" in Path(f"/proc/{pid}/maps").read_text() for pid in family)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (0, "")
    assert not any(Path(f"/proc/{pid}").exists() for pid in family)


def test_a_container_holds_what_it_runs(serve, tmp_path):
    """The Dockerfile itself needs a service to build it, and a network."""
    deploy = settings.ROOT / "deploy"
    orders = (deploy / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    let_in = (deploy / "Dockerfile.dockerignore").read_text().splitlines()
    code = tmp_path / "code"
    for order in (line.split()[1:] for line in orders if line.startswith("COPY ")):
        *names, to = order
        for name in names:
            assert "!" + name.split("/")[0] in let_in
            goes_to = code / to / Path(name).name if to.endswith("/") else code / to
            goes_to.parent.mkdir(parents=True, exist_ok=True)
            here = settings.ROOT / name
            (shutil.copytree if here.is_dir() else shutil.copy)(here, goes_to)
    [command] = [json.loads(line[4:]) for line in orders if line.startswith("CMD ")]
    process, port = serve(code, command)
    assert wait_for_answer(process, port) == 200


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
