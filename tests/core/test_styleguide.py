import pytest
from lxml import html

from core.styleguide import styleguide


@pytest.mark.django_db
def test_the_style_guide_shows_every_component(rf):
    page = html.fromstring(styleguide(rf.get("/styleguide/")).content)
    for component in (
        ".stamp",
        ".topics",
        ".player .controls",
        ".transcript .passage",
        ".share",
        ".search",
        ".filters",
        ".event .state",
        ".hits mark",
        ".no-hits .chip",
        ".notice",
        ".field",
        ".pages",
        ".steps > li",
        ".asked h4",
        ".catalogue [type=search]",
        ".sign-up [type=email]",
        ".contact .person",
        ".term dfn",
    ):
        assert page.cssselect(component), component
    assert not page.cssselect("[style], style, script:not([src])")


@pytest.mark.django_db
def test_readers_never_see_it(client):
    assert client.get("/styleguide/").status_code == 404
