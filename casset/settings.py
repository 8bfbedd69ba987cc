"""Settings, and the only place that reads the environment. With nothing set, everything works.

Names in the environment are listed, with their meaning, in ``.env.example``.
"""

from __future__ import annotations

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str = "") -> str:
    """The variable's text without surrounding blanks; ``default`` when unset or empty."""
    return os.environ.get(name, "").strip() or default  # noqa: TID251


def env_bool(name: str, *, default: bool = False) -> bool:
    return env(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def env_number(name: str, default: float) -> float:
    """A number; raises ``SystemExit`` with a sentence when the variable holds something else."""
    text = env(name)
    try:
        return float(text) if text else default
    except ValueError:
        raise SystemExit(f"{name} must be a number, not {text!r}.") from None


DEBUG = env_bool("DEBUG")
SECRET_KEY = env("SECRET_KEY", "only-for-this-machine")  # signs nothing until there are accounts
ALLOWED_HOSTS = env("ALLOWED_HOSTS", "127.0.0.1,localhost").split(",")
ROOT_URLCONF = "casset.urls"
ASGI_APPLICATION = "casset.asgi.application"
WSGI_APPLICATION = "casset.wsgi.application"
INSTALLED_APPS = ["pipeline"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

# -- where things are kept -------------------------------------------------------------------
VAR_DIR = Path(env("CASSET_VAR", str(BASE_DIR / "var")))
WORK_DIR = VAR_DIR / "work"  # unfinished films: one folder a fingerprint
CACHE_DIR = VAR_DIR / "cache"  # analyses by content hash

# -- limits on what comes in -----------------------------------------------------------------
AUDIO_MAX_BYTES = int(env_number("AUDIO_MAX_MB", 500) * 2**20)
AUDIO_MAX_S = env_number("AUDIO_MAX_MINUTES", 15) * 60
AUDIO_MIN_S = 4.0

# -- how the picture is made -----------------------------------------------------------------
QUALITY = env("QUALITY", "normal")  # "high" draws every scene at the film's own size
if QUALITY not in ("normal", "high"):
    raise SystemExit(f"QUALITY is normal or high, not {QUALITY!r}.")
RENDER_WORKERS = int(env_number("RENDER_WORKERS", 0))  # 0: one a core
BEAT_ENGINE = env("BEAT_ENGINE", "auto")  # auto, beatnet, beat_this, madmom, librosa
BEAT_THIS_CHECKPOINT = env("BEAT_THIS_CHECKPOINT")

# -- providers that need a key or a model ----------------------------------------------------
OPENAI_API_KEY = env("OPENAI_API_KEY")
OPENAI_BASE_URL = env("OPENAI_BASE_URL", "https://api.openai.com/v1")
WHISPER_MODEL = env("WHISPER_MODEL")  # name or folder of a local whisper model

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", "WARNING")},
}
