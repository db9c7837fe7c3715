"""How the tests of the calendar read its pages."""

from lxml import html


def show(client, address: str, **query) -> html.HtmlElement:
    response = client.get(address, query)
    assert response.status_code == 200
    return html.document_fromstring(response.content.decode())


def text_of(tree: html.HtmlElement) -> str:
    return " ".join(tree.text_content().split())


def titles(tree: html.HtmlElement) -> list[str]:
    links = tree.cssselect("main .event > :first-child a")
    return [link.xpath("string(text()[last()])").strip() for link in links]


def twice(tree: html.HtmlElement) -> set[str]:
    """Return the ids that are not unique."""
    ids = tree.xpath("//@id")
    return {one for one in ids if ids.count(one) > 1}
