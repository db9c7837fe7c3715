"""nginx as `nginx_conf` sets it up: what it answers by itself, and what it leaves to the site."""

import contextlib
import gzip
import http.client
import io
import re
import socket
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import call_command

from core.page_cache.stores import Answer, current_store
from core.security import page_headers
from tests.run import find_nginx

PAGE = Answer({"Content-Type": "text/html"}, gzip.compress(b"a stored page"), 4e9, is_plain=True)
LIKE_OTHERS = {"Content-Type": "text/html; charset=utf-8"}


def config(**options) -> str:
    out = io.StringIO()
    call_command("nginx_conf", stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def _stored(settings, tmp_path):
    settings.PAGE_CACHE_STORE = "core.page_cache.stores.FileStore"
    settings.PAGES_FOLDER = tmp_path / "pages"
    settings.STATIC_ROOT = tmp_path / "static"


class TestWritten:
    def test_with_the_headers_that_the_site_says(self, db, _stored, client, settings):
        said = dict(re.findall(r'^        add_header ([\w-]+) "?(.+?)"?;$', config(), re.MULTILINE))
        page = client.get("/about/", headers={"accept-encoding": "gzip"})
        ours = dict(page.items())
        for name in ("Content-Type", "Content-Length", "ETag"):
            del ours[name]
        assert ours == {name: value for name, value in said.items() if name in ours}
        assert set(said) - set(ours) <= {"Strict-Transport-Security"}
        assert not re.search(r"&(?:#|\w+;)", config())

    def test_for_https_with_the_way_there(self, settings):
        settings.SITE_URL = "https://ill.example.org"
        settings.SECURE_HSTS_SECONDS = 31_536_000
        written = config(upstream="127.0.0.1:9000")
        assert "listen 443 ssl" in written
        assert "return 301 https://$host$request_uri" in written
        assert 'Strict-Transport-Security "max-age=31536000"' in written
        assert "try_files /ill.example.org$uri@$stored_page @site" in written
        assert "proxy_pass http://127.0.0.1:9000" in written

    def test_no_header_of_ours_is_cut_by_a_quote(self):
        assert all('"' not in value for value in page_headers().values())


class Site(BaseHTTPRequestHandler):
    """Stands in for the site, and says whom it was asked for."""

    def do_GET(self):
        body = f"the site, for {self.headers['X-Forwarded-For']}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *args):
        pass


@pytest.mark.skipif(find_nginx() is None, reason="nginx is not here")
class TestServing:
    @pytest.fixture
    def ask(self, _stored, settings, tmp_path):
        """A function that asks nginx for an address and returns the response and its body."""
        site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
        threading.Thread(target=site.serve_forever, daemon=True).start()
        port = _free_port()
        settings.SITE_URL = f"http://localhost:{port}"
        (tmp_path / "site.conf").write_text(config(upstream=f"127.0.0.1:{site.server_port}"))
        (tmp_path / "nginx.conf").write_text(
            f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log;\n"
            f"events {{ }}\nhttp {{ access_log off; include {tmp_path}/site.conf;\n"
            + "".join(
                f"{kind}_temp_path {tmp_path}/{kind};\n"
                for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
            )
            + "}\n"
        )
        current_store().put(current_store().version(), f"localhost:{port}/chats/", PAGE)
        (tmp_path / "static").mkdir()
        # Its workers are another user's where root begins it.
        for folder in (tmp_path, *tmp_path.parents):
            if folder.name:
                folder.chmod(folder.stat().st_mode | 0o055)
        nginx = subprocess.Popen(
            [find_nginx(), "-e", f"{tmp_path}/error.log", "-c", f"{tmp_path}/nginx.conf"]
        )
        _wait_for(port)

        def asked(path: str, method: str = "GET", **headers: str):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            zipped = {"Host": f"localhost:{port}", "Accept-Encoding": "br, gzip"}
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, headers={**zipped, **named})
            response = connection.getresponse()
            return response, response.read()

        yield asked
        nginx.terminate()
        nginx.wait()
        site.shutdown()
        site.server_close()

    def test_it_answers_with_what_is_stored(self, ask):
        response, body = ask("/chats/")
        assert gzip.decompress(body) == b"a stored page"
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"
        for name, value in page_headers().items():
            assert response.headers[name] == value
        again, nothing = ask("/chats/", If_None_Match=response.headers["ETag"])
        assert (again.status, nothing) == (304, b"")
        assert gzip.decompress(ask("/chats/", Cookie="_ga=1; theme=dark")[1]) == b"a stored page"

    def test_and_leaves_the_rest_to_the_site(self, ask):
        assert ask("/chats/", "POST")[1].startswith(b"the site")
        for path in ("/", "/chats", "/chats/?page=2", "/chats/@page.gz", "/chats/@head.json"):
            assert ask(path)[1].startswith(b"the site"), path
        for name in ("sessionid", "csrftoken", "messages", "author"):
            assert ask("/chats/", Cookie=f"{name}=a")[1].startswith(b"the site")
            assert ask("/chats/", Cookie=f"_ga=1; {name}=a")[1].startswith(b"the site")
            assert ask("/chats/", Cookie=f"_ga=1;{name}=a")[1].startswith(b"the site")
        assert ask("/chats/", Accept_Encoding="identity")[1].startswith(b"the site")
        assert ask("/chats/", Authorization="Basic YTpi")[1].startswith(b"the site")

    def test_a_purge_is_seen_at_once(self, ask):
        current_store().purge()
        assert ask("/chats/")[1].startswith(b"the site")

    def test_nobody_says_for_another_who_asks(self, ask):
        assert ask("/", X_Forwarded_For="198.51.100.7")[1] == b"the site, for 127.0.0.1"

    def test_nothing_else_of_the_folder_is_given_out(self, ask, tmp_path):
        (tmp_path / "secret-key").write_text("a secret")
        for path in ("/static/../secret-key", "/static/%2e%2e/secret-key", "/../secret-key"):
            assert b"a secret" not in ask(path)[1]

    def test_a_static_file_named_by_its_digest_is_kept_for_ever(self, ask, tmp_path):
        (tmp_path / "static" / "site.0123456789ab.css").write_text("a{}")
        (tmp_path / "static" / "site.css").write_text("a{}")
        assert "immutable" in ask("/static/site.0123456789ab.css")[0].headers["Cache-Control"]
        assert "immutable" not in ask("/static/site.css")[0].headers["Cache-Control"]


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def _wait_for(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.05)
    pytest.fail("nginx does not answer.")
