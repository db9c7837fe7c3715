"""Cells of tables that spreadsheets open."""

import re

_FORMULA = re.compile(r"'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, with an apostrophe before it.

    A cell that already looks guarded gets another one, so that `unguarded` is exact.
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """Return a cell as it was before `guarded`."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
