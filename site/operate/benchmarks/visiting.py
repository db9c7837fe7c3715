"""A reader's browser, as far as a server can tell."""

import json
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage, HTTPResponse
from http.cookies import SimpleCookie
from typing import Self
from urllib.parse import urlencode

HEADERS = {"Accept-Encoding": "gzip", "Accept": "text/html"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: HTTPMessage
    body: bytes


class Visitor:
    """One connection that is kept, and cookies: those it begins with stay as they are.

    `headers` go with all that it asks.
    """

    def __init__(self, port: int, headers: dict[str, str] | None = None, **cookies: str) -> None:
        self._connection = HTTPConnection("localhost", port, timeout=60)
        self._headers = {**HEADERS, **(headers or {})}
        self._own = cookies
        self._cookies = dict(cookies)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._connection.close()

    def get(self, address: str) -> Answer:
        return self._ask("GET", address)

    def send(self, address: str, fields: dict[str, str], client: str) -> Answer:
        """Send a form as from a client's address."""
        return self._ask("POST", address, urlencode(fields), {**FORM, "X-Forwarded-For": client})

    def fetch_stamp(self, address: str) -> dict[str, str]:
        """Return what a script puts into a form as somebody begins to write."""
        told = json.loads(self.get(f"{address}stamp/").body)
        return {"stamp": told["stamp"], "csrfmiddlewaretoken": told["token"]}

    def _ask(
        self, method: str, address: str, body: str | None = None, headers: dict | None = None
    ) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        carried = {"Cookie": cookies} if cookies else {}
        asked = method, address, body, {**self._headers, **carried, **(headers or {})}
        try:
            response = self._respond(*asked)
        except (BrokenPipeError, ConnectionResetError):
            # A server closes what nobody asks by for a while.
            self._connection.close()
            response = self._respond(*asked)
        self._keep(response.headers.get_all("Set-Cookie", []))
        return Answer(response.status, response.headers, response.read())

    def _respond(self, *asked: object) -> HTTPResponse:
        self._connection.request(*asked)
        return self._connection.getresponse()

    def _keep(self, given: list[str]) -> None:
        for cookie in given:
            self._cookies |= {name: one.value for name, one in SimpleCookie(cookie).items()}
        self._cookies |= self._own
