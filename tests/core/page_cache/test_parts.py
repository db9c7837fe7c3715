from core.page_cache.parts import kept_each


def test_parts_of_several_are_made_once_and_nothing_is_kept_as_well(rf):
    made = []

    def make(keys):
        made.append(sorted(keys))
        return {key: key[1] for key in keys if key[1] != 2}

    request = rf.get("/")
    request.content_version = "v1"
    assert kept_each(request, "n", [("a", 1), ("a", 2)], make) == {("a", 1): 1}
    assert kept_each(request, "n", [("a", 2), ("a", 3)], make) == {("a", 3): 3}
    request.content_version = "v2"
    assert kept_each(request, "n", [("a", 1)], make) == {("a", 1): 1}
    request.content_version = ""
    assert kept_each(request, "n", [("a", 1)], make) == {("a", 1): 1}
    assert made == [[("a", 1), ("a", 2)], [("a", 3)], [("a", 1)], [("a", 1)]]
