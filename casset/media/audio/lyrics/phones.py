"""From written words to phones: CMUdict for English, letter rules for the rest.

CMUdict and the phone set come with the acoustic model in the pocketsphinx wheel (BSD-style licence).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from casset.lib.errors import MissingCapability
from casset.media.audio.lyrics import letters
from casset.media.audio.lyrics.model_files import dictionary_path

VOWELS = frozenset(
    ["AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"]
)
LANGUAGES = tuple(letters.RULES)

_APOSTROPHES = str.maketrans("’‘ʼ`´", "'''''")
_VOWEL_GROUP = re.compile(r"[aeiouyаеёиоуыэюяіїєαειηουω]+")


@lru_cache(maxsize=1)
def dictionary() -> dict[str, tuple[str, ...]]:
    """CMUdict: lower-case word to its first pronunciation. Costs 0.15 s the first time."""
    path = dictionary_path()
    try:
        rows = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise MissingCapability(
            "The pronunciation dictionary of pocketsphinx is missing. Install pocketsphinx again."
        ) from error
    entries: dict[str, tuple[str, ...]] = {}
    for row in rows:
        word, _, phones = row.partition(" ")
        if phones and not word.endswith(")"):
            entries[word] = tuple(phones.split())
    return entries


def phones_of(word: str, language: str = "en") -> tuple[str, ...]:
    """The phones of one written word; at least one, even for words without letters."""
    clean = written(word)
    if not clean:
        return ("AH",)
    if clean.isdigit():
        spoken = _number_words(clean, language)
        return tuple(phone for part in spoken for phone in phones_of(part, language))
    if language == "en":
        found = _lookup(clean)
        if found:
            return found
    return spell(clean, language)


def written(word: str) -> str:
    """A word in lower case with only its letters, figures and inner apostrophes; "&" becomes "and"."""
    word = word.replace("&", "and") if word.strip() == "&" else word
    word = unicodedata.normalize("NFC", word.lower().translate(_APOSTROPHES))
    return "".join(c for c in word if c.isalnum() or c == "'").strip("'") if word else ""


def spell(word: str, language: str) -> tuple[str, ...]:
    """Phones by the letter rules of a language; at least one."""
    word = "".join(letters.ROMAN.get(c, c) for c in _kana_to_latin(word)).replace("-", "")
    by_length = _ordered_rules(language)
    phones: list[str] = []
    at = 0
    while at < len(word):
        for pattern, sound in by_length:
            body = pattern.rstrip("$")
            ends = pattern.endswith("$")
            if word.startswith(body, at) and (not ends or (at > 0 and at + len(body) == len(word))):
                phones += sound.split()
                at += len(body)
                break
        else:
            base = without_accents(word[at])
            if base != word[at]:
                word = word[:at] + base + word[at + 1 :]
            else:
                at += 1
    return tuple(phones) or ("AH",)


def syllables(word: str) -> int:
    """How many syllables a word is sung on, by its vowel groups; at least 1."""
    clean = without_accents(written(word))
    clean = re.sub(r"(?<=[^aeiou])e$", "", clean) or clean
    return max(1, len(_VOWEL_GROUP.findall(clean)))


def without_accents(text: str) -> str:
    """Text without combining marks: "é" becomes "e"."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def likely_languages(words: Iterable[str]) -> list[str]:
    """Languages that the small words of a text speak for, likeliest first.

    One language if the text leaves no doubt; all of LANGUAGES if it says nothing, English first.
    """
    tokens = [written(word) for word in words]
    votes = {
        language: sum(1 for token in tokens if token in known) / max(1, len(tokens))
        for language, known in letters.FUNCTION_WORDS.items()
    }
    ranked = sorted(LANGUAGES, key=lambda language: (-votes[language], LANGUAGES.index(language)))
    first, second = votes[ranked[0]], votes[ranked[1]]
    if first > 0.06 and first > 2 * second:
        return ranked[:1]
    if first > 0:
        return [language for language in ranked if votes[language] >= 0.4 * first][:3]
    return list(ranked)


@lru_cache(maxsize=16)
def _ordered_rules(language: str) -> letters.Rules:
    rules = letters.RULES.get(language, letters.OTHER)
    order = sorted(
        range(len(rules)), key=lambda i: (-len(rules[i][0].rstrip("$")), "$" not in rules[i][0], i)
    )
    return tuple(rules[i] for i in order)


def _lookup(clean: str) -> tuple[str, ...] | None:
    entries = dictionary()
    plain = without_accents(clean)
    tries = [plain, plain.replace("'", "")]
    if plain.endswith("in"):
        tries.append(plain + "g")  # singin' (its apostrophe is gone)
    if plain.endswith("'s"):
        tries.append(plain[:-2])
    for attempt in tries:
        if attempt in entries:
            return entries[attempt]
    return _compound(plain.replace("'", ""))


def _compound(word: str) -> tuple[str, ...] | None:
    """Two known words written as one ("twentyone"), each of three letters or more."""
    entries = dictionary()
    for cut in range(len(word) - 3, 2, -1):
        head, tail = word[:cut], word[cut:]
        if head in entries and tail in entries:
            return entries[head] + entries[tail]
    return None


def _number_words(figures: str, language: str) -> list[str]:
    value = int(figures) if len(figures) <= 4 else -1
    if language == "en" and value >= 0:
        return _english_number(value)
    names = letters.FIGURES.get(language, letters.UNITS)
    if 0 <= value < len(names):
        return [names[value]]
    return [names[int(unicodedata.digit(c, 0))] for c in figures[:12]]


def _english_number(value: int) -> list[str]:
    """0 to 9999 in words; 1100 to 1999 as years are read ("nineteen eighty five")."""
    if value < 20:
        return [letters.UNITS[value]]
    if value < 100:
        return [letters.TENS[value // 10], *([letters.UNITS[value % 10]] if value % 10 else [])]
    if 1100 <= value < 2000 and value % 100 >= 10:
        return _english_number(value // 100) + _english_number(value % 100)
    unit, name = (1000, "thousand") if value >= 1000 else (100, "hundred")
    rest = value % unit
    return [letters.UNITS[value // unit], name, *(_english_number(rest) if rest else [])]


def _kana_to_latin(word: str) -> str:
    """Japanese syllables by the last word of their Unicode names ("HIRAGANA LETTER KA")."""
    if word.isascii():
        return word
    return "".join(_kana_name(c) if "぀" <= c <= "ヺ" else c for c in word)


def _kana_name(kana: str) -> str:
    return unicodedata.name(kana, kana).rpartition(" ")[2].lower()
