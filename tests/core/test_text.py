import time
import unicodedata

import pytest

from core.text import MOST_MARKS, clean_line, clean_text, folded

# Words of many scripts, some with as many marks on a letter as are ever written.
WORDS = [
    "Tiếng Việt", "ผู้ใช้ที่นี่", "ກໍ່ເກີດ", "שָׁלוֹם", "בְּרֵאשִׁ֖ית", "क्षत्रिय", "किताबें",
    "প্রশ্ন", "മലയാളം", "ന്‍", "می‌خواهم", "الْحَمْدُ لِلَّهِ",
    "بِسْمِ ٱللَّهِ ٱلرَّحْمَـٰنِ", "བསྒྲུབས་", "မြန်မာ", "ភាសាខ្មែរ", "ǹ̩gbà", "Škvorecký",
    "葛\U000e0100城", "👩‍👩‍👧‍👦", "❤️‍🔥", "1️⃣", "👍🏽", "🏳️‍🌈", "🇺🇸", "🫨", "Σίσυφος", "İstanbul",
    "한국어", "ｶﾞ", "\u0600١٢٣", "a\u2019b", "½ ℓ", "x² ≤ y", "$5 & €7 <ok>",
]  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_words_stay_as_they_are(word):
    word = unicodedata.normalize("NFC", word)
    assert clean_line(word) == word
    assert clean_text(f"{word}\n{word}") == f"{word}\n{word}"


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("Ann", "Ann"),
        ("  Ann \t B.\r\n", "Ann B."),
        ("a\u00a0\u2003\u3000b", "a b"),
        ("a\nb\rc\x0bd\x0ce\x85f\u2028g\u2029h\x1ci", "a b c d e f g h i"),
        ("e\u0301", "é"),
        ("a\0b\x01\x1b[31m\x7f\x9fc", "ab[31mc"),
        ("a\ud800b\udfffc", "abc"),
        ("\u202eevil\u202c \u2066x\u2069\u202ay\u202b\u202d\u2067\u2068", "evil xy"),
        ("\u200e\u200fAnn\u200e \u200f", "Ann"),
        ("3 \u200eab\u200f!", "3 \u200eab\u200f!"),
        ("an\u00adgel\u200b\u2060\ufeff\u180e", "angel"),
        ("a\ue000\uf8ff\U000f0000\U0010fffdb", "ab"),
        ("a\ufffe\uffff\ufdd0\U0001fffe\u2065\ufff0b", "ab"),
        ("a\U000e0001\U000e0041\U000e007f\U000e0fffb", "ab"),
        ("\u0301\u0302Ann", "Ann"),
        ("a \0 b", "a b"),
    ],
)
def test_clean_line(typed, line):
    assert clean_line(typed) == line
    assert clean_text(line) == line


@pytest.mark.parametrize(
    "typed",
    ["", " ", "\t\n", "\0", "\u200b\u200c\u200d\ufeff", "\u3164", "\u115f\u1160\uffa0",
     "\u2800 \u2800", "\u00a0\u0301", "\ufe0f", "\u00ad", "\u202e", "\ud800", "\U000e0041",
     "\ue000", "\u200e \u200f", "\U0001d159", "\u034f\u17b4\u17b5", "\u2028"],
)  # fmt: skip
def test_nothing_to_be_seen_is_nothing(typed):
    assert clean_line(typed) == ""
    assert clean_text(f"\n{typed}\n\n{typed}") == ""
    assert folded(typed) == ""


def test_marks_do_not_pile_up():
    heap = "".join(letter + "\u0316\u0357\u0334" * 50 for letter in "zalgo")
    kept = clean_line(heap)
    assert [sign for sign in kept if not unicodedata.combining(sign)] == list("zalgo")
    assert len(kept) == 5 * (1 + MOST_MARKS)
    assert len(clean_line("ก" + "็" * 100)) == 1 + MOST_MARKS
    assert len(clean_line("a" + "\u200d" * 100 + "b")) == 2 + MOST_MARKS
    assert len(clean_line("a" + "\u0301\u200b" * 100)) <= 1 + MOST_MARKS


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("a\r\nb\rc\nd\u2028e\u2029f", "a\nb\nc\nd\ne\nf"),
        ("a\tb  c \n\td", "a b c\nd"),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("a\n\nb\n\n\nc\n\n", "a\n\nb\n\nc"),
        ("\n\n a \n \u200b \n\u3164\n \nb\n \n", "a\n\nb"),
        ("a\n\u0301b", "a\nb"),
    ],
)
def test_clean_text(typed, text):
    assert clean_text(typed) == text


@pytest.mark.parametrize(
    "typed", ["a \u0301b", "\0 \u0301 a", "a\u0301\u200e \u200f\u0301", "\n\n\0a\0\n"]
)
def test_what_is_clean_stays(typed):
    assert clean_line(clean_line(typed)) == clean_line(typed)
    assert clean_text(clean_text(typed)) == clean_text(typed)


@pytest.mark.parametrize(
    "typed",
    ["Ｆree", "f\u200bree", "fréè", "FREE", "ｆｒｅｅ", "𝓯𝓻𝓮𝓮", "Ⓕⓡⓔⓔ", "f\u00adr\u2060e\u200de",
     "f\0ree", " free\n", "f\u0336r\u0336e\u0336e\u0336", "\u202efree\u202c", "fr\u3164ee",
     "ᶠʳᵉᵉ"],
)  # fmt: skip
def test_evasions_fold_to_the_word(typed):
    assert folded(typed) == "free"
    assert folded(typed) == folded(typed.upper())


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("Straße", "STRASSE"),
        ("e\u0301", "é"),
        ("İ", "i"),
        ("℡", "tel"),
        ("a \u00a0\n b", "a b"),
        ("ﬁne", "fine"),
        ("ΐ", "ι"),
        ("Ǆ", "dž"),
        ("한국", unicodedata.normalize("NFD", "한국")),
    ],
)
def test_alike_when_folded(typed, same):
    assert folded(typed) == folded(same)
    assert folded(folded(typed)) == folded(typed)


@pytest.mark.parametrize(("one", "other"), [("free", "fr\u0435\u0435"), ("a b", "ab"), ("1", "l")])
def test_not_alike_when_folded(one, other):
    assert folded(one) != folded(other)


@pytest.mark.parametrize("function", [clean_line, clean_text, folded])
@pytest.mark.parametrize(
    "unit",
    ["a", "\u0301\u0316", "\u0316", "a\u0301\u0316", " ", "\n", "a\n", "\n\n\u0301",
     "a \u200d", "\u200d", "\0", "\u1100", "한", "\ud800", "\U0001f468\u200d", "\u0344",
     "\ufb2c"],
)  # fmt: skip
def test_time_grows_with_the_length(function, unit):
    begun = time.process_time()
    function("a" + unit * (200_000 // len(unit)))
    assert time.process_time() - begun < 3
