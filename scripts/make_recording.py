"""Make the demonstration's recording, its captions and its poster from the script of it.

    .venv/bin/python scripts/make_recording.py [--times]

Needs espeak-ng and ffmpeg (with libx264) on the path and Pillow, which the site has anyway. The
site itself needs none of it: what is made here lies in the repository.

The script is recording.toml in site/operate/demonstration; the topics, with the seconds they
begin at, are those of the chat in chats.toml that names the recording. A topic begins exactly at
its second: the pause before it is as long as it has to be. `--times` makes nothing and prints the
earliest second each topic could begin at, and how long it all lasts, to be put into chats.toml.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import wave
from array import array
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parent.parent
DEMONSTRATION = ROOT / "site" / "operate" / "demonstration"
MEDIA = DEMONSTRATION / "media"
TRANSCRIPTS = DEMONSTRATION / "transcripts"
FONTS = ROOT / "static" / "fonts"

MOST_BYTES = 2_000_000
RATE = 22_050
"""Samples a second, as espeak-ng gives them."""
LOUDNESS = 3_400
LOUDEST = 30_000
SILENCE = 200
BEFORE_THE_FIRST = 1.0
BETWEEN_LINES = 0.45
BETWEEN_SPEAKERS = 0.75
BEFORE_A_TOPIC = 2.0
AFTER_THE_LAST = 2.5

WIDTH, HEIGHT = 1280, 720
LEFT = 96
PAPER, INK, QUIET, RULE, ACCENT = "#fbf7ef", "#241e1a", "#544c45", "#dcd2c2", "#851e5f"
"""As in static/css/tokens.css."""


@dataclass
class Line:
    """What one speaker says in one go; times in seconds from the start of the recording."""

    speaker: str
    text: str
    sound: array
    start: float = 0.0

    @property
    def end(self) -> float:
        return self.start + len(self.sound) / RATE


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the demonstration's recording.")
    parser.add_argument("--times", action="store_true", help="only tell the earliest times")
    arguments = parser.parse_args()
    if missing := [name for name in ("espeak-ng", "ffmpeg") if shutil.which(name) is None]:
        sys.exit(f"Missing: {', '.join(missing)}.")
    script = read("recording")
    named = script["recording"]
    chat = next(one for one in read("chats")["chats"] if one.get("recording_file") == named)
    with tempfile.TemporaryDirectory() as folder:
        parts = speak(script, Path(folder))
        if arguments.times:
            print_times(parts)
            return
        length = set_times(parts, [topic["start"] for topic in chat["topics"]])
        if length != chat["duration"]:
            sys.exit(f"It lasts {length} seconds; chats.toml says {chat['duration']}.")
        make(named, chat, parts, length, Path(folder))


def read(name: str) -> dict:
    return tomllib.loads((DEMONSTRATION / f"{name}.toml").read_text("utf-8"))


def speak(script: dict, folder: Path) -> list[list[Line]]:
    """Return the lines of each part, spoken, without times."""
    speakers = {one["name"]: one for one in script["speakers"]}
    sound = folder / "line.wav"
    parts = []
    speaker = ""
    for part in script["parts"]:
        lines = []
        for written in part["lines"].strip().splitlines():
            name, colon, text = written.partition(": ")
            if colon and name in speakers:
                speaker = name
            else:
                text = written
            voice = speakers[speaker]
            said = text
            for word, spelled in script["says"].items():
                said = re.sub(rf"\b{re.escape(word)}\b", spelled, said)
            subprocess.run(  # noqa: S603
                [
                    *["espeak-ng", "-z", "-v", voice["voice"], "-p", str(voice["pitch"])],
                    *["-s", str(voice["pace"]), "-w", str(sound), said],
                ],
                check=True,
            )
            lines.append(Line(speaker, text, even(sound)))
        parts.append(lines)
    return parts


def even(path: Path) -> array:
    """Return the samples of a file without silence around them, as loud as all others."""
    with wave.open(str(path)) as file:
        if file.getparams()[:3] != (1, 2, RATE):
            sys.exit("espeak-ng gives another kind of sound than it used to.")
        samples = array("h", file.readframes(file.getnframes()))
    loud = [place for place, sample in enumerate(samples) if abs(sample) > SILENCE]
    samples = samples[loud[0] : loud[-1] + RATE // 20]
    voiced = [sample for sample in samples if abs(sample) > SILENCE]
    mean = (sum(sample * sample for sample in voiced) / len(voiced)) ** 0.5
    factor = min(LOUDNESS / mean, LOUDEST / max(map(abs, samples)))
    return array("h", (int(sample * factor) for sample in samples))


def set_times(parts: list[list[Line]], starts: list[int]) -> int:
    """Give every line its time, and return the length in whole seconds.

    Ends with a message where a part is not over when the next topic begins.
    """
    if len(parts) != len(starts) + 1:
        sys.exit(f"{len(parts)} parts do not fit {len(starts)} topics and an opening.")
    end = 0.0
    for part, start in zip(parts, [BEFORE_THE_FIRST, *starts], strict=True):
        if start < end + BETWEEN_SPEAKERS:
            sys.exit(f"“{part[0].text}” cannot begin at {start} s: {end:.1f} s are taken.")
        end = lay(part, start)
    return ceil(end + AFTER_THE_LAST)


def lay(part: list[Line], start: float) -> float:
    """Put the lines of a part one after the other, and return when the last is over."""
    at, before = start, part[0].speaker
    for place, line in enumerate(part):
        if place:
            at += BETWEEN_LINES if line.speaker == before else BETWEEN_SPEAKERS
        line.start, before = at, line.speaker
        at = line.end
    return at


def print_times(parts: list[list[Line]]) -> None:
    at = lay(parts[0], BEFORE_THE_FIRST)
    for part in parts[1:]:
        start = ceil(at + BEFORE_A_TOPIC)
        print(f"{start:4}  {stamp(start):>5}  {part[0].text}")  # noqa: T201
        at = lay(part, start)
    length = ceil(at + AFTER_THE_LAST)
    print(f"{length:4}  {stamp(length):>5}  the end")  # noqa: T201


def make(name: str, chat: dict, parts: list[list[Line]], length: int, folder: Path) -> None:
    lines = [line for part in parts for line in part]
    topics = chat["topics"]
    write_sound(lines, length, folder / "sound.wav")
    hosts = list(dict.fromkeys(line.speaker for line in parts[0]))
    cards = [title_card(chat["title"], hosts)]
    cards += [
        topic_card(topic["title"], topic["start"], place, len(topics))
        for place, topic in enumerate(topics, 1)
    ]
    starts = [0, *(topic["start"] for topic in topics)]
    MEDIA.mkdir(exist_ok=True)
    cards[0].resize((960, 540), Image.Resampling.LANCZOS).save(
        MEDIA / f"{name}.jpg", quality=58, optimize=True, progressive=True
    )
    write_film(cards, starts, length, folder, MEDIA / f"{name}.mp4")
    write_captions(lines, TRANSCRIPTS / f"{name}.vtt")
    if (size := (MEDIA / f"{name}.mp4").stat().st_size) >= MOST_BYTES:
        sys.exit(f"The recording has {size:,} bytes: too many.")


def write_sound(lines: list[Line], length: int, path: Path) -> None:
    samples = array("h", bytes(2 * RATE * length))
    for line in lines:
        at = round(line.start * RATE)
        samples[at : at + len(line.sound)] = line.sound
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def write_film(
    cards: list[Image.Image], starts: list[int], length: int, folder: Path, path: Path
) -> None:
    """Write an MP4 that browsers and phones play, one picture a second.

    Every topic begins with a key frame, and none is farther away than a minute.
    """
    listed = []
    for place, (card, start) in enumerate(zip(cards, starts, strict=True)):
        card.save(folder / f"{place}.png")
        until = [*starts, length][place + 1]
        listed += [f"file {place}.png", f"duration {until - start}"]
    # The last picture's duration is heeded only if another follows.
    (folder / "cards.txt").write_text("\n".join([*listed, f"file {len(cards) - 1}.png"]))
    picture = "fps=1,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"
    # ffmpeg's AAC takes more than it is asked for, here 18 kbit/s; left to itself it cuts speech
    # off at 4 kHz, and s and f sound alike.
    sound = "highpass=f=70,lowpass=f=7200,aresample=16000"
    subprocess.run(  # noqa: S603
        [
            *["ffmpeg", "-v", "error", "-y", "-f", "concat", "-i", str(folder / "cards.txt")],
            *["-i", str(folder / "sound.wav"), "-map", "0:v", "-map", "1:a", "-t", str(length)],
            *["-vf", picture, "-c:v", "libx264", "-preset", "veryslow"],
            *["-profile:v", "main", "-level", "3.1", "-refs", "1"],
            *["-tune", "stillimage", "-crf", "33", "-bf", "0", "-g", "60", "-sc_threshold", "0"],
            *["-force_key_frames", ",".join(map(str, starts))],
            *["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"],
            *["-af", sound, "-ac", "1", "-c:a", "aac", "-b:a", "11k", "-cutoff", "6000"],
            *["-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact"],
            *["-movflags", "+faststart", str(path)],
        ],
        check=True,
    )


def write_captions(lines: list[Line], path: Path) -> None:
    """Write them as Zoom saves a transcript."""
    path.parent.mkdir(exist_ok=True)
    blocks = ["WEBVTT"]
    blocks += [
        f"{place}\n{clock(line.start)} --> {clock(line.end)}\n{line.speaker}: {line.text}"
        for place, line in enumerate(lines, 1)
    ]
    path.write_text("\n\n".join(blocks) + "\n", "utf-8")


def title_card(title: str, hosts: list[str]) -> Image.Image:
    card, draw = sheet("Community chat")
    bottom = draw_words(draw, title, 190, 76)
    draw.text((LEFT, bottom + 28), f"With {' and '.join(hosts)}", font=text_font(34), fill=QUIET)
    return card


def topic_card(title: str, start: int, place: int, topics: int) -> Image.Image:
    card, draw = sheet(f"{place} of {topics}")
    font = ImageFont.truetype(FONTS / "atkinson-mono.woff2", 44)
    left, top, right, bottom = draw.textbbox((LEFT + 20, 176), stamp(start), font=font)
    draw.rectangle((LEFT, top - 16, right + 20, bottom + 16), outline=ACCENT, width=3)
    draw.text((left, 176), stamp(start), font=font, fill=ACCENT)
    draw_words(draw, title, 272, 68)
    return card


def sheet(corner: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Return paper with the network's name; its lower fifth stays free for captions."""
    card = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, 0, WIDTH, 12), fill=ACCENT)
    draw.text((LEFT, 56), "Tamarack Library Network", font=text_font(30, 600), fill=INK)
    draw.text((WIDTH - LEFT, 56), corner, font=text_font(30), fill=QUIET, anchor="ra")
    draw.rectangle((LEFT, 112, WIDTH - LEFT, 114), fill=RULE)
    return card, draw


def draw_words(draw: ImageDraw.ImageDraw, words: str, top: int, size: int) -> int:
    """Write large words in lines that fit, and return where they end."""
    font = text_font(size, 700)
    line = ""
    for word in words.split():
        longer = f"{line} {word}".strip()
        if line and draw.textlength(longer, font=font) > WIDTH - 2 * LEFT:
            draw.text((LEFT, top), line, font=font, fill=INK)
            line, top = word, top + round(size * 1.22)
        else:
            line = longer
    draw.text((LEFT, top), line, font=font, fill=INK)
    return top + round(size * 1.22)


def text_font(size: int, weight: int = 400) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(FONTS / "atkinson-next-latin.woff2", size)
    font.set_variation_by_axes([weight])
    return font


def stamp(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"


def clock(seconds: float) -> str:
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"00:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"


if __name__ == "__main__":
    main()
