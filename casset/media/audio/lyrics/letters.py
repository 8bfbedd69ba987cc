"""How letters sound, as data: rules from spelling to the phones of the English acoustic model.

The model in the pocketsphinx wheel knows the 39 phones of CMUdict, so other languages are spelled
with the nearest of those. The rules are rough on purpose: an alignment only needs the words to be
likelier where they are sung than anywhere else.

A rule is (letters, phones); longer letters are tried first. "$" at its end means the end of a word.
"""

from __future__ import annotations

Rules = tuple[tuple[str, str], ...]

ENGLISH: Rules = (
    ("tion", "SH AH N"), ("sion", "ZH AH N"), ("ough", "AO"), ("augh", "AO"), ("eigh", "EY"),
    ("igh", "AY"), ("sch", "SH"), ("tch", "CH"), ("dge", "JH"), ("ch", "CH"), ("sh", "SH"),
    ("th", "TH"), ("ph", "F"), ("ck", "K"), ("ng", "NG"), ("qu", "K W"), ("wh", "W"), ("kn", "N"),
    ("wr", "R"), ("ee", "IY"), ("ea", "IY"), ("oo", "UW"), ("ou", "AW"), ("ow", "OW"), ("ai", "EY"),
    ("ay", "EY"), ("oi", "OY"), ("oy", "OY"), ("au", "AO"), ("aw", "AO"), ("ie", "IY"),
    ("ei", "EY"), ("ey$", "IY"), ("oh", "OW"), ("ah", "AA"), ("uh", "AH"), ("ll", "L"), ("ss", "S"),
    ("tt", "T"), ("rr", "R"), ("mm", "M"), ("nn", "N"), ("pp", "P"), ("ff", "F"), ("bb", "B"),
    ("dd", "D"), ("gg", "G"), ("zz", "Z"), ("e$", ""), ("y$", "IY"),
    ("a", "AE"), ("b", "B"), ("c", "K"), ("d", "D"), ("e", "EH"), ("f", "F"), ("g", "G"),
    ("h", "HH"), ("i", "IH"), ("j", "JH"), ("k", "K"), ("l", "L"), ("m", "M"), ("n", "N"),
    ("o", "OW"), ("p", "P"), ("q", "K"), ("r", "R"), ("s", "S"), ("t", "T"), ("u", "AH"),
    ("v", "V"), ("w", "W"), ("x", "K S"), ("y", "IY"), ("z", "Z"),
)  # fmt: skip

# Letters that sound alike wherever the Latin alphabet is used, with open vowels.
LATIN: Rules = (
    ("a", "AA"), ("b", "B"), ("c", "K"), ("d", "D"), ("e", "EH"), ("f", "F"), ("g", "G"),
    ("h", "HH"), ("i", "IY"), ("j", "Y"), ("k", "K"), ("l", "L"), ("m", "M"), ("n", "N"),
    ("o", "OW"), ("p", "P"), ("q", "K"), ("r", "R"), ("s", "S"), ("t", "T"), ("u", "UW"),
    ("v", "V"), ("w", "W"), ("x", "K S"), ("y", "IY"), ("z", "Z"),
)  # fmt: skip

SPANISH: Rules = (
    ("gue", "G EH"), ("gui", "G IY"), ("güe", "G W EH"), ("güi", "G W IY"), ("ll", "Y"),
    ("qu", "K"), ("ch", "CH"), ("ñ", "N Y"), ("rr", "R"), ("ce", "S EH"), ("cé", "S EH"),
    ("ci", "S IY"), ("cí", "S IY"), ("ge", "HH EH"), ("gé", "HH EH"), ("gi", "HH IY"),
    ("gí", "HH IY"), ("h", ""), ("j", "HH"), ("z", "S"), ("v", "B"),
)  # fmt: skip

GERMAN: Rules = (
    ("tsch", "CH"), ("sch", "SH"), ("ch", "HH"), ("ck", "K"), ("ei", "AY"), ("ai", "AY"),
    ("ie", "IY"), ("eu", "OY"), ("äu", "OY"), ("au", "AW"), ("ä", "EH"), ("ö", "ER"), ("ü", "UW"),
    ("ß", "S"), ("sp", "SH P"), ("st", "S T"), ("qu", "K V"), ("ng", "NG"), ("er$", "AH"),
    ("pf", "P F"), ("ph", "F"), ("w", "V"), ("v", "F"), ("z", "T S"), ("j", "Y"),
)  # fmt: skip

FRENCH: Rules = (
    ("eaux", "OW"), ("eau", "OW"), ("aux", "OW"), ("ille", "IY Y"), ("au", "OW"), ("ou", "UW"),
    ("oi", "W AA"), ("ain", "AE N"), ("ein", "AE N"), ("on", "OW N"), ("an", "AA N"),
    ("en", "AA N"), ("em", "AA M"), ("in", "AE N"), ("un", "AH N"), ("ch", "SH"), ("gn", "N Y"),
    ("qu", "K"), ("gu", "G"), ("ph", "F"), ("ai", "EH"), ("ei", "EH"), ("oeu", "ER"), ("œu", "ER"),
    ("eu", "ER"), ("é", "EY"), ("è", "EH"), ("ê", "EH"), ("ç", "S"), ("ge", "ZH"), ("gi", "ZH IY"),
    ("ce", "S"), ("ci", "S IY"), ("er$", "EY"), ("ez$", "EY"), ("ent$", ""), ("es$", ""),
    ("e$", ""), ("s$", ""), ("t$", ""), ("x$", ""), ("d$", ""), ("z$", ""), ("p$", ""),
    ("j", "ZH"), ("u", "UW"), ("h", ""),
)  # fmt: skip

