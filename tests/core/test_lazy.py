"""What a template's context holds, looked up only where the template asks for it."""

from core.lazy import lazily


def test_nothing_is_looked_up_until_something_is_used_and_then_all_of_it_once():
    times = []

    def look() -> dict:
        times.append(1)
        return {"form": None, "hits": ["a", "b"], "kind": "over"}

    context = lazily(look, "form", "hits", "kind")
    assert not times
    assert not context["form"]
    assert list(context["hits"]) == ["a", "b"]
    assert context["kind"] == "over"
    assert len(times) == 1
