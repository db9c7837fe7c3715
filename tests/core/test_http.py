import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from django.db import transaction

from core import http

TLS = http.tls
PUBLIC, OTHER = "93.184.216.34", "151.101.1.140"


class Handler(BaseHTTPRequestHandler):
    """Does what a test has put under a path: a function of the handler."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen.append(self)
        self.close_connection = True
        self.server.pages.get(self.path, type(self).page)(self)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def page(self, body=b"here", status=200, **headers):
        self.send_response(status)
        for name, value in {"Content-Length": len(body), **headers}.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[ThreadingHTTPServer]:
    class Server(ThreadingHTTPServer):
        def handle_error(self, *_):
            """Clients of these tests hang up."""

    with Server(("127.0.0.1", 0), Handler) as server:
        server.pages, server.seen = {}, []
        server.url = f"http://127.0.0.1:{server.server_port}"
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def server():
    with serving() as server:
        yield server


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(http, "SECONDS", 0.4)


class Net:
    """Names of the tests' own, at public addresses where the tests' server answers."""

    def __init__(self, port):
        self.port, self.names, self.asked, self.connected = port, {}, [], []
        self.create_connection = socket.create_connection

    def resolve(self, host, port):
        self.asked.append(host)
        if host not in self.names and not host.replace(".", "").isdigit() and ":" not in host:
            raise OSError("no such name")
        found = self.names.get(host, [host])
        return found.pop(0) if isinstance(found[0], list) else found

    def connect(self, address, *arguments, **options):
        self.connected.append(address[0])
        return self.create_connection(("127.0.0.1", self.port), *arguments, **options)


@pytest.fixture
def net(server, monkeypatch):
    net = Net(server.server_port)
    net.names = {"good.test": [PUBLIC], "other.test": [OTHER], "inner.test": ["10.0.0.7"]}
    monkeypatch.setattr(http, "resolve", net.resolve)
    monkeypatch.setattr(socket, "create_connection", net.connect)
    return net


def redirect_to(address, status=302):
    return lambda handler: handler.page(b"", status, Location=address)


def in_drops(first, drops):
    def page(handler):
        handler.wfile.write(first)
        for drop in drops:
            time.sleep(0.1)
            handler.wfile.write(drop)

    return page


def test_a_public_page_is_read(server, net):
    answer = http.fetch("http://good.test/a?b=c")
    assert (answer.status_code, answer.text) == (200, "here")
    asked = server.seen[0]
    assert asked.path == "/a?b=c"
    assert asked.headers["Host"] == "good.test"
    assert "(+http" in asked.headers["User-Agent"]


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1",
        "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8",
        "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1",
        "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::",
        "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:10.0.0.1",
        "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::1", "100::1", "2001::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:db8::1", "2002:7f00:1::1",
        "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1",
        "fe80::1%eth0", "fec0::1", "ff02::1",
    ],
)  # fmt: skip
def test_no_address_that_is_not_public(server, net, address):
    net.names["good.test"] = [PUBLIC, address]
    with pytest.raises(http.Refused, match="public"):
        http.fetch("http://good.test/")
    assert not net.connected


@pytest.mark.parametrize(
    "address", ["8.8.8.8", PUBLIC, "2606:4700::1111", "2001:4860:4860::8888", "64:ff9b::8.8.8.8"]
)
def test_public_addresses(address):
    assert http.is_public(address)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "localhost",
     "LOCALHOST", "localhost.", "[::1]", "[::ffff:127.0.0.1]", "0", "127。0。0。1", "①②⑦.0.0.1",
     "１２７.０.０.１"],
)  # fmt: skip
def test_other_ways_of_writing_this_machine(server, host):
    with pytest.raises(httpx.TransportError):
        http.fetch(f"http://{host}:{server.server_port}/")
    with pytest.raises(httpx.TransportError):
        http.fetch(f"http://{host}:8080/")
    assert not server.seen


def test_the_numbers_are_refused_for_where_they_lead():
    for host in ("2130706433", "0x7f.1", "127.1", "017700000001", "[::1]", "localhost"):
        with pytest.raises(http.Refused, match="public"):
            http.fetch(f"http://{host}/")


def test_a_name_is_looked_up_once_and_connected_to_as_found(server, net):
    net.names["good.test"] = [[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]]
    assert http.fetch("http://good.test/").text == "here"
    assert net.asked == ["good.test"]
    assert net.connected == [PUBLIC]


def test_a_name_that_moves_between_redirects(server, net):
    net.names["good.test"] = [[PUBLIC], ["127.0.0.1"]]
    server.pages["/"] = redirect_to("/again")
    with pytest.raises(http.Refused):
        http.fetch("http://good.test/")
    assert net.connected == [PUBLIC]


def test_the_second_address_is_tried(server, net, monkeypatch):
    net.names["good.test"] = [OTHER, PUBLIC]
    through = net.connect

    def connect(address, *arguments, **options):
        if address[0] == OTHER:
            raise TimeoutError
        return through(address, *arguments, **options)

    monkeypatch.setattr(socket, "create_connection", connect)
    assert http.fetch("http://good.test/").text == "here"


@pytest.mark.parametrize("found", [[], OSError("no such name"), UnicodeError("label too long")])
def test_a_name_without_address(monkeypatch, found):
    def resolve(*_):
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(http, "resolve", resolve)
    with pytest.raises(httpx.ConnectError):
        http.fetch("http://good.test/")


@pytest.mark.parametrize(
    "address",
    ["ftp://good.test/", "ftp://good.test:80/", "ws://good.test:443/", "file:///etc/passwd",
     "gopher://good.test/", "javascript:alert(1)", "",
     "good.test", "//good.test/", "http://", "http:///a", "data:text/plain,a", "unix:/run/a.sock",
     "http://a@good.test/", "http://a:b@good.test/", "http://good.test@inner.test/",
     "http://good.test:22/", "http://good.test:3306/", "http://good.test:99999/",
     "http://good.test:x/", "http://[::1/", "http://a\nb.test/", "http://" + "a" * 70 + ".test/"],
)  # fmt: skip
def test_what_is_not_asked(server, net, address):
    with pytest.raises(httpx.TransportError):
        http.fetch(address)
    assert not net.connected


@pytest.mark.parametrize("port", [80, 443, 8080, 8443])
def test_ports(server, net, port):
    assert http.fetch(f"http://good.test:{port}/").text == "here"


class TestRedirects:
    def test_are_followed(self, server, net):
        server.pages["/"] = redirect_to("http://other.test/2")
        answer = http.fetch("http://good.test/")
        assert answer.text == "here"
        assert str(answer.url) == "http://other.test/2"
        assert net.connected == [PUBLIC, OTHER]

    @pytest.mark.parametrize(
        "address",
        ["http://inner.test/", "http://127.0.0.1/", "http://[fd00:ec2::254]/",
         "ftp://good.test/", "http://169.254.169.254/latest/meta-data/", "//inner.test/",
         "http://a:b@good.test/", "http://good.test:22/", "file:///etc/passwd", "http://[/"],
    )  # fmt: skip
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_pass_the_same_guards(self, server, net, address, status):
        server.pages["/"] = redirect_to(address, status)
        with pytest.raises(httpx.TransportError):
            http.fetch("http://good.test/")
        assert net.connected == [PUBLIC]

    def test_are_at_most_three(self, server, net):
        server.pages |= {f"/{n}": redirect_to(f"/{n + 1}") for n in range(3)}
        assert http.fetch("http://good.test/0").text == "here"
        server.pages["/3"] = redirect_to("/4")
        with pytest.raises(httpx.TooManyRedirects):
            http.fetch("http://good.test/0")

    def test_are_not_followed_with_what_is_sent(self, server, net):
        server.pages["/"] = redirect_to("http://other.test/", 307)
        with http.guarded_client() as client:
            assert client.post("http://good.test/", data={"a": "b"}).status_code == 307
        assert net.connected == [PUBLIC]

    def test_share_the_time(self, server, net, quick):
        def page(handler):
            time.sleep(0.25)
            redirect_to("/b")(handler)

        server.pages |= {"/a": page, "/b": page}
        with pytest.raises(httpx.TimeoutException):
            http.fetch("http://good.test/a")


class TestAllowed:
    def test_an_origin(self, server):
        assert http.fetch(server.url, allow=[server.url]).text == "here"
        server.pages["/"] = redirect_to("/further")
        assert http.fetch(server.url, allow=[server.url]).text == "here"

    def test_only_that_origin(self, server):
        port = server.server_port
        others = [f"https://127.0.0.1:{port}", "http://127.0.0.1:1", f"http://localhost:{port}"]
        for other in [*others, f"http://127.0.0.2:{port}"]:
            with pytest.raises(http.Refused):
                http.fetch(server.url, allow=[other])
        assert not server.seen

    def test_not_for_a_redirect_from_elsewhere(self, server, net):
        server.pages["/"] = redirect_to("http://inner.test/b")
        with pytest.raises(http.Refused):
            http.fetch("http://good.test/", allow=["http://inner.test"])
        assert net.connected == [PUBLIC]

    def test_not_for_a_redirect_that_comes_back(self, server, net):
        server.pages["/a"] = redirect_to("http://good.test/b")
        server.pages["/b"] = redirect_to("http://inner.test/c")
        with pytest.raises(http.Refused):
            http.fetch("http://inner.test/a", allow=["http://inner.test"])
        assert net.connected == ["10.0.0.7", PUBLIC]

    def test_not_for_a_redirect_between_two(self, server, net):
        server.pages["/a"] = redirect_to("http://127.0.0.1/b")
        with pytest.raises(http.Refused):
            http.fetch("http://inner.test/a", allow=["http://inner.test", "http://127.0.0.1"])
        assert net.connected == ["10.0.0.7"]

    def test_each_request_anew(self, server, net):
        server.pages["/a"] = redirect_to("http://good.test/b")
        with http.guarded_client(allow=["http://inner.test"]) as client:
            assert client.get("http://inner.test/a").text == "here"
            assert client.get("http://inner.test/b").text == "here"


class TestTime:
    def test_a_silent_server(self, server, quick):
        server.pages["/"] = lambda handler: time.sleep(1)
        self.times_out(server)

    def test_headers_in_drops(self, server, quick):
        server.pages["/"] = in_drops(b"HTTP/1.1 200 OK\r\n", [b"X-A: b\r\n"] * 30)
        self.times_out(server)

    def test_a_body_in_drops(self, server, quick):
        first = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n"
        server.pages["/"] = in_drops(first, [b"a"] * 30)
        self.times_out(server)

    def test_answers_before_the_answer(self, server, quick):
        server.pages["/"] = in_drops(b"", [b"HTTP/1.1 103 Early Hints\r\n\r\n"] * 30)
        self.times_out(server)

    def test_a_server_that_reads_in_drops(self, quick):
        with socket.create_server(("127.0.0.1", 0)) as listening:

            def read():
                connection, _ = listening.accept()
                with connection:
                    for _ in range(60):
                        time.sleep(0.05)
                        connection.recv(1_000_000)

            threading.Thread(target=read, daemon=True).start()
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            begun = time.monotonic()
            with http.guarded_client(allow=[url]) as client, pytest.raises(httpx.TimeoutException):
                client.post(url, content=b"a" * 50_000_000)
            assert time.monotonic() - begun < 2

    def test_a_silent_name_server(self, monkeypatch, quick):
        monkeypatch.setattr(http, "resolve", lambda *_: time.sleep(1))
        begun = time.monotonic()
        with pytest.raises(httpx.TimeoutException):
            http.fetch("http://good.test/")
        assert time.monotonic() - begun < 0.8

    def test_a_silent_handshake(self, quick):
        with socket.create_server(("127.0.0.1", 0)) as listening:
            url = f"https://127.0.0.1:{listening.getsockname()[1]}"
            begun = time.monotonic()
            with pytest.raises(httpx.TimeoutException):
                http.fetch(url, allow=[url])
            assert time.monotonic() - begun < 0.8

    def times_out(self, server):
        begun = time.monotonic()
        with pytest.raises(httpx.TimeoutException):
            http.fetch(server.url, allow=[server.url])
        assert time.monotonic() - begun < 0.8


class TestSize:
    def test_the_largest(self, server):
        server.pages["/"] = lambda handler: handler.page(b"a" * http.MOST_BYTES)
        answer = http.fetch(server.url, allow=[server.url])
        assert len(answer.content) == http.MOST_BYTES

    def test_a_byte_more(self, server):
        server.pages["/"] = lambda handler: handler.page(b"a" * (http.MOST_BYTES + 1))
        with pytest.raises(http.TooLarge):
            http.fetch(server.url, allow=[server.url])

    def test_a_redirect(self, server):
        body = b"a" * (http.MOST_BYTES + 1)
        server.pages["/"] = lambda handler: handler.page(body, 302, Location="/b")
        with pytest.raises(http.TooLarge):
            http.fetch(server.url, allow=[server.url])

    def test_without_end(self, server):
        def page(handler):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                handler.wfile.write(b"ffff\r\n" + b"a" * 0xFFFF + b"\r\n")

        server.pages["/"] = page
        with pytest.raises(http.TooLarge):
            http.fetch(server.url, allow=[server.url])

    def test_headers_without_end(self, server):
        def page(handler):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while True:
                handler.wfile.write(b"X-A: " + b"a" * 1000 + b"\r\n")

        server.pages["/"] = page
        with pytest.raises(httpx.RemoteProtocolError):
            http.fetch(server.url, allow=[server.url])

    def test_zipped(self, server):
        said = "Żółć " * 100
        zipped = gzip.compress(said.encode())
        server.pages["/"] = lambda handler: handler.page(zipped, Content_Encoding="gzip")
        answer = http.fetch(server.url, allow=[server.url])
        assert answer.text == said
        assert "Content-Encoding" not in answer.headers
        assert answer.headers["Content-Length"] == str(len(answer.content))

    def test_a_bomb_is_not_unzipped(self, server):
        bomb = gzip.compress(b"\0" * 200_000_000, 9)
        assert len(bomb) < http.MOST_BYTES
        server.pages["/"] = lambda handler: handler.page(bomb, Content_Encoding="gzip")
        tracemalloc.start()
        with pytest.raises(http.TooLarge):
            http.fetch(server.url, allow=[server.url])
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 8_000_000

    @pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "deflate", "gzip"])
    def test_what_is_not_encoded_as_asked(self, server, encoding):
        server.pages["/"] = lambda handler: handler.page(b"here", Content_Encoding=encoding)
        with pytest.raises(httpx.DecodingError):
            http.fetch(server.url, allow=[server.url])

    def test_zipped_and_cut_off(self, server):
        cut = gzip.compress(b"here")[:-9]
        server.pages["/"] = lambda handler: handler.page(cut, Content_Encoding="gzip")
        with pytest.raises(httpx.DecodingError):
            http.fetch(server.url, allow=[server.url])

    def test_cut_off(self, server):
        server.pages["/"] = lambda handler: handler.page(b"here", Content_Length=50)
        with pytest.raises(httpx.RemoteProtocolError):
            http.fetch(server.url, allow=[server.url])


def test_no_cookie_is_kept(server):
    server.pages["/"] = lambda handler: handler.page(Set_Cookie="a=b; Path=/")
    with http.guarded_client(allow=[server.url]) as client:
        client.get(server.url)
        client.get(server.url)
        assert not client.cookies
    assert all("Cookie" not in asked.headers for asked in server.seen)


def test_the_environment_has_no_say(server, monkeypatch, tmp_path):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert http.fetch(server.url, allow=[server.url]).text == "here"
    assert "Authorization" not in server.seen[0].headers


@pytest.mark.django_db(transaction=True)
def test_not_inside_a_transaction(server):
    with transaction.atomic(), pytest.raises(RuntimeError, match="transaction"):
        http.fetch(server.url, allow=[server.url])
    assert not server.seen


class TestTLS:
    @pytest.fixture
    def secure(self, tmp_path, monkeypatch):
        """A server with a certificate of good.test, at 127.0.0.1."""
        if not shutil.which("openssl"):
            pytest.skip("openssl makes the certificate")
        key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-subj", "/CN=good.test",
             "-addext", "subjectAltName=DNS:good.test", "-keyout", key, "-out", certificate],
            check=True,
            capture_output=True,
        )  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        names = []
        context.sni_callback = lambda _socket, name, _context: names.append(name)
        trusting = ssl.create_default_context(cafile=certificate)
        monkeypatch.setattr(http, "tls", lambda: trusting)
        monkeypatch.setattr(http, "resolve", lambda *_: ["127.0.0.1"])
        with serving(context) as server:
            server.names = names
            yield server

    def test_goes_by_name(self, secure):
        url = f"https://good.test:{secure.server_port}"
        assert http.fetch(url, allow=[url]).text == "here"
        assert secure.names == ["good.test"]
        assert secure.seen[0].headers["Host"] == url.removeprefix("https://")

    def test_another_name_is_not_proven(self, secure):
        url = f"https://other.test:{secure.server_port}"
        with pytest.raises(httpx.ConnectError, match="for 'other"):
            http.fetch(url, allow=[url])

    def test_strangers_are_not_trusted(self, secure, monkeypatch):
        monkeypatch.setattr(http, "tls", TLS)
        url = f"https://good.test:{secure.server_port}"
        with pytest.raises(httpx.ConnectError, match="certificate"):
            http.fetch(url, allow=[url])

    def test_a_redirect_never_leads_to_http(self, secure):
        url = f"https://good.test:{secure.server_port}"
        secure.pages["/"] = redirect_to("http://good.test/")
        with pytest.raises(http.Refused, match="https to http"):
            http.fetch(url, allow=[url, "http://good.test"])
