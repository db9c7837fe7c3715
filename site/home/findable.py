"""Standard pages in the search."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.blocks import text_of
from core.findable import Findable, FindableText, page_addresses
from home.models import StandardPage
from people.findable import PAGE


def _texts(pages: QuerySet) -> Iterator[tuple[StandardPage, list[FindableText]]]:
    for page in pages:
        words = f"{page.summary} {text_of(page.body)}".strip()
        yield page, [FindableText(PAGE, key=str(page.pk), title=page.title, text=words)]


STANDARD_PAGES = Findable(
    model=StandardPage,
    kinds={PAGE: _("Page")},
    plurals={PAGE: _("Pages")},
    visible=lambda: StandardPage.objects.published().written(),
    texts=_texts,
    addresses=page_addresses,
)
