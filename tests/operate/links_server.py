"""Servers elsewhere: names at public addresses that one server of this machine answers."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PUBLIC = "93.184.216.34"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()

    def answer(self) -> None:
        host = self.headers["Host"]
        self.server.seen.append((self.command, host + self.path))
        self.close_connection = True
        self.server.pages.get(host + self.path, page(404))(self)

    def log_message(self, *_args) -> None:
        pass


def page(status: int = 200, head: int | None = None, **headers: str) -> Callable[[Handler], None]:
    """Return an answer; `head` is the status for a HEAD where that differs."""

    def answer(handler: Handler) -> None:
        is_head = handler.command == "HEAD"
        handler.send_response(head if head and is_head else status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "4")
        handler.end_headers()
        if not is_head:
            handler.wfile.write(b"here")

    return answer


def hang_up(handler: Handler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


class Elsewhere(ThreadingHTTPServer):
    """`pages` by host and path; `seen` is what was asked; a host without pages has no name."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, Callable[[Handler], None]] = {}
        self.seen: list[tuple[str, str]] = []
        self.away = False

    def resolve(self, host: str, port: int) -> list[str]:
        if host.replace(".", "").isdigit():
            return [host]
        host.encode("idna")
        known = {place.partition("/")[0].partition(":")[0] for place in self.pages}
        if self.away or host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [PUBLIC]

    def handle_error(self, *_args) -> None:
        """Clients of these tests hang up."""


@contextmanager
def elsewhere(monkeypatch) -> Iterator[Elsewhere]:
    from core import http
    from operate.links import following

    connect = socket.create_connection
    with Elsewhere() as server:
        at = ("127.0.0.1", server.server_port)
        monkeypatch.setattr(http, "resolve", server.resolve)
        monkeypatch.setattr(
            socket, "create_connection", lambda _at, *args, **kwargs: connect(at, *args, **kwargs)
        )
        monkeypatch.setattr(following, "BETWEEN", 0.0)
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield server
        server.shutdown()
