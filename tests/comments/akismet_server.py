"""A stand-in for Akismet on this machine, which speaks version 1.1 of its protocol.

with AkismetServer() as server:
    server.answer = SPAM
    client = AkismetClient(server.key, "https://site.test/", base_url=server.url)
"""

import threading
import time
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

KEY = "0123456789ab"
THANKS = "Thanks for making the web a better place."
SPAMMER, SPAMMERS_ADDRESS = "akismet-guaranteed-spam", "akismet-guaranteed-spam@example.com"


@dataclass(frozen=True)
class Answer:
    body: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0
    """Waited before it."""
    is_cut: bool = False
    """Hang up after a part of it."""

    def but(self, **changes) -> "Answer":
        return replace(self, **changes)


HAM = Answer("false")
SPAM = Answer("true")
DISCARD = Answer("true", headers={"X-akismet-pro-tip": "discard"})
PROVISIONAL = Answer("false", headers={"X-akismet-recheck-after": "900"})
INVALID = Answer(
    "invalid", headers={"X-akismet-debug-help": "We were unable to parse your blog URI"}
)
SUSPENDED = Answer("true", headers={"X-akismet-error": "This key is suspended."})
RUN_OUT = Answer(
    "false",
    headers={"X-akismet-alert-code": "10003", "X-akismet-alert-msg": "Your plan has run out."},
)
BUSY = Answer("Too many requests", 429, {"Retry-After": "120"})
BROKEN = Answer("<h1>Internal Server Error</h1>", 500)
HANGING = Answer("false", seconds=2)
HTML = Answer("<!DOCTYPE html><title>Wifi</title><p>Sign in", headers={"Content-Type": "text/html"})
EMPTY = Answer()
CUT = Answer("false", is_cut=True)
REDIRECT = Answer("", 302, {"Location": "/elsewhere"})


@dataclass(frozen=True)
class Asked:
    path: str
    fields: dict[str, str]
    headers: dict[str, str]
    """Their names in lower case."""


class AkismetServer:
    """Answers as Akismet would, or, to whatever is asked, with `answer`, where that is set."""

    def __init__(self, key: str = KEY) -> None:
        self.key = key
        self.answer: Answer | None = None
        self.requests: list[Asked] = []

    def __enter__(self) -> "AkismetServer":
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.stand_in = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer_to(self, asked: Asked) -> Answer:
        self.requests.append(asked)
        if self.answer is not None:
            return self.answer
        fields = asked.fields
        is_known = (fields.get("api_key") or fields.get("key")) == self.key
        if asked.path == "/1.1/verify-key":
            return Answer("valid") if is_known else INVALID
        if asked.path not in {"/1.1/comment-check", "/1.1/submit-spam", "/1.1/submit-ham"}:
            return Answer("Not found", 404)
        if not is_known or not fields.get("blog") or not fields.get("user_ip"):
            return INVALID
        if asked.path != "/1.1/comment-check":
            return Answer(THANKS)
        is_spammer = fields.get("comment_author") == SPAMMER
        is_spammer |= fields.get("comment_author_email") == SPAMMERS_ADDRESS
        return SPAM if is_spammer else HAM


class _Server(ThreadingHTTPServer):
    block_on_close = False
    stand_in: AkismetServer

    def handle_error(self, *_) -> None:
        """Whoever waits no longer hangs up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        fields = dict(parse_qsl(body, keep_blank_values=True, strict_parsing=True))
        answer = self.server.stand_in.answer_to(Asked(self.path, fields, headers))
        self.close_connection = True
        time.sleep(answer.seconds)
        said = answer.body.encode()
        self.send_response(answer.status)
        of_text = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": len(said)}
        for name, value in {**of_text, **answer.headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(said[: len(said) // 2] if answer.is_cut else said)

    def log_message(self, *_) -> None:
        pass
