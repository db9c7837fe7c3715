"""Parts of pages that are drawn once for each version of the content (core.page_cache.parts)."""

from typing import NamedTuple

from django import template
from django.core.cache.utils import make_template_fragment_key
from django.http import HttpRequest
from django.utils.safestring import SafeString

from core.page_cache.parts import kept
from core.security import forms_may_leave, let_forms_leave

register = template.Library()


class Drawn(NamedTuple):
    text: SafeString
    forms_may_leave: bool
    """What drawing it told the request, which has to hear it of a part that is kept too."""


@register.tag("kept")
def do_kept(parser: template.base.Parser, token: template.base.Token) -> "KeptNode":
    """Draw this where it is not kept, under its name and all else that it depends on.

    {% kept chat_card chat.pk %}…{% endkept %}
    """
    _tag, name, *others = token.split_contents()
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(nodelist, name, [parser.compile_filter(one) for one in others])


class KeptNode(template.Node):
    def __init__(
        self,
        nodelist: template.NodeList,
        name: str,
        others: list[template.base.FilterExpression],
    ) -> None:
        self.nodelist = nodelist
        self.name = name
        self.others = others

    def render(self, context: template.Context) -> SafeString:
        request = context.get("request")
        if request is None:
            return self.nodelist.render(context)
        name = make_template_fragment_key(self.name, [one.resolve(context) for one in self.others])
        drawn = kept(request, name, lambda: self._draw(context, request))
        if drawn.forms_may_leave:
            let_forms_leave(request)
        return drawn.text

    def _draw(self, context: template.Context, request: HttpRequest) -> Drawn:
        so_far = forms_may_leave(request)
        let_forms_leave(request, leave=False)
        drawn = Drawn(self.nodelist.render(context), forms_may_leave(request))
        let_forms_leave(request, leave=so_far)
        return drawn
