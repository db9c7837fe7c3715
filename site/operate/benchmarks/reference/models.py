from wagtail.models import Page


class EmptyPage(Page):
    """What Wagtail itself takes for a page: no fields, no frame, a template of one line."""

    template = "reference/empty_page.html"
