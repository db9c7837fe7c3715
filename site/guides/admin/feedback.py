"""What readers say of guides: read, settled, and opened again."""

import logging

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.generic import PermissionCheckedMixin
from wagtail.admin.views.generic.base import BaseListingView

from guides import settling
from guides.models import Feedback, GuidePage
from guides.rights import feedback_policy

logger = logging.getLogger(__name__)

OPEN, SETTLED, ALL = "open", "settled", "all"
STATES = [
    (OPEN, gettext_lazy("open")),
    (SETTLED, gettext_lazy("settled")),
    (ALL, gettext_lazy("all, with answers without words")),
]
ON_A_PAGE = 50


class FeedbackFilterSet(WagtailFilterSet):
    """Without a state it shows what is open."""

    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=STATES,
        method="in_state",
        initial=OPEN,
        empty_label=None,
        widget=forms.RadioSelect,
    )
    helped = django_filters.ChoiceFilter(
        label=gettext_lazy("Helped"),
        choices=[("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))],
        empty_label=gettext_lazy("All"),
        method="said",
        widget=forms.RadioSelect,
    )
    guide = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Guide"),
        queryset=lambda request: GuidePage.objects.exclude(feedback=None).by_title(),
        empty_label=gettext_lazy("All"),
    )

    class Meta:
        model = Feedback
        fields = []

    def __init__(
        self, data: QueryDict, queryset: QuerySet | None = None, *, request: HttpRequest, **kwargs
    ) -> None:
        data = data.copy()
        data.setdefault("state", OPEN)
        super().__init__(data, queryset, request=request, **kwargs)

    def in_state(self, feedback: QuerySet, name: str, state: str) -> QuerySet:
        if state == OPEN:
            return feedback.open()
        return feedback.exclude(settled_at=None) if state == SETTLED else feedback

    def said(self, feedback: QuerySet, name: str, helped: str) -> QuerySet:
        return feedback.filter(helped=helped == "yes")


class FeedbackView(PermissionCheckedMixin, BaseListingView):
    model = Feedback
    page_title = gettext_lazy("Feedback")
    header_icon = "comment-add"
    permission_policy = feedback_policy
    any_permission_required = ["view", "change"]
    template_name = "admin/guides/feedback.html"
    results_template_name = "admin/guides/feedback_results.html"
    index_url_name = "guide_desk:feedback"
    index_results_url_name = "guide_desk:feedback_results"
    filterset_class = FeedbackFilterSet
    is_searchable = True
    search_fields = ["words", "guide__title"]
    paginate_by = ON_A_PAGE

    def get_base_queryset(self) -> QuerySet:
        newest_first = Feedback.objects.order_by("-given_at", "-pk")
        return newest_first.select_related("guide", "settled_by").defer("guide__body")

    def get_context_data(self, **kwargs) -> dict:
        context = super().get_context_data(**kwargs)
        state = self.request.GET.get("state", OPEN)
        return {
            **context,
            "states": self._states(state),
            "state": state,
            "may_settle": self.user_has_permission("change"),
            "next_url": self._url_of(self.request.GET.copy()),
        }

    def _states(self, current: str) -> list[dict]:
        """Return each state with where it is shown, and how many are open."""
        query = self.request.GET.copy()
        query.pop(self.page_kwarg, None)
        states = []
        for state, label in STATES:
            query["state"] = state
            count = Feedback.objects.open().count() if state == OPEN else None
            states.append(
                {
                    "label": label,
                    "url": self._url_of(query),
                    "count": count,
                    "is_current": state == current,
                }
            )
        return states

    def _url_of(self, query: QueryDict) -> str:
        query.pop("_w_filter_fragment", None)
        return f"{self.index_url}?{query.urlencode()}".rstrip("?")


class SettlingForm(forms.Form):
    """One by its own button, or those ticked, or all that were shown."""

    deed = forms.ChoiceField(choices=[("settle", ""), ("reopen", "")])
    one = forms.IntegerField(required=False, min_value=1)
    which = forms.ChoiceField(choices=[("ticked", ""), ("shown", "")], required=False)
    ticked = forms.TypedMultipleChoiceField(coerce=int, required=False)
    shown = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, data: QueryDict) -> None:
        data = data.copy()
        # A button of one entry says both: what to do, and with which.
        if "-" in (pressed := data.get("press", "")):
            data["deed"], _dash, data["one"] = pressed.partition("-")
        super().__init__(data)
        for name in ("ticked", "shown"):
            given = data.getlist(name)[: settling.MOST_AT_ONCE]
            self.fields[name].choices = [(key, key) for key in given if key.isdecimal()]

    @property
    def keys(self) -> list[int]:
        if one := self.cleaned_data["one"]:
            return [one]
        return self.cleaned_data["shown" if self.cleaned_data["which"] == "shown" else "ticked"]


@require_POST
def settle(request: HttpRequest) -> HttpResponse:
    """Settle readers' words, or open them again, and go back to where one was."""
    form = SettlingForm(request.POST)
    is_complete = form.is_valid()
    keys = form.keys if is_complete else []
    if is_complete and form.cleaned_data["deed"] == "reopen":
        count = settling.take_back(keys, request.user)
        said = ngettext("%(n)d is open again.", "%(n)d are open again.", count)
    else:
        count = settling.settle(keys, request.user)
        said = ngettext("%(n)d is settled.", "%(n)d are settled.", count)
    if count:
        deed = form.cleaned_data["deed"]
        logger.info("User %d: %s of %d words on guides", request.user.pk, deed, count)
        messages.success(request, said % {"n": count})
    elif keys:
        messages.warning(request, _("Nothing was changed: it is so already."))
    else:
        messages.error(request, _("Tick what you mean. Nothing was changed."))
    return _back(request)


def _back(request: HttpRequest) -> HttpResponseRedirect:
    return redirect(get_valid_next_url_from_request(request) or reverse("guide_desk:feedback"))
