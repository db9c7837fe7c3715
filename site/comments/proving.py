"""Links and cookies that show who somebody is, all signed; none holds anything readable.

A link comes by mail, so whoever follows it reads what is sent to the address. The cookie it leaves
says so again, in that browser. Neither is ever asked of a stored page, only of a POST.
"""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from comments.models import Comment, CommentSettings
from core.signed_links import SignedLink
from outbox.addresses import key_of, prove

AUTHOR_COOKIE = "author"
AUTHOR_FOR = timedelta(days=365)
COOKIE_PATH = "/comments/"
PROOF_FOR = timedelta(days=60)

_OWN, _PROOF, _AUTHOR, _EDIT = (f"comments.{name}" for name in ("own", "proof", "author", "edit"))
_STOP = SignedLink("comments:stop", "comments.stop")


def own_address(comment: Comment) -> str:
    """Return where its author sees a comment, held or not."""
    return reverse("comments:yours", args=[comment.key, _sign(_OWN, comment)])


def is_own(comment: Comment, token: str) -> bool:
    return _is_signed(_OWN, comment, token)


def proof_address(comment: Comment) -> str:
    """Return the link that proves a comment's address; for mail to that address alone."""
    token = signing.dumps(comment.key, salt=_PROOF)
    return settings.SITE_URL + reverse("comments:proof", args=[token])


def comment_proven_by(token: str) -> Comment | None:
    try:
        key = signing.loads(token, salt=_PROOF, max_age=PROOF_FOR)
    except signing.BadSignature:
        return None
    return Comment.objects.filter(key=key).exclude(email="").first()


def stop_address(comment: Comment) -> str:
    """Return where the replies to a comment stop being told; it works for ever."""
    return _STOP.address(comment.key)


def comment_stopped_by(token: str) -> Comment | None:
    key = _STOP.value_of(token)
    return Comment.objects.filter(key=key).first() if key else None


def take_as_proven(comment: Comment) -> None:
    """Note that a comment's address is its author's own."""
    prove(comment.email)
    Comment.objects.filter(pk=comment.pk).update(is_proven=True)


def remember_author(response: HttpResponse, request: HttpRequest, email: str) -> None:
    _set(response, request, AUTHOR_COOKIE, signing.dumps(key_of(email), salt=_AUTHOR), AUTHOR_FOR)


def proven_address(request: HttpRequest) -> str:
    """Return the address this browser has shown to be its reader's own; blank for none."""
    try:
        cookie = request.COOKIES.get(AUTHOR_COOKIE, "")
        return signing.loads(cookie, salt=_AUTHOR, max_age=AUTHOR_FOR)
    except signing.BadSignature:
        return ""


def let_edit(response: HttpResponse, request: HttpRequest, comment: Comment) -> None:
    """Let this browser edit a comment for as long as the settings say."""
    window = timedelta(minutes=CommentSettings.load().edit_minutes)
    if window:
        token = signing.dumps(comment.key, salt=_EDIT)
        _set(response, request, _edit_cookie(comment), token, window)


def may_edit(request: HttpRequest, comment: Comment) -> bool:
    window = timedelta(minutes=CommentSettings.load().edit_minutes)
    try:
        cookie = request.COOKIES.get(_edit_cookie(comment), "")
        return signing.loads(cookie, salt=_EDIT, max_age=window) == comment.key
    except signing.BadSignature:
        return False


def _edit_cookie(comment: Comment) -> str:
    return f"edit-{comment.key}"


def _set(
    response: HttpResponse, request: HttpRequest, name: str, value: str, lasting: timedelta
) -> None:
    response.set_cookie(
        name,
        value,
        max_age=lasting,
        path=COOKIE_PATH,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def _sign(salt: str, comment: Comment) -> str:
    return signing.Signer(salt=salt).signature(comment.key)


def _is_signed(salt: str, comment: Comment, token: str) -> bool:
    return signing.constant_time_compare(_sign(salt, comment), token)
