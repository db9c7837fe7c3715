"""Certificates as PDF: one sheet of A4 for an event, as many as it takes for a year."""

import logging
import unicodedata
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from fontTools.ttLib import TTFont
from fpdf import FPDF, ViewerPreferences
from fpdf.enums import MethodReturnValue, RenderStyle, XPos, YPos

from events.certificates import Certificate, Line, shown_hours

# It tells of each letter that is set, and so of names.
logging.getLogger("fontTools").setLevel(logging.WARNING)

FONTS = Path(__file__).parent / "fonts"
FACES = {"": "regular", "B": "bold"}
TEXT, OTHER = "next", "dejavu"
INK, QUIET, RULE, ACCENT = (36, 30, 26), (84, 76, 69), (220, 210, 194), (133, 30, 95)
MARGIN = 24
"""All lengths are in millimetres, sizes of type in points."""
POINT = 25.4 / 72
LEADING = 1.28


def single_sheet(certificate: Certificate) -> bytes:
    """Return the certificate of one event: always one sheet, lying."""
    [line] = certificate.lines
    sheet = _Sheet(certificate, _("Certificate of attendance"), "landscape")
    sheet.add_page()
    sheet.head()
    sheet.set_y(52)
    sheet.fit(sheet.heading, 26, 12, bold=True, color=ACCENT)
    sheet.set_y(68)
    sheet.name(height=30)
    sheet.fit(certificate.library, 14, 12, color=QUIET)
    sheet.set_y(sheet.get_y() + 4)
    sheet.fit(_("took part in"), 12, 6, color=QUIET)
    sheet.set_y(sheet.get_y() + 1)
    sheet.fit(line.title, 22, 34, bold=True)
    sheet.set_y(sheet.get_y() + 5)
    right = sheet.stamp(line.date, MARGIN)
    if line.hours:
        sheet.stamp(shown_hours(line.hours), right + 4)
    sheet.foot()
    return bytes(sheet.output())


def year_sheets(certificate: Certificate) -> bytes:
    """Return the certificate of a year: its events in order, their hours, and the sum."""
    count = _year_sheets(certificate).pages_count
    return bytes(_year_sheets(certificate, count).output())


def _year_sheets(certificate: Certificate, count: int = 1) -> "_Sheet":
    heading = _("Certificate of attendance, %(year)d") % {"year": certificate.year}
    sheet = _Sheet(certificate, heading, "portrait", count)
    sheet.add_page()
    sheet.head()
    sheet.set_y(52)
    sheet.fit(sheet.heading, 22, 12, bold=True, color=ACCENT)
    sheet.set_y(66)
    sheet.name(height=24)
    sheet.fit(certificate.library, 13, 10, color=QUIET)
    sheet.set_y(sheet.get_y() + 4)
    events = len(certificate.lines)
    said = ngettext("took part in %(n)d event:", "took part in %(n)d events:", events)
    sheet.fit(said % {"n": events}, 12, 6, color=QUIET)
    sheet.set_y(sheet.get_y() + 3)
    for line in certificate.lines:
        sheet.row(line)
    sheet.sum()
    sheet.foot()
    return sheet


