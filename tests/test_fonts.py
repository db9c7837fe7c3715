"""The fonts: small, free, served from here, and never waited for."""

import re

from django.conf import settings

FONTS = settings.ROOT / "static" / "fonts"
TOKENS = (settings.ROOT / "static" / "css" / "tokens.css").read_text()
FACES = re.findall(r"@font-face \{.*?\}", TOKENS, re.DOTALL)


def test_all_of_them_are_at_most_35_kb():
    sizes = [path.stat().st_size for path in FONTS.glob("*.woff2")]
    assert sizes
    assert sum(sizes) <= 35_000


def test_licence_and_source_lie_beside_them():
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text()
    read_me = (FONTS / "README.md").read_text()
    for path in FONTS.glob("*.woff2"):
        assert f"`{path.name}`" in read_me
        assert f"{path.stat().st_size:,}" in read_me


def test_text_is_shown_before_they_arrive():
    fetched = [face for face in FACES if "url(" in face]
    assert len(fetched) == len(list(FONTS.glob("*.woff2")))
    for face in fetched:
        assert "font-display: swap" in face
        assert (FONTS / re.search(r'url\("\.\./fonts/([^"]+)"\)', face)[1]).exists()


def test_what_stands_in_for_them_has_their_measures():
    stand_ins = [face for face in FACES if "url(" not in face]
    assert stand_ins
    for face in stand_ins:
        assert {"size-adjust", "ascent-override", "descent-override"} <= set(
            re.findall(r"([\w-]+):", face)
        )
