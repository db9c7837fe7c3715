"""Look at the site as others would: Lighthouse on its main pages, the Nu checker on every kind.

Needs Chromium, node and java, and npm's registry the first time. Serves the demonstration from a
folder of its own, as `make run` does, and asks each page twice: what is looked at is stored.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from lxml import etree

from tests.chromium import ARGUMENTS
from tests.run import NODE, install, provide_chromium

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
INSTALLED = Path(sys.prefix) / "audit"
PROGRAMS = {**NODE, "default-jre-headless": "java"}
"""Packages of Debian, and the programs they bring."""
PINNED = ("package.json", "package-lock.json", ".npmrc")
AT_LEAST = {"accessibility": 1, "best-practices": 1, "seo": 1, "performance": 0.95}
MAIN = ("/", "/chats/", "/chats/*", "/blog/*", "/guides/*", "/events/*")
"""Home, archive, and the first of each kind below: a chat, a post, a guide, an event."""
OF_EACH_KIND = 6
PATIENCE = 90
TRIES = 3
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def main() -> None:
    chromium = provide_chromium()
    install([package for package, program in PROGRAMS.items() if not shutil.which(program)])
    if missing := [program for program in PROGRAMS.values() if not shutil.which(program)]:
        sys.exit(f"The audit needs {', '.join(missing)} (on Debian: {' '.join(PROGRAMS)}).")
    install_from_npm()
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as site:
        addresses = sitemap(site)
        faults = [*lighthouse(site, addresses, chromium), *nu(site, addresses, Path(folder))]
    # An empty message, too, is taken for a failure.
    sys.exit("\n".join(faults) or None)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def install_from_npm() -> None:
    lock = INSTALLED / "package-lock.json"
    if lock.exists() and lock.read_bytes() == (HERE / lock.name).read_bytes():
        return
    shutil.rmtree(INSTALLED, ignore_errors=True)
    INSTALLED.mkdir(parents=True)
    for name in PINNED:
        shutil.copy(HERE / name, INSTALLED)
    done = subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=INSTALLED)
    if done.returncode:
        lock.unlink()
        sys.exit("npm could not install Lighthouse and the Nu checker.")


@contextmanager
def served(folder: Path):
    """Serve the demonstration, and give its address."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    site = f"http://localhost:{port}"
    environment = {
        **os.environ,
        "DATA_DIR": str(folder / "site"),
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "ENV_FILE": os.devnull,
        "LOG_LEVEL": "ERROR",
        "PYTHONPATH": str(ROOT / "site"),
        "SITE_URL": site,
    }
    manage = [sys.executable, str(ROOT / "manage.py")]
    for command in (
        [sys.executable, "-m", "config.secret"],
        [*manage, "prepare", "--verbosity", "0"],
        [*manage, "worker", "--once"],
    ):
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    options = f"--interface wsgi --host 127.0.0.1 --port {port} --blocking-threads 4 --no-ws"
    granian = str(Path(sys.executable).with_name("granian"))
    command = [granian, *options.split(), "--log-level", "error", "config.wsgi:application"]
    process = subprocess.Popen(command, env=environment)
    try:
        for _ in range(PATIENCE):
            try:
                fetch(site + "/")
                break
            except URLError:
                time.sleep(1)
        yield site
    finally:
        process.terminate()
        process.wait()


def fetch(address: str) -> bytes:
    with urlopen(address, timeout=30) as response:
        return response.read()


def sitemap(site: str) -> list[str]:
    """Return the paths of all that the site's map names, those of the maps it leads to as well."""
    waiting, found = [site + "/sitemap.xml"], []
    while waiting:
        tree = etree.fromstring(fetch(waiting.pop()))
        waiting += [place.text for place in tree.findall(f"{SITEMAP}sitemap/{SITEMAP}loc")]
        found += [place.text for place in tree.findall(f"{SITEMAP}url/{SITEMAP}loc")]
    return ["/" + address.split("/", 3)[3] for address in found]


def some_of(addresses: list[str], pattern: str, most: int) -> list[str]:
    """Return the addresses that a pattern of MAIN means."""
    if not pattern.endswith("*"):
        return [pattern]
    above = pattern[:-1]
    below = (one for one in addresses if one.startswith(above) and one != above)
    return [one for one in below if one.removeprefix(above).count("/") == 1][:most]


def lighthouse(site: str, addresses: list[str], chromium: str) -> list[str]:
    """Look at the main pages as a phone would; return what is below the least."""
    faults = []
    program = INSTALLED / "node_modules" / "lighthouse" / "cli" / "index.js"
    for path in [one for pattern in MAIN for one in some_of(addresses, pattern, 1)]:
        fetch(site + path)
        command = ["node", str(program), site + path, "--quiet", "--output=json"]
        command += ["--form-factor=mobile", f"--chrome-flags={' '.join(ARGUMENTS)}"]
        environment = {**os.environ, "CHROME_PATH": chromium}
        for _ in range(TRIES):
            # It gives up where Chromium was slow to start.
            told = subprocess.run(command, capture_output=True, env=environment)
            if told.returncode == 0:
                break
        else:
            faults.append(f"{path}: Lighthouse gave up: {told.stderr.decode()[-500:]}")
            continue
        report = json.loads(told.stdout)
        scores = {name: report["categories"][name]["score"] or 0 for name in AT_LEAST}
        audits = report["audits"]
        requests = audits["network-requests"]["details"]["items"]
        size = sum(request["transferSize"] for request in requests) / 1000
        said = ", ".join(f"{name} {score * 100:.0f}" for name, score in scores.items())
        say(f"{path}: {said}; {len(requests)} requests, {size:.0f} kB")
        for name, least in AT_LEAST.items():
            if scores[name] < least:
                refs = report["categories"][name]["auditRefs"]
                of_each = {ref["id"]: audits[ref["id"]]["score"] for ref in refs}
                failing = [one for one, score in of_each.items() if score is not None and score < 1]
                faults.append(f"{path}: {name} {scores[name] * 100:.0f}: {', '.join(failing)}")
    return faults


def nu(site: str, addresses: list[str], folder: Path) -> list[str]:
    """Check the HTML of some pages of each kind, and return what the checker says of them."""
    kinds = [*MAIN, "/people/*", "/teams/*", "/updates/lists/*", "/updates/announcements/*"]
    some = [one for pattern in kinds for one in some_of(addresses, pattern, OF_EACH_KIND)]
    some += [one for one in addresses if one.count("/") <= 2]
    some += ["/search/", "/search/?q=lost+in+transit", "/chats/?q=hold", "/tags/", "/updates/"]
    names = {}
    for number, path in enumerate(dict.fromkeys(some)):
        page = folder / "pages" / f"{number}.html"
        page.parent.mkdir(exist_ok=True)
        page.write_bytes(fetch(site + path))
        names[page.name] = path
    jar = INSTALLED / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
    command = ["java", "-Xss4m", "-jar", str(jar), "--format", "json", "--exit-zero-always"]
    told = subprocess.run([*command, str(folder / "pages")], capture_output=True, check=True)
    messages = json.loads(told.stderr)["messages"]
    say(f"The Nu checker: {len(names)} pages, {len(messages)} remarks")
    return [
        f"{names[one['url'].rpartition('/')[2]]}:{one.get('lastLine')}: {one['message']}"
        for one in messages
        if one["type"] == "error" or one.get("subType") == "warning"
    ]


if __name__ == "__main__":
    main()