class _Sheet(FPDF):
    """Draws the parts of a certificate from top to bottom, all at the left margin."""

    def __init__(
        self, certificate: Certificate, heading: str, orientation: str, count: int = 1
    ) -> None:
        super().__init__(orientation=orientation, format="A4")
        self.certificate = certificate
        self.heading = heading
        self.count = count
        for style, face in FACES.items():
            self.add_font(TEXT, style, FONTS / f"atkinson-next-{face}.ttf")
        if self._needs_others():
            for style, face in FACES.items():
                self.add_font(OTHER, style, FONTS / f"dejavu-{face}.ttf")
            self.set_fallback_fonts([OTHER], exact_match=True)
        self.set_margin(MARGIN)
        self.c_margin = 0
        self.set_auto_page_break(auto=False)
        self.set_font(TEXT)
        name, issuer = certificate.name, certificate.issuer
        self.set_lang(settings.LANGUAGE_CODE)
        self.set_title(f"{heading}: {name}")
        self.set_author(issuer)
        self.set_creation_date(certificate.issued_at)
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)

    @property
    def foot_at(self) -> float:
        return self.h - 48

    def head(self) -> None:
        """Draw the mark, an empty stamp waiting for its time, and who certifies."""
        side, left, top = 17, MARGIN, 22
        unit = side / 40
        self.set_draw_color(*ACCENT)
        self.set_fill_color(*ACCENT)
        self.set_line_width(3 * unit)
        corner = 2.5 * unit
        frame = (left + 1.5 * unit, top + 1.5 * unit, 37 * unit, 25 * unit)
        self.rect(*frame, round_corners=True, corner_radius=corner)
        for at in (7.5, 16.5):
            self.rect(left + 18 * unit, top + at * unit, 4 * unit, 4 * unit, RenderStyle.F)
        self.set_xy(left + side + 5, top + 2.5)
        self.fit(self.certificate.issuer, 14, 12, bold=True, left=left + side + 5)

    def name(self, height: float) -> None:
        """Write who it is for; what no face here has signs for is left to be written by hand."""
        if shown(self.certificate.name):
            self.fit(self.certificate.name, 34, height - 6, bold=True)
            return
        self.set_draw_color(*INK)
        self.set_line_width(0.3)
        at = self.get_y() + 14
        self.line(MARGIN, at, MARGIN + 140, at)
        self.set_y(at + 1.5)
        self.fit(_("Name: as the check page shows it"), 9, 5, color=QUIET)

    def fit(
        self,
        text: str,
        size: float,
        height: float,
        *,
        bold: bool = False,
        color: tuple[int, int, int] = INK,
        left: float = MARGIN,
        width: float | None = None,
    ) -> None:
        """Write a text as large as it fits into a height, and go on below it."""
        text = shown(text)
        if not text:
            return
        width = width or self.w - MARGIN - left
        self.set_text_color(*color)
        leading = size * POINT * LEADING
        while True:
            self.set_font(TEXT, "B" if bold else "", size)
            leading = size * POINT * LEADING
            lines = self._lines(text, width, leading)
            if len(lines) * leading <= height or size <= 7:
                break
            size -= 0.5
        most = max(1, int(height / leading + 0.01))
        for line in lines[:most]:
            self.set_x(left)
            self.cell(width, leading, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def stamp(self, text: str, left: float) -> float:
        """Frame a date or hours as if stamped; return where the frame ends."""
        self.set_font(TEXT, "B", 13)
        self.set_text_color(*ACCENT)
        self.set_draw_color(*ACCENT)
        self.set_line_width(0.5)
        width, height, top = self.get_string_width(text) + 8, 10, self.get_y()
        self.rect(left, top, width, height, round_corners=True, corner_radius=1.2)
        self.set_xy(left, top)
        self.cell(width, height, text, align="C")
        self.set_xy(MARGIN, top)
        return left + width

    def foot(self) -> None:
        """Write who signs, and how to check it."""
        top = self.foot_at
        self.set_draw_color(*INK)
        self.set_line_width(0.3)
        half = (self.w - 2 * MARGIN) / 2
        self.line(MARGIN, top + 10, MARGIN + half - 12, top + 10)
        self.set_xy(MARGIN, top + 11.5)
        self.fit(self.certificate.signed_by, 10, 10, width=half - 12)
        left = MARGIN + half
        self.set_xy(left, top)
        self.fit(_("Check this certificate"), 10, 5, color=QUIET, left=left)
        self.set_font(TEXT, "B", 12)
        self.set_text_color(*ACCENT)
        self.set_x(left)
        code = self.certificate.code
        self.cell(
            self.get_string_width(code) + 2, 6.5, code, link=self.certificate.check_url,
            new_x=XPos.LMARGIN, new_y=YPos.NEXT,
        )  # fmt: skip
        self.fit(check_place(), 10, 10, color=QUIET, left=left)

    def row(self, line: Line) -> None:
        """Write an event of a year; what has no room goes to the next sheet."""
        date_width, hours_width = 44, 20
        width = self.w - 2 * MARGIN - date_width - hours_width
        self.set_font(TEXT, "", 10.5)
        leading = 10.5 * POINT * LEADING
        lines = self._lines(shown(line.title), width, leading)[:3]
        date_lines = self._lines(line.date, date_width - 3, leading)[:3]
        height = max(len(lines), len(date_lines)) * leading + 2.4
        if self.get_y() + height > self.foot_at - 14:
            self.add_page()
            self.head()
            self.set_y(46)
            said = _("%(heading)s, continued: %(name)s")
            self.fit(
                said % {"heading": self.heading, "name": self.certificate.name}, 12, 10, bold=True
            )
            self.set_y(self.get_y() + 3)
        top = self.get_y()
        self.set_draw_color(*RULE)
        self.set_line_width(0.2)
        self.line(MARGIN, top, self.w - MARGIN, top)
        for texts, left, wide, align in (
            (date_lines, MARGIN, date_width, "L"),
            (lines, MARGIN + date_width, width, "L"),
            ([_number(line)], self.w - MARGIN - hours_width, hours_width, "R"),
        ):
            self.set_font(TEXT, "", 10.5)
            self.set_text_color(*(QUIET if left == MARGIN else INK))
            for place, text in enumerate(texts):
                self.set_xy(left, top + 1.2 + place * leading)
                self.cell(wide, leading, text, align=align)
        self.set_xy(MARGIN, top + height)

    def sum(self) -> None:
        top = self.get_y()
        self.set_draw_color(*INK)
        self.set_line_width(0.4)
        self.line(MARGIN, top, self.w - MARGIN, top)
        self.set_font(TEXT, "B", 12)
        self.set_text_color(*INK)
        self.set_xy(MARGIN, top + 2)
        said = _("Together %(hours)s") % {"hours": shown_hours(self.certificate.hours)}
        self.cell(self.w - 2 * MARGIN, 6, said, align="R")

    def footer(self) -> None:
        """Number the sheets where there are several; called as each ends."""
        if self.count > 1:
            self.set_font(TEXT, "", 9)
            self.set_text_color(*QUIET)
            self.set_xy(MARGIN, self.h - 15)
            said = _("Sheet %(n)d of %(count)d") % {"n": self.page_no(), "count": self.count}
            self.cell(self.w - 2 * MARGIN, 5, said, align="R")

    def _needs_others(self) -> bool:
        said = self.certificate
        titles = (line.title for line in said.lines)
        texts = map(shown, (said.name, said.library, said.issuer, said.signed_by, *titles))
        return not set(map(ord, "".join(texts))) <= _known(TEXT)

    def _lines(self, text: str, width: float, leading: float) -> list[str]:
        said = MethodReturnValue.LINES
        return self.multi_cell(width, leading, text, dry_run=True, output=said, align="L")


def check_place() -> str:
    """Return where a code is typed in, as it is read from paper."""
    from django.urls import reverse

    return settings.SITE_URL.partition("://")[2] + reverse("registrations:check")


def shown(text: str) -> str:
    """Return what of a text can be set: letters no face here has are left out or made plain."""
    known = _known(TEXT) | _known(OTHER)
    signs = []
    for sign in unicodedata.normalize("NFC", text):
        plain = sign if ord(sign) in known else unicodedata.normalize("NFKD", sign)
        signs += [each for each in plain if ord(each) in known]
    line = " ".join("".join(signs).split())
    return line if any(sign.isalnum() for sign in line) else ""


@cache
def _known(family: str) -> frozenset[int]:
    """Return the signs that both weights of a face have."""
    name = {TEXT: "atkinson-next", OTHER: "dejavu"}[family]
    faces = (TTFont(FONTS / f"{name}-{face}.ttf") for face in FACES.values())
    return frozenset(set.intersection(*(set(face.getBestCmap()) for face in faces)))


def _number(line: Line) -> str:
    return shown_hours(line.hours).partition(" ")[0]
