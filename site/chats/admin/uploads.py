"""Keeping a recording here: chosen once, uploaded through as many cuts as it takes."""

import json
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin import messages

from chats import uploading
from chats.admin.frame import chat_to_edit, crumbs
from chats.uploading import Misplaced, Occupied, Refused

CHUNK = 64 * 1024
LARGEST_NOTE = 10_000


def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the page; its script does the rest."""
    chat = chat_to_edit(request.user, pk)
    title = _("Keep the recording here")
    context = {
        "header_title": title,
        "page_subtitle": chat.get_admin_display_title(),
        "header_icon": "media",
        "breadcrumbs_items": crumbs(title, chat),
        "chat": chat,
        "free": uploading.free_space(),
        "begin_url": reverse("chats_upload_begin", args=[pk]),
    }
    return TemplateResponse(request, "admin/chats/keep.html", context)


@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Make an upload of {"name", "size", "seconds"} and answer its address."""
    chat = chat_to_edit(request.user, pk)
    try:
        asked = json.loads(request.read(LARGEST_NOTE))
        name, size = str(asked["name"]), int(asked["size"])
        seconds = min(max(float(asked.get("seconds") or 0), 0), 10**6)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return JsonResponse({"error": "malformed"}, status=400)
    try:
        upload = uploading.begin(chat, request.user, name, size, seconds)
    except Refused as error:
        return JsonResponse({"error": str(error)}, status=422)
    address = reverse("chats_upload", args=[pk, upload.key])
    return JsonResponse({"url": address}, status=201, headers={"Location": address})


@require_http_methods(["HEAD", "PATCH", "POST", "DELETE"])
def upload(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Tell how far it is (HEAD), add to it (PATCH), keep it once it is whole (POST), end it."""
    chat = chat_to_edit(request.user, pk)
    found = uploading.find(key, chat, request.user)
    if found is None:
        return JsonResponse({"error": _("The upload is gone. Begin it anew.")}, status=404)
    try:
        match request.method:
            case "HEAD":
                return _at(found.offset, status=200)
            case "PATCH":
                return _at(uploading.add(found, _offset(request), _chunks(request)), status=204)
            case "DELETE":
                uploading.give_up(found)
                return HttpResponse(status=204)
        uploading.finish(found, request.user)
    except Misplaced:
        return _at(found.offset, status=409)
    except Occupied:
        return HttpResponse(status=423)
    except UnreadablePostError:
        # The connection was cut: what came before the cut is kept.
        return HttpResponse(status=400)
    except Refused as error:
        return JsonResponse({"error": str(error)}, status=422)
    messages.success(request, _("The recording is kept here."))
    return JsonResponse({"url": reverse("wagtailadmin_pages:edit", args=[pk])})


def _offset(request: HttpRequest) -> int:
    said = request.headers.get("Upload-Offset", "")
    if not (said.isascii() and said.isdecimal() and len(said) < 19):
        raise Misplaced(said)
    return int(said)


def _chunks(request: HttpRequest) -> Iterator[bytes]:
    while chunk := request.read(CHUNK):
        yield chunk


def _at(offset: int, status: int) -> HttpResponse:
    headers = {"Upload-Offset": str(offset), "Cache-Control": "no-store"}
    return HttpResponse(status=status, headers=headers)
