"""The list of comments that wait, narrowed and searched."""

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.generic.base import BaseListingView
from wagtail.admin.widgets.button import Button

from comments.admin.condition import condition_for
from comments.admin.entries import entries_of
from comments.admin.filters import REPORTED, STATES, QueueFilterSet, matching
from comments.admin.forms import MOST_AT_ONCE
from comments.models import Comment, CommentQuerySet, ModeratorMail, Pace, Report, State
from comments.rights import may_moderate_any, moderated_by

ON_A_PAGE = 50


class QueueView(BaseListingView):
    model = Comment
    page_title = _("Comments")
    header_icon = "openquote"
    template_name = "admin/comments/queue.html"
    results_template_name = "admin/comments/queue_results.html"
    index_url_name = "moderation:queue"
    index_results_url_name = "moderation:results"
    filterset_class = QueueFilterSet
    is_searchable = True
    paginate_by = ON_A_PAGE

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not may_moderate_any(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> CommentQuerySet:
        comments = matching(self.request, self.request.GET, self.filters)
        return comments.select_related("page", "parent")

    @property
    def header_more_buttons(self) -> list[Button]:
        buttons = [
            Button(_("Mail about comments that wait"), reverse("moderation:mail"), icon_name="mail")
        ]
        if rules := self._rules_url:
            buttons.append(Button(_("Rules of comments"), rules, icon_name="cog"))
        return buttons

    def get_context_data(self, **kwargs) -> dict:
        context = super().get_context_data(**kwargs)
        moderated = moderated_by(self.request.user)
        count = context["items_count"]
        return {
            **context,
            "entries": entries_of(context["object_list"], self.request),
            "states": self._states(moderated),
            "state": self._state,
            "condition": condition_for(moderated),
            "pace": self._pace,
            "rules_url": self._rules_url,
            "shown_at": timezone.now().isoformat(),
            "query": self._query.urlencode(),
            "next_url": f"{self.index_url}?{self._query_with_page.urlencode()}".rstrip("?"),
            "most": min(count, MOST_AT_ONCE),
            "is_narrowed": bool(self.search_query or self.is_filtering),
        }

    @cached_property
    def _state(self) -> str:
        return self.request.GET.get("state", State.HELD)

    @cached_property
    def _query_with_page(self) -> QueryDict:
        query = QueryDict(mutable=True)
        for name, value in self.request.GET.items():
            if value and name not in ("_w_filter_fragment", "next"):
                query[name] = value
        return query

    @cached_property
    def _query(self) -> QueryDict:
        query = self._query_with_page.copy()
        query.pop(self.page_kwarg, None)
        return query

    def _states(self, moderated: CommentQuerySet) -> list[dict]:
        """Return each state with where it is shown and how many wait in it for somebody."""
        reported = Report.objects.filter(settled_at=None, comment__in=moderated.values("pk"))
        counts = {
            State.HELD: moderated.held().count(),
            REPORTED: reported.aggregate(count=Count("comment", distinct=True))["count"],
        }
        states = []
        for state, label in STATES:
            query = self._query.copy()
            query["state"] = state
            states.append(
                {
                    "label": label,
                    "url": f"{self.index_url}?{query.urlencode()}",
                    "count": counts.get(state),
                    "is_current": state == self._state,
                }
            )
        return states

    @cached_property
    def _pace(self) -> str:
        choice = ModeratorMail.objects.filter(user=self.request.user).first()
        return Pace(choice.pace).label if choice else Pace.AT_ONCE.label

    @cached_property
    def _rules_url(self) -> str:
        if not self.request.user.has_perm("comments.change_commentsettings"):
            return ""
        return reverse("wagtailsettings:edit", args=["comments", "commentsettings"])
