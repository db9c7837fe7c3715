"""Akismet (https://akismet.com/developers/), through the package of that name.

The package takes a suspended key's `true` for a verdict and knows no provisional ones, so what the
service says in headers is read here.
"""

import enum
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

import akismet
import httpx

from core.html import plain_text
from core.http import GuardedClient, TooLarge
from core.text import clean_line

BASE_URL = "https://rest.akismet.com"
LONGEST_SAID, LONGEST_READ = 200, 10_000
ALERTS = ("X-akismet-error", "X-akismet-alert-msg", "X-akismet-alert-code")
"""Sent for a key that is suspended or has run out, with whatever verdict."""

T = TypeVar("T")


class Verdict(enum.StrEnum):
    HAM = "ham"
    SPAM = "spam"
    DISCARD = "discard"
    """Spam that nobody need look at."""


@dataclass(frozen=True)
class Opinion:
    verdict: Verdict
    recheck_after: timedelta | None = None
    """When to ask again, where it is not sure yet."""


class AkismetTrouble(Exception):
    """No verdict.

    `problem` is "down", "slow", "busy" (asked too much), "garbled" (no answer of Akismet's) or
    "key" (invalid, suspended or run out); `said` what the service said, for staff, without the
    key; `retry_after` when it wants to be asked again.
    """

    def __init__(self, problem: str, said: str = "", retry_after: timedelta | None = None) -> None:
        super().__init__(f"{problem}: {said}")
        self.problem = problem
        self.said = said
        self.retry_after = retry_after


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What somebody has sent. What is blank is not told."""

    ip: str
    agent: str
    referrer: str
    permalink: str
    kind: str
    """Akismet's comment_type: "comment", "reply", "contact-form"."""
    name: str
    email: str
    text: str
    written_at: datetime
    post_modified_at: datetime | None = None
    language: str = ""
    honeypot_field: str = ""
    recheck_reason: str = ""

    def fields(self) -> dict[str, str]:
        """Return what Akismet is told, under its names, but for the address."""
        told = {
            "user_agent": self.agent,
            "referrer": self.referrer,
            "permalink": self.permalink,
            "comment_type": self.kind,
            "comment_author": self.name,
            "comment_author_email": self.email,
            "comment_content": self.text,
            "comment_date_gmt": _in_utc(self.written_at),
            "comment_post_modified_gmt": _in_utc(self.post_modified_at),
            "blog_lang": self.language,
            "blog_charset": "UTF-8",
            "honeypot_field_name": self.honeypot_field,
            "recheck_reason": self.recheck_reason,
        }
        return {name: value for name, value in told.items() if value}


class AkismetClient:
    """Asks for verdicts and tells of decisions: one request each, never inside a transaction.

    Each method raises AkismetTrouble.
    """

    def __init__(
        self, key: str, blog_url: str, base_url: str = BASE_URL, is_test: bool = False
    ) -> None:
        self._config = akismet.Config(key, blog_url)
        self._base_url = base_url
        self._of_test = {"is_test": 1} if is_test else {}

    def check(self, submission: Submission) -> Opinion:
        verdict, answer = self._tell(akismet.SyncClient.comment_check, submission)
        recheck_after = _seconds(answer.headers.get("X-akismet-recheck-after", ""))
        return Opinion(Verdict[verdict.name], recheck_after)

    def tell_spam(self, submission: Submission) -> None:
        self._tell(akismet.SyncClient.submit_spam, submission)

    def tell_ham(self, submission: Submission) -> None:
        self._tell(akismet.SyncClient.submit_ham, submission)

    def verify(self) -> bool:
        """Say whether the key is valid for this site."""
        is_valid, _answer = self._ask(akismet.SyncClient.verify_key)
        return is_valid

    def _tell(self, method: Callable[..., T], submission: Submission) -> tuple[T, httpx.Response]:
        return self._ask(method, submission.ip, **submission.fields(), **self._of_test)

    def _ask(
        self, method: Callable[..., T], *arguments: str, **fields: str | int
    ) -> tuple[T, httpx.Response]:
        with _Client(self._base_url) as client:
            try:
                said = method(akismet.SyncClient(self._config, client), *arguments, **fields)
            except akismet.AkismetError as error:
                # Not from it: it may repeat the key.
                raise self._trouble(error, client.answer) from None
        if _alert(client.answer):
            raise AkismetTrouble("key", self._for_staff(client.answer))
        return said, client.answer

    def _trouble(
        self, error: akismet.AkismetError, answer: httpx.Response | None
    ) -> AkismetTrouble:
        match error.__cause__:
            case httpx.TimeoutException():
                return AkismetTrouble("slow")
            case TooLarge() | httpx.DecodingError() as cause:
                return AkismetTrouble("garbled", str(cause))
            case httpx.RequestError() as cause:
                return AkismetTrouble("down", str(cause))
            case Exception() as cause if not isinstance(cause, httpx.HTTPStatusError):
                # No failure of the service: the package takes all that is raised for one.
                raise cause
        said = self._for_staff(answer)
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            return AkismetTrouble("busy", said, _retry_after(answer))
        if isinstance(error, akismet.APIKeyError) or _alert(answer):
            return AkismetTrouble("key", said)
        return AkismetTrouble("down" if answer.is_server_error else "garbled", said)

    def _for_staff(self, answer: httpx.Response) -> str:
        said = _alert(answer) or answer.headers.get("X-akismet-debug-help", "") or answer.text
        said = said.replace(self._config.key, "…")[:LONGEST_READ]
        return clean_line(plain_text(said))[:LONGEST_SAID]


class _Client(GuardedClient):
    """Asks the address set instead of the package's own, and keeps the answer."""

    def __init__(self, service_url: str) -> None:
        super().__init__(allow=[service_url])
        self._service_url = service_url.rstrip("/")
        self.answer: httpx.Response | None = None

    def send(self, request: httpx.Request, **options) -> httpx.Response:
        request.url = httpx.URL(self._service_url + request.url.path)
        request.headers["Host"] = request.url.netloc.decode("ascii")
        answer = super().send(request, **options)
        # The package knows its answers without a line's end only.
        self.answer = httpx.Response(
            answer.status_code,
            headers=answer.headers,
            content=answer.content.strip(),
            request=answer.request,
        )
        return self.answer


def _alert(answer: httpx.Response) -> str:
    return " ".join(answer.headers[name] for name in ALERTS if answer.headers.get(name))


def _in_utc(moment: datetime | None) -> str:
    """ISO 8601, as Akismet asks for."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def _seconds(said: str) -> timedelta | None:
    return timedelta(seconds=int(said)) if re.fullmatch(r"[0-9]{1,8}", said.strip()) else None


def _retry_after(answer: httpx.Response) -> timedelta | None:
    """RFC 9110, 10.2.3: seconds, or a date."""
    said = answer.headers.get("Retry-After", "")
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return _seconds(said)
    return max(until.astimezone(UTC) - datetime.now(UTC), timedelta())
