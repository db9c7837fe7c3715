"""The first door of the site, its standard pages, and what frames every page."""

from home.models.frame import Navigation, NoticeBar
from home.models.pages import HomePage, SearchExample, StandardPage

__all__ = ["HomePage", "Navigation", "NoticeBar", "SearchExample", "StandardPage"]
