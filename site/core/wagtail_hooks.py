from wagtail import hooks

from core.rich_text import PageLinks


@hooks.register("register_rich_text_features", order=1)
def link_pages_in_one_query(features):
    features.register_link_type(PageLinks)
