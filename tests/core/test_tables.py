import pytest

from core.tables import guarded, unguarded

FORMULAS = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "'=1", "''-1"]
TEXTS = ["", "Ines", "'tis", "1+1", "a=b", "{=1}", "https://example.org/", "e-mail"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_what_a_spreadsheet_would_reckon_is_guarded(cell):
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", TEXTS)
def test_what_is_text_stays_as_it_is(cell):
    assert guarded(cell) == cell


@pytest.mark.parametrize("cell", [*FORMULAS, *TEXTS])
def test_taking_the_guard_off_is_exact(cell):
    assert unguarded(guarded(cell)) == cell
