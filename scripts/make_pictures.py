"""Draw the pictures of the demonstration's posts.

    .venv/bin/python scripts/make_pictures.py [name …]

Needs Pillow, which the site has anyway, and Liberation Sans (Debian: fonts-liberation); where that
is missing the site's own typeface is taken, and the pictures look a little different. The site
itself needs none of it: what is made here lies in the repository, and posts.toml in
site/operate/demonstration names the pictures without their suffix.

Everything is drawn twice as large and made smaller at the end, so that lines and letters have
smooth edges. All measures are those of the finished picture.
"""

import argparse
import sys
from collections.abc import Callable
from itertools import pairwise
from math import atan2, cos, sin
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parent.parent
MEDIA = ROOT / "site" / "operate" / "demonstration" / "media"
LIBERATION = Path("/usr/share/fonts/truetype/liberation")
OWN_FONT = ROOT / "static" / "fonts" / "atkinson-next-latin.woff2"

MOST_BYTES = 40_000
LARGER = 2
WIDTH, HEIGHT = 1200, 675
LEFT, RIGHT = 64, WIDTH - 64
PAPER, WASH, INK, QUIET = "#fbf7ef", "#f3ebdd", "#241e1a", "#544c45"
EDGE, RULE, ACCENT = "#857a6b", "#dcd2c2", "#851e5f"
"""As in static/css/tokens.css."""
BLUSH = "#e3c9d6"
"""The accent, thinned with paper."""
STEPS = 4
"""From a ground to what stands on it, for smooth edges."""

MONTHS = {
    "Jan": 19_200,
    "Feb": 19_600,
    "Mar": 21_300,
    "Apr": 19_100,
    "May": 16_400,
    "Jun": 14_800,
    "Jul": 13_200,
    "Aug": 15_100,
    "Sep": 20_400,
    "Oct": 22_600,
    "Nov": 19_300,
    "Dec": 13_900,
}
"""Requests of all thirty libraries in one year, as in the post that shows them."""
TURNAROUND = {
    "Scan, from anywhere": 1.5,
    "Loan inside the Network, by bin": 4,
    "Loan from Carrick, by courier": 6,
    "Loan from Marlow, by courier": 7,
    "Loan by mail, same region": 9,
    "Loan by mail, across the country": 12,
    "Loan from overseas": 26,
}
"""Median days from the reader's request to the hold shelf."""

Point = tuple[float, float]


