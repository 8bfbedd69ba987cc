"""The look each scene opens with: colours and hour chosen by eye, so that a wall of scenes varies.

A scene that is not named here opens with ``DEFAULT`` at the middle of its own hours.
"""

from __future__ import annotations

from typing import Any

NIGHT, DAWN, MORNING, NOON, AFTERNOON, DUSK, EVENING = 0.0, 0.25, 0.36, 0.5, 0.64, 0.75, 0.86
DEFAULT = "ember"

OPENINGS: dict[str, dict[str, Any]] = {
    "aurora": {"palette": "moss", "tod": NIGHT, "figure": 1},
    "balloon": {"palette": "pastel", "tod": DAWN},
    "beam": {"palette": "petrol", "figure": 1},
    "bloom": {"palette": "ember"},
    "cassette": {"palette": "petrol"},
    "city": {"palette": "neon", "tod": EVENING},
    "clouds": {"palette": "orchid", "tod": DUSK},
    "coast": {"palette": "petrol", "tod": EVENING},
    "couple": {"palette": "ember", "tod": DUSK},
    "crowd": {"palette": "neon"},
    "crystals": {"palette": "neon"},
    "dancer": {"palette": "orchid"},
    "drive": {"palette": "neon", "tod": NIGHT},
    "dunes": {"palette": "ember", "tod": AFTERNOON, "figure": 1},
    "dusk": {"palette": "ember", "tod": DUSK},
    "embers": {"palette": "ember"},
    "flowers": {"palette": "acid", "tod": DUSK},
    "forest": {"palette": "moss", "tod": MORNING},
    "gallery": {"palette": "petrol", "figure": 1},
    "glass": {"palette": "acid"},
    "grid": {"palette": "neon", "tod": EVENING},
    "hands": {"palette": "gold"},
    "highway": {"palette": "petrol", "tod": AFTERNOON},
    "house": {"palette": "orchid", "tod": NIGHT, "figure": 1},
    "ink": {"palette": "acid"},
    "jellyfish": {"palette": "neon"},
    "lantern": {"palette": "ember", "tod": NIGHT},
    "leaks": {"palette": "ember"},
    "mirrorball": {"palette": "orchid"},
    "moon": {"palette": "ice", "tod": NIGHT, "figure": 1},
    "mountains": {"palette": "petrol", "tod": NOON},
    "murmuration": {"palette": "orchid", "tod": DUSK},
    "nightbus": {"palette": "petrol", "figure": 1},
    "profile": {"palette": "ember"},
    "rain": {"palette": "petrol"},
    "ridges": {"palette": "pastel", "tod": DAWN, "figure": 1},
    "road": {"palette": "ember", "tod": EVENING},
    "screen": {"palette": "orchid"},
    "sea": {"palette": "ember", "tod": DUSK},
    "silk": {"palette": "orchid"},
    "smoke": {"palette": "neon"},
    "snow": {"palette": "ice", "tod": EVENING, "figure": 1},
    "stars": {"palette": "orchid", "tod": NIGHT, "figure": 1},
    "street": {"palette": "neon", "tod": NIGHT, "figure": 1},
    "train": {"palette": "ember", "tod": DUSK, "figure": 1},
    "tunnel": {"palette": "acid", "figure": 1},
    "under": {"palette": "petrol", "tod": NOON},
    "vinyl": {"palette": "gold"},
    "walker": {"palette": "petrol", "tod": DUSK},
    "window": {"palette": "petrol", "tod": MORNING},
    "displace": {"palette": "petrol"},
    "duotone": {"palette": "acid"},
    "halation": {"palette": "ember"},
    "parallax": {"palette": "orchid"},
    "slow_zoom": {"palette": "gold"},
    "tape": {"palette": "neon"},
}
