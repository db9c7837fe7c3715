"""Where ical.js is, by which calendar files are read once more."""

import json
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parent / "events" / "ical"
INSTALLED = Path(sys.prefix) / "ical"
"""Beside the packages of Python: nothing of it comes into the source tree."""
PINNED = ("package.json", "package-lock.json", ".npmrc")


def is_ical_js_here() -> bool:
    """Say whether it is installed, as pinned."""
    lock = INSTALLED / "package-lock.json"
    is_there = (INSTALLED / "node_modules" / "ical.js").is_dir() and lock.exists()
    return is_there and lock.read_bytes() == (SOURCE / lock.name).read_bytes()


def read_with_ical_js(content: bytes) -> dict:
    """Return what ical.js finds in a calendar; see ical/read.mjs."""
    command = ["node", str(SOURCE / "read.mjs"), str(INSTALLED)]
    done = subprocess.run(command, input=content, capture_output=True, check=True)
    return json.loads(done.stdout)