class Sheet:
    """A piece of paper to draw on."""

    def __init__(self, title: str = "", note: str = ""):
        self.image = Image.new("RGB", (WIDTH * LARGER, HEIGHT * LARGER), PAPER)
        self.draw = ImageDraw.Draw(self.image)
        self.box((0, 0), (WIDTH, 10), fill=ACCENT)
        self.words((LEFT, 40), title, 40, bold=True)
        self.words((LEFT, 94), note, 24, fill=QUIET)

    def box(
        self, start: Point, end: Point, fill: str = "", edge: str = "", width=2, radius=0
    ) -> None:
        self.draw.rounded_rectangle(
            [larger(start), larger(end)],
            radius=radius * LARGER,
            fill=fill or None,
            outline=edge or None,
            width=width * LARGER if edge else 0,
        )

    def line(self, *points: Point, fill: str = INK, width: int = 3) -> None:
        self.draw.line(list(map(larger, points)), fill, width * LARGER, joint="curve")

    def dashes(self, start: Point, end: Point, fill: str = EDGE, width: int = 2) -> None:
        length = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
        steps = max(1, round(length / 9))
        for step in range(0, steps, 2):
            piece = [step / steps, min(step + 1, steps) / steps]
            self.line(*(between(start, end, part) for part in piece), fill=fill, width=width)

    def arrow(self, *points: Point, fill: str = INK, width: int = 3) -> None:
        self.line(*points, fill=fill, width=width)
        (from_x, from_y), (x, y) = points[-2:]
        angle = atan2(y - from_y, x - from_x)
        wings = [(x - 18 * cos(angle + turn), y - 18 * sin(angle + turn)) for turn in (0.45, -0.45)]
        self.draw.polygon([larger(point) for point in [(x, y), *wings]], fill)

    def dot(self, center: Point, radius: float, fill: str, edge: str = "", width=3) -> None:
        x, y = center
        self.draw.ellipse(
            [larger((x - radius, y - radius)), larger((x + radius, y + radius))],
            fill=fill,
            outline=edge or None,
            width=width * LARGER if edge else 0,
        )

    def words(
        self, place: Point, text: str, size: int, bold=False, fill: str = INK, anchor: str = "la"
    ) -> None:
        """Write lines; the anchor is Pillow's, for each line."""
        x, y = place
        for line in text.splitlines():
            self.draw.text(larger((x, y)), line, fill, text_font(size, bold), anchor)
            y += size * 1.3

    def paste(self, stamp: Image.Image, center: Point, angle: float) -> None:
        """Put a picture with see-through ground on the paper, turned by degrees to the left."""
        turned = stamp.rotate(angle, Image.Resampling.BICUBIC, expand=True)
        x, y = larger(center)
        self.image.paste(turned, (x - turned.width // 2, y - turned.height // 2), turned)

    def save(self, path: Path) -> int:
        """Write a PNG of few colours, the site's own among them exactly; return its bytes."""
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        small.quantize(palette=palette(), dither=Image.Dither.NONE).save(path, optimize=True)
        return path.stat().st_size


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw the pictures of the demonstration's posts.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"one of {', '.join(PICTURES)}")
    names = parser.parse_args().names or list(PICTURES)
    if unknown := sorted(set(names) - set(PICTURES)):
        sys.exit(f"No such picture: {', '.join(unknown)}.")
    for name in names:
        size = PICTURES[name]().save(MEDIA / f"{name}.png")
        print(f"{name}.png  {size:,} bytes")  # noqa: T201
        if size > MOST_BYTES:
            sys.exit(f"{name}.png is too large.")


def draw_months() -> Sheet:
    sheet = Sheet("Requests by month", "All thirty libraries, loans and scans, thousands")
    floor, top, most = 590, 160, 24_000
    for thousands in range(0, 25, 6):
        y = floor - (floor - top) * thousands * 1000 / most
        sheet.line((LEFT + 50, y), (RIGHT, y), fill=RULE, width=2)
        sheet.words((LEFT + 36, y), str(thousands), 22, fill=QUIET, anchor="rm")
    step = (RIGHT - LEFT - 60) / len(MONTHS)
    busiest, quietest = max(MONTHS.values()), min(MONTHS.values())
    for place, (month, requests) in enumerate(MONTHS.items()):
        x = LEFT + 60 + step * (place + 0.5)
        y = floor - (floor - top) * requests / most
        marked = requests in (busiest, quietest)
        sheet.box((x - 29, y), (x + 29, floor), fill=ACCENT if marked else BLUSH)
        number = f"{requests / 1000:.1f}"
        sheet.words((x, y - 8), number, 22, marked, ACCENT if marked else QUIET, "ms")
        sheet.words((x, floor + 14), month, 24, marked, anchor="ma")
    sheet.line((LEFT + 50, floor), (RIGHT, floor), width=3)
    return sheet


def draw_box() -> Sheet:
    sheet = Sheet("An audiobook, ready for the bin", "Cut open, so that you can see the padding")
    # The carton, with its two flaps.
    sheet.line((350, 226), (282, 168), width=6)
    sheet.line((850, 226), (918, 168), width=6)
    sheet.box((350, 226), (850, 590), fill=WASH, edge=INK, width=6)
    for row in range(7):
        for column in range(10):
            x = 382 + column * 46 + (row % 2) * 16
            y = 258 + row * 50
            if x < 835 and not (425 < x < 775 and 296 < y < 524):
                sheet.line((x - 12, y + 9), (x - 2, y - 11), (x + 7, y + 8), fill=EDGE, width=2)
    # The case, and the bag around it.
    sheet.box((432, 308), (768, 512), fill=WASH, edge=EDGE, width=2, radius=18)
    sheet.box((452, 328), (748, 492), fill=PAPER, edge=ACCENT, width=5, radius=10)
    for x in (526, 674):
        sheet.dot((x, 410), 56, BLUSH, ACCENT)
        sheet.dot((x, 410), 13, PAPER, ACCENT)
    # The slip on the way in, and the label on the wall.
    sheet.box((548, 196), (652, 278), fill=PAPER, edge=INK, width=3)
    sheet.words((600, 236), "LKM 04", 22, bold=True, anchor="mm")
    sheet.box((846, 462), (864, 562), fill=ACCENT)
    notes = [
        ((270, 246), (384, 312), "Crumpled paper\non every side,\nan inch thick", "ra"),
        ((270, 410), (438, 440), "Bag with a zip:\na case that opens\nloses nothing", "ra"),
        ((945, 196), (652, 226), "Slip with the route\ncode, inside", "la"),
        ((945, 340), (730, 396), "Discs counted,\nand the number\non the strap", "la"),
        ((945, 500), (858, 524), "Tracking label on\nthe carton, never\non the case", "la"),
    ]
    for (x, y), end, text, anchor in notes:
        side = 12 if anchor == "ra" else -12
        sheet.line((x + side, y + 16), end, fill=QUIET, width=2)
        sheet.dot(end, 5, INK)
        sheet.words((x, y), text, 24, anchor=anchor)
    return sheet


def draw_route() -> Sheet:
    sheet = Sheet("The Uplands route, Monday to Friday", "One van, five towns, 118 miles")
    stops = [
        ((170, 540), "Larkminster", "sort room, 6:30", (0, 34), "ma"),
        ((330, 380), "Otter Falls", "7:40", (-34, -50), "ra"),
        ((510, 250), "Thornby", "two doors, 8:25", (-34, -50), "ra"),
        ((790, 190), "Juniper Notch", "by snow tire, 9:30", (0, -84), "ma"),
        ((980, 320), "Dunmarrow", "school, 10:20", (26, -20), "la"),
        ((840, 470), "Mossgate", "two doors, 11:15", (26, 12), "la"),
    ]
    hub = stops[0][0]
    # Hills to the north, and the river.
    for x, y in ((600, 330), (680, 350), (655, 300), (1060, 220), (240, 270), (430, 440)):
        sheet.line((x - 30, y + 18), (x, y - 18), (x + 30, y + 18), fill=RULE, width=4)
    sheet.line((64, 470), (150, 486), (260, 470), (390, 560), (560, 610), (760, 596), fill=RULE)
    sheet.words((585, 570), "Lark River", 22, fill=EDGE)
    for (start, *_), (end, *_) in pairwise(stops):
        sheet.arrow(start, between(start, end, 0.6), fill=ACCENT, width=5)
        sheet.line(start, end, fill=ACCENT, width=5)
    sheet.dashes(stops[-1][0], (540, 520), fill=ACCENT, width=4)
    sheet.dashes((540, 520), hub, fill=ACCENT, width=4)
    sheet.words((470, 480), "home by 1:00", 22, fill=ACCENT)
    for place, (center, name, note, (aside, below), anchor) in enumerate(stops):
        sheet.dot(center, 20, PAPER if place else ACCENT, ACCENT, 4)
        sheet.words(center, str(place or "S"), 22, True, INK if place else PAPER, "mm")
        x, y = center[0] + aside, center[1] + below
        sheet.words((x, y), name, 26, bold=True, anchor=anchor)
        sheet.words((x, y + 30), note, 22, fill=QUIET, anchor=anchor)
    return sheet


def draw_slip() -> Sheet:
    sheet = Sheet()
    sheet.box((0, 0), (WIDTH, HEIGHT), fill=WASH)
    sheet.box((0, 0), (WIDTH, 10), fill=ACCENT)
    sheet.box((358, 60), (858, HEIGHT), fill=RULE)
    sheet.box((350, 52), (850, HEIGHT), fill=PAPER, edge=EDGE)
    sheet.words((600, 84), "DATE DUE", 44, bold=True, anchor="ma")
    sheet.words((600, 142), "Cobble Ferry Town Library", 26, fill=QUIET, anchor="ma")
    sheet.line((390, 192), (810, 192), width=4)
    for y in range(262, HEIGHT, 70):
        sheet.line((390, y), (810, y), fill=RULE, width=2)
    sheet.line((600, 192), (600, HEIGHT), fill=RULE, width=2)
    dates = [
        ((494, 228), "SEP 02", 2, QUIET),
        ((708, 231), "SEP 23", -3, QUIET),
        ((492, 299), "OCT 14", -2, QUIET),
        ((706, 296), "OCT 28", 4, QUIET),
        ((497, 368), "NOV 18", 1, ACCENT),
    ]
    for center, text, angle, fill in dates:
        sheet.paste(stamp(text, 40, fill), center, angle)
    sheet.paste(stamp("RENEWED ONCE", 42, ACCENT, framed=True), (640, 500), 9)
    sheet.words((60, 236), "The old date", 28, bold=True)
    sheet.words((60, 276), "stays readable:\nthe new one counts\nfrom it", 24, fill=QUIET)
    sheet.words((900, 430), "And the word", 28, bold=True)
    sheet.words((900, 470), "that ends most\nquarrels at the desk", 24, fill=QUIET)
    return sheet


def stamp(text: str, size: int, fill: str, framed: bool = False) -> Image.Image:
    """Return words as a rubber stamp leaves them, on see-through ground."""
    font = text_font(size, bold=True)
    left, top, right, bottom = map(int, font.getbbox(text))
    margin = 16 * LARGER
    area = (right - left + 2 * margin, bottom - top + 2 * margin)
    inked = Image.new("L", area)
    draw = ImageDraw.Draw(inked)
    draw.text((margin - left, margin - top), text, 255, font)
    if framed:
        draw.rounded_rectangle((2, 2, area[0] - 3, area[1] - 3), 14, outline=255, width=8)
    # Where the pad was dry.
    for place in range(0, area[0] * area[1], 2_311):
        x, y = place % area[0], place // area[0]
        draw.ellipse((x, y, x + 3, y + 3), 90)
    image = Image.new("RGBA", area, fill)
    image.putalpha(inked)
    return image


def draw_steps() -> Sheet:
    sheet = Sheet(
        "A conditional request", "The lender would, if. Nobody else is asked until you say."
    )
    steps = [
        ("1", "You ask", "First library\nof the string"),
        ("2", "Conditional", "A fee? In the library\nonly? Later?"),
        ("3", "You decide", "Ask the reader,\nsame day"),
        ("4", "Shipped", "Write the condition\non the strap"),
    ]
    width, gap, top, bottom = 232, 48, 200, 390
    for place, (number, title, text) in enumerate(steps):
        x = LEFT + place * (width + gap)
        marked = number == "3"
        sheet.box(
            (x, top),
            (x + width, bottom),
            BLUSH if marked else WASH,
            ACCENT if marked else EDGE,
            3,
            12,
        )
        sheet.dot((x + 34, top + 38), 20, ACCENT)
        sheet.words((x + 34, top + 38), number, 24, True, PAPER, "mm")
        sheet.words((x + 64, top + 38), title, 25, bold=True, anchor="lm")
        sheet.words((x + 18, top + 86), text, 22)
        if place:
            sheet.arrow((x - gap + 5, 295), (x - 5, 295))
    x = LEFT + 2 * (width + gap)
    sheet.words((x + width + gap / 2, 272), "Yes", 22, True, ACCENT, "ms")
    # No: on to the next library, and the string goes on.
    sheet.line((x + width / 2, bottom), (x + width / 2, 520), width=3)
    sheet.arrow((x + width / 2, 520), (LEFT + width + 14, 520))
    sheet.words((x + width / 2 + 14, 450), "No", 22, True, ACCENT, "lm")
    sheet.box((LEFT, 466), (LEFT + width, 574), fill=PAPER, edge=EDGE, width=3, radius=12)
    sheet.words((LEFT + width / 2, 494), "Next library", 25, True, anchor="mm")
    sheet.words((LEFT + width / 2, 532), "the clock starts anew", 22, anchor="mm")
    sheet.arrow((LEFT + width / 2, 466), (LEFT + width / 2, bottom + 6))
    sheet.words((x + width / 2 + 14, 506), "No answer at all does the same,", 22, fill=QUIET)
    sheet.words((x + width / 2 + 14, 536), "only days later.", 22, fill=QUIET)
    return sheet


def draw_turnaround() -> Sheet:
    sheet = Sheet(
        "How long does it take?", "Median days from the reader's request to the hold shelf"
    )
    start, top, step = 500, 152, 64
    unit = (RIGHT - 60 - start) / max(TURNAROUND.values())
    for place, (name, days) in enumerate(TURNAROUND.items()):
        y = top + step * place
        marked = "courier" in name
        sheet.words((start - 20, y + 22), name, 24, marked, anchor="rm")
        end = start + days * unit
        sheet.box((start, y), (end, y + 44), fill=ACCENT if marked else BLUSH)
        sheet.words((end + 12, y + 22), f"{days:g}", 26, marked, anchor="lm")
    sheet.line((start, top - 12), (start, top + step * len(TURNAROUND)), width=3)
    note = "Filled requests of the last twelve months; half were faster, half slower."
    sheet.words((LEFT, 622), note, 22, fill=QUIET)
    return sheet


def palette() -> Image.Image:
    """Return a picture with the colours of all, and those between a ground and what is on it."""
    colours = []
    for ground in (PAPER, WASH, BLUSH):
        for colour in (INK, QUIET, ACCENT, EDGE, RULE):
            ends = list(zip(ImageColor.getrgb(ground), ImageColor.getrgb(colour), strict=True))
            for step in range(STEPS):
                colours += [round(a + (b - a) * step / (STEPS - 1)) for a, b in ends]
    image = Image.new("P", (1, 1))
    image.putpalette(colours)
    return image


def larger(point: Point) -> tuple[int, int]:
    return round(point[0] * LARGER), round(point[1] * LARGER)


def between(start: Point, end: Point, part: float) -> Point:
    return start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part


def text_font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    path = LIBERATION / f"LiberationSans-{'Bold' if bold else 'Regular'}.ttf"
    if path.exists():
        return ImageFont.truetype(path, size * LARGER)
    font = ImageFont.truetype(OWN_FONT, size * LARGER)
    font.set_variation_by_axes([700 if bold else 400])
    return font


PICTURES: dict[str, Callable[[], Sheet]] = {
    "requests-by-month": draw_months,
    "padded-box": draw_box,
    "delivery-route": draw_route,
    "due-date-slip": draw_slip,
    "conditional-steps": draw_steps,
    "turnaround-times": draw_turnaround,
}


if __name__ == "__main__":
    main()
