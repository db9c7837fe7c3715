"""The blog in the admin: its posts without the page tree, its categories, what was sent in."""

from django.http import HttpRequest
from django.urls import include, path, reverse_lazy
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem
from wagtail.admin.ui.tables import Column
from wagtail.admin.ui.tables.pages import BulkActionsColumn, PageStatusColumn, PageTitleColumn
from wagtail.admin.views.pages.listing import IndexView
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from blog.models import Category, PostPage, Submission
from blog.submissions.inbox import may_read
from core.admin_menu import PageListMenuItem


class PostIndexView(IndexView):
    default_ordering = "-date"
    add_item_label = _("New post")
    base_columns = [
        BulkActionsColumn("bulk_actions"),
        Column(
            "date",
            label=_("Date"),
            accessor=lambda post: date_format(post.date),
            sort_key="date",
            width="14%",
        ),
        PageTitleColumn("title", label=_("Title"), sort_key="title", classname="title"),
        Column("authors_line", label=_("Authors"), width="22%"),
        Column("category", label=_("Category"), width="14%"),
        PageStatusColumn("status", label=_("Status"), sort_key="live", width="10%"),
    ]

    def annotate_queryset(self, pages):
        return super().annotate_queryset(pages).for_listing()


class PostListingViewSet(PageListingViewSet):
    model = PostPage
    name = "posts"
    icon = "edit"
    menu_label = _("Posts")
    menu_order = 110
    add_to_admin_menu = True
    menu_item_class = PageListMenuItem
    index_view_class = PostIndexView


@hooks.register("register_admin_viewset")
def post_listing():
    return PostListingViewSet("posts", url_prefix="posts")


@register_snippet
class CategoryViewSet(SnippetViewSet):
    model = Category
    icon = "list-ul"
    menu_label = _("Categories")
    menu_order = 115
    add_to_admin_menu = True
    list_display = ["name"]


class InboxMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_read(request.user)

    def render_component(self, request: HttpRequest) -> LinkMenuItem:
        component = super().render_component(request)
        if count := Submission.objects.new().count():
            component.label = gettext("Sent in (%(n)d)") % {"n": count}
        return component


@hooks.register("register_admin_urls")
def inbox_urls() -> list:
    return [path("submissions/", include("blog.submissions.admin.urls"))]


@hooks.register("register_admin_menu_item")
def inbox_menu_item() -> MenuItem:
    return InboxMenuItem(
        _("Sent in"),
        reverse_lazy("submissions:inbox"),
        name="submissions",
        icon_name="download",
        order=155,
    )
