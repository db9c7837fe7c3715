"""Every view of the admin, with something real to ask it for, and who gets past its door."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from unittest import mock

from django.contrib.auth.models import AnonymousUser, Group
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import connection, models, transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.template import Template
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from wagtail.blocks import Block
from wagtail.contrib.redirects.models import Redirect
from wagtail.contrib.settings.models import BaseGenericSetting
from wagtail.contrib.settings.registry import registry
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    Page,
    Site,
    UploadedFile,
    Workflow,
    WorkflowTask,
)
from wagtail.snippets.models import get_snippet_models
from wagtailmedia.models import Media

from accounts.models import User
from blog.models import BlogPage, Deed, Step, Submission, SubmissionFile
from blog.models.submissions import State
from chats.models import ChatArchivePage, ChatPage
from chats.uploading import begin
from events.models import CalendarPage, Series
from guides.models import GuideIndexPage
from home.help import PAGES
from home.models import HomePage, StandardPage
from operate.models import Fault, LinkKind, PageLink
from outbox.messages import messages, post
from outbox.models import Address, Batch
from tests.factories.blog import make_post
from tests.factories.chats import make_chat
from tests.factories.comments import make_comment
from tests.factories.events import in_days, make_event, register_one
from tests.factories.guides import make_guide
from tests.factories.pictures import make_image
from tests.factories.updates import make_announcement, make_list, make_subscription
from updates.following import Ref

ROLES = {
    "A": "Administrators",
    "E": "Editors",
    "M": "Moderators",
    "O": "Organisers",
    "G": "Guest hosts",
}
READER, NOBODY, SUPERUSER = "R", "N", "superuser"
EVERYBODY = (*ROLES, READER, NOBODY)
SIGN_IN = "/admin/login/?next="
METHODS = ("GET", "POST")
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>")
NO_SUCH_METHOD = 405


@dataclass(frozen=True)
class Door:
    """A view as a row of the table has it, and what it is asked for."""

    name: str
    view: Callable[..., HttpResponseBase]
    of_others: list[Mapping[str, object]]
    """Whoever gets in by any of them gets in."""
    of_own: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """By role, what belongs to somebody of it."""


def admin_views() -> Iterator[tuple[str, URLPattern]]:
    """Return each view below /admin/ with its name, or its address where it has none."""
    admin = next(it for it in get_resolver().url_patterns if str(it.pattern) == "admin/")
    yield from _views(admin, "", "")


def _views(within: URLResolver, spaces: str, address: str) -> Iterator[tuple[str, URLPattern]]:
    for it in within.url_patterns:
        route = address + str(it.pattern)
        if isinstance(it, URLResolver):
            yield from _views(it, f"{spaces}{it.namespace}:" if it.namespace else spaces, route)
        else:
            yield f"{spaces}{it.name or route}", it


class Household:
    """One of everything that the admin has views of, somebody of every role, and their doors."""

    def __init__(self) -> None:
        self.users = {
            READER: User.objects.create_user("reader@ill.example.org"),
            NOBODY: AnonymousUser(),
            SUPERUSER: User.objects.create_superuser("root@ill.example.org"),
        }
        for letter, role in ROLES.items():
            self.users[letter] = User.objects.create_user(f"{letter}@ill.example.org")
            self.users[letter].groups.add(Group.objects.get(name=role))
        self._make_pages()
        self.values = self._values()
        self.of_space = self._of_space()
        self.of_view = self._of_view()

    def _make_pages(self) -> None:
        self.event, self.chat = make_event("Theirs", seats=2), make_chat()
        self.post, self.guide = make_post(), make_guide()
        self.own = {
            "O": make_event("Own", owner=self.users["O"], seats=2),
            "G": make_chat("2024-04-03", owner=self.users["G"], live=False),
        }
        self.registration = register_one(self.event)
        self.own_registration = register_one(self.own["O"], "Bo", "bo@example.org")
        self.comment = make_comment(self.chat)
        self.subscription = make_subscription("ines@example.org", Ref("posts"))

    def _values(self) -> dict[str, object]:
        """What stands for the same whichever view asks for it."""
        document = Document.objects.create(title="Slip", file=ContentFile(b"%PDF-1.4", "slip.pdf"))
        media = Media.objects.create(
            title="Call", type="audio", duration=1, file=ContentFile(b"ID3", "call.mp3")
        )
        redirect = Redirect.objects.create(old_path="/old", redirect_link="/new/")
        task = GroupApprovalTask.objects.create(name="Read it")
        task.groups.set(Group.objects.filter(name="Editors"))
        workflow = Workflow.objects.create(name="Read first")
        WorkflowTask.objects.create(workflow=workflow, task=task)
        self.reviewed = make_chat("2024-05-01", live=False)
        state = workflow.start(self.reviewed, self.users["A"])
        return {
            "collection_id": Collection.objects.get(depth=1).add_child(name="Slips").pk,
            "doc_id": document.pk,
            "document_id": document.pk,
            "filter_spec": "max-20x20",
            "image_id": make_image().pk,
            "media_id": media.pk,
            "media_type": "audio",
            "object_id": str(self.chat.pk),
            "redirect_id": redirect.pk,
            "session_id": 1,
            "subscription": self.subscription.pk,
            "task_id": task.pk,
            "task_state_id": state.current_task_state.pk,
            "token": "token",
            "uidb64": "uid",
            "workflow_pk": workflow.pk,
            "workflow_state_id": state.pk,
        }

    def _of_space(self) -> dict[str, dict[str, object]]:
        """What `pk` is, by the namespace of a view."""
        message = next(it for it in messages if not it.is_secret)
        things = {
            "announcement_lists": make_list(),
            "announcements": make_announcement([make_list("Southern")]),
            "guide_desk": self.guide,
            "outbox": post(message, "bo@example.org", message.example()),
            "submissions": Submission.objects.create(
                kind="entry", name="Bo", email="bo@example.org", text="Words"
            ),
            "subscribers": self.subscription.subscriber,
            "wagtailadmin_api:documents": Document.objects.get(),
            "wagtailadmin_api:images": Image.objects.get(),
            "wagtailadmin_collections": Collection.objects.get(depth=2),
            "wagtailadmin_workflows": Workflow.objects.get(name="Read first"),
            "wagtaildocs_chooser": Document.objects.get(),
            "wagtailimages_chooser": Image.objects.get(),
            "wagtailsites": Site.objects.get(),
            "wagtailusers_groups": Group.objects.get(name="Moderators"),
            "wagtailusers_users": self.users[READER],
        }
        for model in get_snippet_models():
            name = model._meta.label_lower.replace(".", "_")
            things[f"wagtailsnippets_{name}"] = thing = _any(model)
            things[f"wagtailsnippetchoosers_{name}"] = thing
        return {space: {"pk": thing.pk} for space, thing in things.items()} | {
            "moderation": {"pk": self.comment.pk, "page": self.chat.pk}
        }

    def _of_view(self) -> dict[str, dict[str, object]]:
        """What single views are asked for, where it is another thing."""
        alias = self.post.create_alias(update_slug="alias")
        soon = make_event("Soon", live=False)
        soon.latest_revision.approved_go_live_at = timezone.now()
        soon.latest_revision.save()
        page, other = (
            HomePage.objects.get().add_child(instance=StandardPage(title=title))
            for title in ("Rules", "Forms")
        )
        file = SubmissionFile.objects.create(
            submission=Submission.objects.get(),
            name="a.txt",
            size=1,
            file=ContentFile(b"a", "a.txt"),
        )
        step = Step.objects.create(
            submission=file.submission, deed=Deed.DONE, before=State.NEW, after=State.DONE
        )
        Batch.objects.create(name="batch", paused_at=timezone.now())
        link = PageLink.objects.create(
            page=self.chat, key="k", kind=LinkKind.PAGE, address="/x/", fault=Fault.NO_PAGE
        )
        address = {"pk": Address.objects.first().pk}
        task = {"pk": self.values["task_id"]}
        message = {"name": next(iter(messages)).name}
        in_review = _of_page(self.reviewed) | {"action_name": "approve"}
        chats = {"content_type_app_name": "chats", "content_type_model_name": "chatpage"}
        images = _uploads(Image, self.users)
        documents = _uploads(Document, self.users)
        return {
            "help:page": {"slug": PAGES[0].slug},
            "libraries_merge": self.of_space["wagtailsnippets_people_library"],
            "links_check_now": {"pk": link.pk},
            "links_say_right": {"pk": link.pk},
            "links_take_up": {"pk": link.pk},
            "outbox:go_on": {"name": "batch"},
            "outbox:kind": message,
            "outbox:kind_html": message,
            "outbox:reopen": address,
            "outbox:stop": address,
            "submissions:file": {"pk": file.pk},
            "submissions:undo": {"pk": step.pk},
            "wagtail_bulk_action": {
                "app_label": "wagtailcore",
                "model_name": "page",
                "action": "delete",
                "?": {"id": self.chat.pk},
            },
            "wagtailadmin_api:documents:find": {"?": {"id": self.values["document_id"]}},
            "wagtailadmin_api:images:find": {"?": {"id": self.values["image_id"]}},
            "wagtailadmin_api:pages:find": {"?": {"id": self.chat.pk}},
            "wagtailadmin_block_preview": {"?": {"id": next(iter(Block.definition_registry))}},
            "wagtailadmin_editing_sessions:ping": {"app_label": "chats", "model_name": "chatpage"},
            "wagtailadmin_pages:choose_parent": {"app_label": "chats", "model_name": "chatpage"},
            "wagtailadmin_pages:collect_workflow_action_data": in_review,
            "wagtailadmin_pages:confirm_workflow_cancellation": in_review,
            "wagtailadmin_pages:convert_alias": _of_page(alias),
            "wagtailadmin_pages:move_confirm": _of_page(page) | {"destination_id": other.pk},
            "wagtailadmin_pages:revisions_unschedule": _of_page(soon),
            "wagtailadmin_pages:type_use": chats,
            "wagtailadmin_pages:type_use_results": chats,
            "wagtailadmin_pages:workflow_action": in_review,
            "wagtailadmin_pages:workflow_history_detail": in_review,
            "wagtailadmin_pages:workflow_preview": in_review,
            "wagtailadmin_tag_model_autocomplete": {"app_name": "taggit", "model_name": "tag"},
            "wagtailadmin_workflows:add_task": {
                "app_label": "wagtailcore",
                "model_name": "groupapprovaltask",
            },
            "wagtailadmin_workflows:disable_task": task,
            "wagtailadmin_workflows:edit_task": task,
            "wagtailadmin_workflows:enable_task": task,
            "wagtaildocs:create_multiple_from_uploaded_document": documents,
            "wagtaildocs:delete_upload_multiple": documents,
            "wagtailimages:create_multiple_from_uploaded_image": images,
            "wagtailimages:delete_upload_multiple": images,
        }

    def doors(self) -> Iterator[Door]:
        """Return every view, once for each kind of thing where it is of many."""
        for name, view in admin_views():
            pattern = str(view.pattern)
            asked_for = [one or other for one, other in PARAMETER.findall(pattern)]
            if not asked_for and view.pattern.regex.groups:
                asked_for = ["*"]

            def fit(values: Mapping[str, object], names: list[str] = asked_for) -> dict:
                return {it: values[it] for it in (*names, "?") if it in values}

            for said, of_others, of_own in self._rows(name, asked_for):
                yield Door(
                    " ".join(filter(None, [name, said])),
                    view.callback,
                    [fit(values) for values in of_others],
                    {role: fit(values) for role, values in of_own.items()},
                )

    def _rows(self, name: str, asked_for: list[str]) -> Iterator[tuple[str, list[dict], dict]]:
        """Return what tells rows of one view apart, with what is asked of it."""
        if name in ("wagtailadmin_pages:add", "wagtailadmin_pages:preview_on_add"):
            for parent in (HomePage, CalendarPage, ChatArchivePage, BlogPage, GuideIndexPage):
                where = {"parent_page_id": parent.objects.get().pk}
                for kind in parent.allowed_subpage_models():
                    if kind.max_count is None:
                        yield kind.__name__, [where | _type_of(kind)], {}
        elif "parent_page_id" in asked_for:
            for parent in (HomePage, CalendarPage, ChatArchivePage):
                yield parent.__name__, [{"parent_page_id": parent.objects.get().pk}], {}
        elif name == "wagtailsettings:edit":
            for model in registry:
                said = f"{model.__name__} by number" if "pk" in asked_for else model.__name__
                yield said, [_type_of(model) | {"pk": _owner_of(model).pk}], {}
        elif name == "wagtailadmin_workflows:remove":
            yield " ".join(asked_for), [self.values | {"page_pk": self.chat.pk}], {}
        else:
            yield "", *self._things(name)

    def _things(self, name: str) -> tuple[list[dict], dict[str, dict]]:
        space = name.rpartition(":")[0]
        values = self.values | self.of_space.get(space, {}) | self.of_view.get(name, {})
        if uploads := values.get("uploads"):
            mine = {it: {"uploaded_file_id": pk} for it, pk in uploads.items()}
            return [mine.pop(SUPERUSER)], mine
        if name in self.of_view:
            return [values], {}
        if space == "event_desk" or name == "chats_of_event":
            said = {"?": {"format": "csv"}} if name == "event_desk:export" else {}
            theirs = {"pk": self.event.pk, "number": self.registration.pk}
            own = {"pk": self.own["O"].pk, "number": self.own_registration.pk}
            return [theirs | said], {"O": own | said}
        if name == "chats_upload":
            mine = {role: self._upload(self.chat, role) for role in ("A", "E", SUPERUSER)}
            return [mine.pop(SUPERUSER)], mine | {"G": self._upload(self.own["G"], "G")}
        if name.startswith("chats_"):
            return [{"pk": self.chat.pk}], {"G": {"pk": self.own["G"].pk}}
        if space in ("wagtailadmin_pages", "wagtailadmin_api:pages"):
            pages = (self.event, self.chat, self.post)
            own = {role: values | _of_page(page) for role, page in self.own.items()}
            return [values | _of_page(page) for page in pages], own
        return [values], {}

    def _upload(self, chat: ChatPage, role: str) -> dict[str, object]:
        upload = begin(chat, self.users[role], "call.mp3", 10)
        return {"pk": chat.pk, "key": upload.key}

    def rows(self) -> Iterator[str]:
        """Return who gets in by which door, in the order of the table, as it has them."""
        # No page needs to be written to know who may see it.
        with mock.patch.object(Template, "render", return_value=SafeString("")):
            for door in self.doors():
                seen, done = (self._who(door, method) for method in METHODS)
                is_shut = not (set(seen) | set(done)) & set("".join(EVERYBODY) + "aemog")
                mark = "!" if is_shut and not self.is_opened(door) else " "
                yield f"{seen or '.':7} {done or '.':7}{mark}{door.name}"

    def _who(self, door: Door, method: str) -> str:
        """Return the letters of who gets in, small ones of who gets in to their own alone.

        Empty where the view knows no such method.
        """
        letters = ""
        for role in EVERYBODY:
            answers = {self.gets_in(role, door, it, method) for it in door.of_others}
            if answers == {None}:
                return ""
            if True in answers:
                letters += role
            elif role in door.of_own and self.gets_in(role, door, door.of_own[role], method):
                letters += role.lower()
            else:
                letters += "-"
        return letters

    def is_opened(self, door: Door) -> bool:
        """Say whether a superuser gets in: otherwise it was asked for the wrong thing."""
        return any(
            self.gets_in(SUPERUSER, door, values, method)
            for values in door.of_others
            for method in METHODS
        )

    def gets_in(
        self, role: str, door: Door, values: Mapping[str, object], method: str
    ) -> bool | None:
        """Say whether a view answers somebody; None where it knows no such method.

        It is stopped where it would write something: then it has let them in.
        """
        request = self._request(role, method, values.get("?", {}))
        named = {name: value for name, value in values.items() if name not in ("?", "*")}
        before = transaction.savepoint()
        try:
            with connection.execute_wrapper(_stop_at_writing):
                answer = door.view(request, *values.get("*", ()), **named)
        except (PermissionDenied, Http404):
            return False
        except (_LetIn, Exception):
            # What stumbles over an empty form has let them in, too.
            return True
        finally:
            transaction.set_rollback(False)
            transaction.savepoint_rollback(before)
        if answer.status_code == NO_SUCH_METHOD:
            return None
        is_sent_away = answer.get("Location", "").startswith(SIGN_IN)
        return not is_sent_away and answer.status_code not in (403, 404)

    def _request(self, role: str, method: str, said: Mapping[str, object]) -> HttpRequest:
        request = RequestFactory().generic(
            method,
            "/admin/",
            urlencode(said),
            "application/x-www-form-urlencoded",
            # Wagtail answers those who may not with 403 here, instead of showing them its home.
            headers={"X-Requested-With": "XMLHttpRequest"},
            query_params=said,
        )
        request.user = self.users[role]
        request.session = SessionStore()
        request._messages = FallbackStorage(request)
        request._dont_enforce_csrf_checks = True
        return request


class _LetIn(BaseException):
    """No exception that a view catches."""


def _stop_at_writing(execute: Callable, sql: str, *args: object) -> object:
    if sql.startswith(("INSERT", "UPDATE", "DELETE")):
        raise _LetIn
    return execute(sql, *args)


def _any(model: type[models.Model]) -> models.Model:
    needs = {"begins_on": in_days(7)} if model is Series else {}
    name = "term" if model.__name__ == "GlossaryTerm" else "name"
    return model.objects.first() or model.objects.create(**{name: "Something"}, **needs)


def _owner_of(model: type[models.Model]) -> models.Model:
    """Return what a setting is edited by: its own number, or that of its site."""
    return model.load() if issubclass(model, BaseGenericSetting) else Site.objects.get()


def _type_of(model: type[models.Model]) -> dict[str, str]:
    app, name = model._meta.app_label, model._meta.model_name
    return {
        "app_name": app,
        "model_name": name,
        "content_type_app_name": app,
        "content_type_model_name": name,
    }


def _of_page(page: Page) -> dict[str, object]:
    page.refresh_from_db()
    return {
        "page_id": page.pk,
        "pk": page.pk,
        "page_to_move_id": page.pk,
        "destination_id": page.get_parent().pk,
        "revision_id": page.latest_revision_id,
        "*": (str(page.pk), "earliest", "latest"),
        "action_name": "copy",
    }


def _uploads(model: type[models.Model], users: Mapping[str, User]) -> dict[str, dict[str, int]]:
    """Files that wait for their title: only who sent one may give it."""
    kind = ContentType.objects.get_for_model(model)
    return {
        "uploads": {
            role: UploadedFile.objects.create(
                for_content_type=kind, uploaded_by_user=users[role], file="x.png"
            ).pk
            for role in (*ROLES, SUPERUSER)
        }
    }
