"""The way out: every request to another server goes through a client made here.

Strangers name addresses (links to check, mentions to verify), so only public ones are asked, and
no server can keep us waiting or fill our memory.

Whatever fails is an httpx.RequestError: `Refused`, `TooLarge`, `UnknownHost`, or httpx's own, of
which httpx.TimeoutException says that the time was up.
"""

import queue
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import IPv4Address, ip_address, ip_network

import httpcore
import httpx
from django.conf import settings

from core.outside import forbid_in_transaction

Origin = tuple[str, str, int | None]
"""Scheme, host and port."""

SECONDS = 5.0
"""For all of an exchange: looking up names, redirects, a body that comes in drops."""
MOST_BYTES = 1_000_000
"""Of a body, decoded."""
MOST_REDIRECTS = 3
PORTS = {80, 443, 8080, 8443}
PIECE = 16 * 1024
NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
"""What a look-up ends with that was answered; others could not be made."""

NAT64 = ip_network("64:ff9b::/96")
"""RFC 6052, 2.1: an IPv4 address in its last 32 bits."""
GLOBAL_UNICAST = ip_network("2000::/3")
SPECIAL = [
    ip_network(network)
    for network in (
        "100.64.0.0/10",  # RFC 6598, carriers' NAT
        "192.0.0.0/24",  # RFC 6890, protocol assignments
        "192.88.99.0/24",  # RFC 7526, relays of 6to4
        "2001::/23",  # RFC 2928, protocol assignments, Teredo among them
        "2001:db8::/32",  # RFC 3849, documentation
        "2002::/16",  # RFC 7526, 6to4, with an IPv4 address inside
        "3fff::/20",  # RFC 9637, documentation
    )
]


class Refused(httpx.TransportError):
    """An address that is not asked."""


class TooLarge(httpx.TransportError):
    """A body of more than MOST_BYTES."""


class UnknownHost(httpx.ConnectError):
    """A host that name servers do not know, or that is no name at all."""


def guarded_client(
    *, allow: Collection[str] = (), headers: Mapping[str, str] | None = None
) -> "GuardedClient":
    """Return an HTTP client for addresses of which nobody knows where they lead.

    It asks http and https on PORTS, at public addresses only, without a user's name. Redirects
    pass the same guards, and lead from https to https only; what is sent (POST) follows none.
    Cookies are forgotten, proxies and credentials of the environment are not looked at. Each
    request raises RuntimeError inside a transaction.

    `allow` names origins ("http://127.0.0.1:8123") that may lie at any address and port: an
    operator's own choice. That holds for a request made to them, and as long as redirects stay
    there.
    """
    return GuardedClient(allow=allow, headers=headers)


def fetch(url: str, *, allow: Collection[str] = ()) -> httpx.Response:
    """GET an address, as `guarded_client` does, and read what it answers."""
    with guarded_client(allow=allow) as client:
        return client.get(url)


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, also of one written as a number. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_kind, address in found]


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the public internet."""
    ip = ip_address(address)
    if ip in NAT64:
        ip = IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip.version == 6 and ip not in GLOBAL_UNICAST:
        return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in SPECIAL)


class GuardedClient(httpx.Client):
    """See `guarded_client`."""

    def __init__(
        self, *, allow: Collection[str] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        self._allowed = frozenset(_origin(httpx.URL(origin)) for origin in allow)
        ours = {
            "User-Agent": f"desk-to-desk (+{settings.SITE_URL})",
            "Accept-Encoding": "gzip",
            "Connection": "close",
        }
        super().__init__(
            transport=_Transport(),
            headers={**ours, **(headers or {})},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            follow_redirects=True,
            max_redirects=MOST_REDIRECTS,
            trust_env=False,
        )

    def build_request(self, method: str, url: httpx.URL | str, **options) -> httpx.Request:
        try:
            return super().build_request(method, url, **options)
        except httpx.InvalidURL as error:
            raise Refused(f"That is no address: {error}") from error

    def send(self, request: httpx.Request, **options) -> httpx.Response:
        forbid_in_transaction()
        # httpx hands the extensions of a request on to those it is redirected to.
        request.extensions = {**request.extensions, "exchange": _Exchange(self._allowed)}
        if request.method not in {"GET", "HEAD"}:
            options["follow_redirects"] = False
        return super().send(request, **options)


class _Exchange:
    """A request and all that it is redirected to."""

    def __init__(self, allowed: frozenset[Origin]) -> None:
        self._ends_at = time.monotonic() + SECONDS
        self._allowed = allowed
        self._is_secure = False

    def admit(self, url: httpx.URL) -> bool:
        """Say whether an address is exempt from being public. Raises Refused for one not asked."""
        origin = _origin(url)
        self._allowed &= {origin}
        if url.scheme not in {"http", "https"} or not url.host:
            raise Refused(f"Only http and https are asked, not {url.scheme}.")
        if url.userinfo:
            raise Refused("An address with a user's name is not asked.")
        if self._is_secure and url.scheme == "http":
            raise Refused("A redirect leads from https to http.")
        if origin[2] not in PORTS and not self._allowed:
            raise Refused(f"Port {url.port} is not asked.")
        self._is_secure = url.scheme == "https"
        return bool(self._allowed)

    def left(self) -> float:
        """Return how many seconds are left. Raises httpx.ReadTimeout when none are."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise httpx.ReadTimeout(f"Not done within {SECONDS:g} seconds.")
        return left


