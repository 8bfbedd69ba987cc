"""Words of a sentence: tokens, plain letters, and the forms a word may have been bent from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[.,;:!?()]")


def tokens_of(text: str) -> list[str]:
    """Lower-case words and punctuation marks; hyphens part words, "&" is "and"."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    text = re.sub(r"[-‐–—/]", " ", text.replace("&", " and "))
    return _TOKEN.findall(text)


def plain(word: str) -> str:
    """A word without its accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


@lru_cache(maxsize=4096)
def forms_of(word: str) -> tuple[str, ...]:
    """The word itself and what it may be an inflected form of, likeliest first."""
    return tuple(dict.fromkeys(_forms(word)))


def _forms(word: str) -> Iterator[str]:
    yield word
    word = word.removesuffix("'s").removesuffix("'")
    yield word
    if word.endswith("ies") and len(word) > 4:
        yield word[:-3] + "y"
    if word.endswith("ves") and len(word) > 4:
        yield word[:-3] + "f"
    if word.endswith("es") and len(word) > 4:
        yield word[:-2]
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        yield word[:-1]
    for ending in ("ing", "ed", "y", "ly"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 3:
            yield stem
            if ending in {"ing", "ed"}:
                yield stem + "e"
                if len(stem) > 3 and stem[-1] == stem[-2]:
                    yield stem[:-1]
    bare = plain(word)
    if bare != word:
        yield bare