ITALIAN: Rules = (
    ("sce", "SH EH"), ("sci", "SH"), ("gli", "L Y"), ("gn", "N Y"), ("chi", "K IY"),
    ("che", "K EH"), ("ghi", "G IY"), ("ghe", "G EH"), ("cia", "CH AA"), ("cio", "CH OW"),
    ("ciu", "CH UW"), ("gia", "JH AA"), ("gio", "JH OW"), ("giu", "JH UW"), ("ce", "CH EH"),
    ("cé", "CH EH"), ("ci", "CH IY"), ("ge", "JH EH"), ("gi", "JH IY"), ("qu", "K W"),
    ("zz", "T S"), ("z", "T S"), ("h", ""), ("rr", "R"), ("ll", "L"), ("tt", "T"), ("cc", "K"),
    ("ss", "S"), ("nn", "N"), ("mm", "M"), ("pp", "P"),
)  # fmt: skip

PORTUGUESE: Rules = (
    ("ção", "S AW N"), ("ções", "S OY NG S"), ("ão", "AW N"), ("ões", "OY NG S"), ("ãe", "AY N"),
    ("lh", "L Y"), ("nh", "N Y"), ("ch", "SH"), ("qu", "K"), ("gue", "G EH"), ("gui", "G IY"),
    ("rr", "HH"), ("ss", "S"), ("ou", "OW"), ("ei", "EY"), ("ã", "AH N"), ("õ", "OW N"),
    ("ç", "S"), ("ce", "S EH"), ("ci", "S IY"), ("ge", "ZH EH"), ("gi", "ZH IY"), ("em$", "EY N"),
    ("am$", "AW N"), ("e$", "IY"), ("o$", "UW"), ("j", "ZH"), ("x", "SH"), ("h", ""),
)  # fmt: skip

RULES: dict[str, Rules] = {
    "en": ENGLISH,
    "es": SPANISH + LATIN,
    "de": GERMAN + LATIN,
    "fr": FRENCH + LATIN,
    "it": ITALIAN + LATIN,
    "pt": PORTUGUESE + LATIN,
}
OTHER = LATIN  # for every language without rules of its own

# Cyrillic and Greek letters by their nearest Latin spelling, for OTHER.
ROMAN: dict[str, str] = dict(
    zip(
        "абвгґдеєёжзиіїйклмнопрстуўфхцчшщъыьэюяђћљњјџαβγδεζηθικλμνξοπρσςτυφχψω",
        [
            "a",
            "b",
            "v",
            "g",
            "g",
            "d",
            "e",
            "ye",
            "yo",
            "zh",
            "z",
            "i",
            "i",
            "yi",
            "y",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "w",
            "f",
            "h",
            "ts",
            "ch",
            "sh",
            "sh",
            "-",
            "i",
            "-",
            "e",
            "yu",
            "ya",
            "j",
            "ch",
            "ly",
            "ny",
            "y",
            "j",
            "a",
            "v",
            "y",
            "th",
            "e",
            "z",
            "i",
            "th",
            "i",
            "k",
            "l",
            "m",
            "n",
            "ks",
            "o",
            "p",
            "r",
            "s",
            "s",
            "t",
            "i",
            "f",
            "h",
            "ps",
            "o",
        ],
        strict=True,
    )
)

# Small words that give a language away in a song. Words of several languages are left out.
FUNCTION_WORDS: dict[str, frozenset[str]] = {
    "en": frozenset(["the", "and", "you", "i", "my", "it", "is", "to", "that", "in", "of", "we", "your", "for", "are", "was", "don't", "i'm", "be", "with", "this", "what", "all", "on", "so", "but", "have", "can"]),
    "es": frozenset(["el", "los", "las", "y", "yo", "mi", "tu", "en", "una", "un", "por", "para", "con", "pero", "está", "soy", "eres", "quiero", "como", "cuando", "sin", "esta", "ella", "más", "ya", "muy"]),
    "de": frozenset(["und", "ich", "du", "der", "die", "das", "nicht", "ist", "ein", "eine", "mir", "dich", "mich", "wir", "es", "wenn", "auf", "dem", "den", "sind", "war", "für", "auch", "nur", "noch"]),
    "fr": frozenset(["je", "les", "et", "des", "est", "dans", "pas", "une", "mon", "ton", "pour", "qui", "sur", "moi", "toi", "c'est", "avec", "nous", "vous", "elle", "il", "mais", "du", "au", "j'ai"]),
    "it": frozenset(["il", "che", "non", "io", "sono", "di", "gli", "mi", "per", "con", "una", "è", "questo", "anche", "perché", "più", "sei", "come", "della", "nel", "ho", "ma", "ti", "lo"]),
    "pt": frozenset(["o", "os", "que", "não", "eu", "você", "um", "uma", "com", "em", "meu", "minha", "mais", "do", "da", "no", "na", "é", "e", "pra", "seu", "quando", "tudo", "bem"]),
}  # fmt: skip

# The English names of numbers, for figures written in a lyric.
UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]

# Figures 0 to 10 in the other languages; larger ones are spoken figure by figure.
FIGURES: dict[str, list[str]] = {
    "es": [
        "cero",
        "uno",
        "dos",
        "tres",
        "cuatro",
        "cinco",
        "seis",
        "siete",
        "ocho",
        "nueve",
        "diez",
    ],
    "de": [
        "null",
        "eins",
        "zwei",
        "drei",
        "vier",
        "fünf",
        "sechs",
        "sieben",
        "acht",
        "neun",
        "zehn",
    ],
    "fr": ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"],
    "it": [
        "zero",
        "uno",
        "due",
        "tre",
        "quattro",
        "cinque",
        "sei",
        "sette",
        "otto",
        "nove",
        "dieci",
    ],
    "pt": ["zero", "um", "dois", "três", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez"],
}