class _Transport(httpx.BaseTransport):
    """Has a connection for each request, and has read the whole body when it returns."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        exchange: _Exchange = request.extensions["exchange"]
        backend = _Backend(exchange, exchange.admit(request.url))
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        try:
            with (
                httpcore.ConnectionPool(ssl_context=tls(), network_backend=backend) as pool,
                pool.stream(
                    request.method, url, headers=request.headers.raw, content=request.read()
                ) as answer,
            ):
                headers = httpx.Headers(answer.headers)
                encoding = headers.pop("Content-Encoding", "identity")
                body = _read(answer.iter_stream(), encoding)
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            # httpx has the same names for them.
            raise getattr(httpx, type(error).__name__)(str(error)) from error
        if encoding != "identity":
            headers.pop("Content-Length", None)
        return httpx.Response(answer.status, headers=headers, content=body)


class _Backend(httpcore.NetworkBackend):
    """Looks a host up once, and connects to an address that it has looked at."""

    def __init__(self, exchange: _Exchange, is_exempt: bool) -> None:
        self._exchange = exchange
        self._is_exempt = is_exempt

    def connect_tcp(self, host: str, port: int, *_timeout, **_options) -> httpcore.NetworkStream:
        addresses = _within(self._exchange.left(), resolve, host, port)
        if not self._is_exempt and not all(map(is_public, addresses)):
            raise Refused(f"{host} is not at a public address.")
        failure: Exception = httpx.ConnectError(f"{host} has no address.")
        for place, address in enumerate(addresses):
            # So that one that is silent leaves time for the others.
            share = self._exchange.left() / (len(addresses) - place)
            try:
                stream = httpcore.SyncBackend().connect_tcp(address, port, share)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._exchange)
        raise failure


class _Stream(httpcore.NetworkStream):
    """A connection of which each operation ends when the exchange does."""

    def __init__(self, stream: httpcore.NetworkStream, exchange: _Exchange) -> None:
        self._stream = stream
        self._exchange = exchange

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._exchange.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # By pieces: the time given is that of each send, of which a large buffer takes many.
        for start in range(0, len(buffer), PIECE):
            self._stream.write(buffer[start : start + PIECE], self._exchange.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._exchange.left()
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._exchange)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


@cache
def tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def _origin(url: httpx.URL) -> Origin:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)


def _within(seconds: float, look_up: Callable[..., list[str]], *what) -> list[str]:
    """Call what knows no time-out, a name server's answer. Raises httpx.ConnectError."""
    answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def call() -> None:
        try:
            answers.put(look_up(*what))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=call, daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise httpx.ConnectTimeout("No name server has answered in time.") from None
    if isinstance(answer, Exception):
        is_known = isinstance(answer, OSError) and answer.errno not in NO_SUCH_NAME
        failure = httpx.ConnectError if is_known else UnknownHost
        raise failure(str(answer)) from answer
    return answer


def _read(parts: Iterable[bytes], encoding: str) -> bytes:
    """Return a body, decoded. Raises TooLarge, and DecodingError for what was not asked for."""
    if encoding.lower() == "identity":
        unzip = None
    elif encoding.lower() == "gzip":
        unzip = zlib.decompressobj(16 + zlib.MAX_WBITS)
    else:
        raise httpx.DecodingError(f"The answer is encoded as {encoding}.")
    body = bytearray()
    is_begun = False
    for part in parts:
        is_begun = True
        try:
            # Never more than one byte too many: a small bomb must not become a large one.
            body += unzip.decompress(part, MOST_BYTES + 1 - len(body)) if unzip else part
        except zlib.error as error:
            raise httpx.DecodingError(str(error)) from error
        if len(body) > MOST_BYTES:
            raise TooLarge(f"The answer has more than {MOST_BYTES} bytes.")
        if unzip and unzip.eof:
            break
    if unzip and is_begun and not unzip.eof:
        raise httpx.DecodingError("The answer is cut off.")
    return bytes(body)
