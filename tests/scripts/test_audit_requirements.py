"""Pins are asked about; what is known against one, and that nothing is known, both fail."""

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "audit_requirements.py"
KNOWN = {"id": "PYSEC-2026-1", "fixed_in": ["5.2.1", "6.0.1"], "withdrawn": None}


@pytest.fixture
def index():
    """A package index: what it answers by path, JSON or nonsense."""
    answers: dict[str, object] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            told = answers.get(self.path)
            self.send_response(200 if told is not None else 404)
            self.end_headers()
            self.wfile.write(told if isinstance(told, bytes) else json.dumps(told).encode())

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    answers["port"] = server.server_port
    yield answers
    server.shutdown()
    server.server_close()


def audit(tmp_path, port: int) -> tuple[int, str]:
    pins = "".join(f"{pin} \\\n    --hash=sha256:0\n" for pin in ("django==5.2", "nh3==0.3"))
    (tmp_path / "base.txt").write_text(pins)
    environment = {"PYPI_JSON": f"http://127.0.0.1:{port}/pypi", "no_proxy": "*"}
    done = subprocess.run(
        [sys.executable, SCRIPT, tmp_path], env=environment, capture_output=True, text=True
    )
    return done.returncode, done.stdout


def answer(index, django: object, nh3: object) -> None:
    index["/pypi/django/5.2/json"], index["/pypi/nh3/0.3/json"] = django, nh3


def test_nothing_known_against_any(index, tmp_path):
    withdrawn = {**KNOWN, "withdrawn": "2026-01-01T00:00:00Z"}
    answer(index, {"vulnerabilities": []}, {"vulnerabilities": [withdrawn]})
    assert audit(tmp_path, index["port"]) == (0, "Nothing is known against 2 releases.\n")


def test_something_known_against_one(index, tmp_path):
    answer(index, {"vulnerabilities": [KNOWN]}, {"vulnerabilities": []})
    told = "django 5.2: PYSEC-2026-1, mended in 5.2.1, 6.0.1\n"
    assert audit(tmp_path, index["port"]) == (1, told)


@pytest.mark.parametrize("nh3", [None, b"<html>", {"info": {}}, []])
def test_no_answer_about_one_is_no_leave(index, tmp_path, nh3):
    answer(index, {"vulnerabilities": []}, nh3)
    status, told = audit(tmp_path, index["port"])
    assert status == 2
    assert "Not known of 1 of 2 releases, as: nh3 0.3" in told


def test_an_index_that_cannot_be_reached(tmp_path):
    status, told = audit(tmp_path, 9)
    assert status == 2
    assert "cannot be reached" in told
