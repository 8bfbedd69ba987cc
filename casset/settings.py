"""Settings, and the only place that reads the environment. With nothing set, everything works.

Names in the environment are listed, with their meaning, in ``.env.example``.
"""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from redis.backoff import NoBackoff
from redis.retry import Retry

from casset.servers import places
from casset.web import logs

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


def env_list(name: str, default: str = "") -> list[str]:
    return [item.strip() for item in env(name, default).split(",") if item.strip()]


def env_choice(name: str, *choices: str) -> Any:
    """One of ``choices``; the first where unset. Raises ``SystemExit`` for anything else."""
    value = env(name, choices[0])
    if value not in choices:
        raise SystemExit(f"{name} is one of {', '.join(choices)}; not {value!r}.")
    return value


# -- where things are kept -------------------------------------------------------------------
VAR_DIR = Path(env("CASSET_VAR", str(BASE_DIR / "var")))
WORK_DIR = VAR_DIR / "work"  # unfinished films: one folder a song
CACHE_DIR = VAR_DIR / "cache"  # analyses by content hash
JOBS_DIR = VAR_DIR / "jobs"  # what people sent, clips and films: one folder a job


def kept_secret(path: Path) -> str:
    """The secret of this installation, made once and kept where only its owner reads it."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(50))
        except FileExistsError:
            pass  # another process was first
        return path.read_text().strip()


# -- the site ----------------------------------------------------------------------------------
DEBUG = env_bool("DEBUG")
LISTEN_HOST = env("LISTEN_HOST", "127.0.0.1")
PORT = int(env_number("PORT", 8000))
if not 0 < PORT < 65536:
    raise SystemExit(f"PORT must be from 1 to 65535, not {PORT}.")
SITE_URL = env("SITE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
HTTPS = SITE_URL.startswith("https://")
SECRET_KEY = env("SECRET_KEY") or kept_secret(VAR_DIR / "secret_key")
ALLOWED_HOSTS = env_list(
    "ALLOWED_HOSTS", f"127.0.0.1,localhost,[::1],{urlsplit(SITE_URL).hostname}"
)
CSRF_TRUSTED_ORIGINS = [SITE_URL]
ROOT_URLCONF = "casset.urls"
ASGI_APPLICATION = "casset.asgi.application"
WSGI_APPLICATION = "casset.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "rest_framework",
    "drf_spectacular",
    "knox",
    "axes",
    "csp",
    "waffle",
    "casset.web",
    "casset.work",
    "casset.accounts",
    "casset.tracks",
    "visuals",
    "pipeline",
    "audience",
]
MIDDLEWARE = [
    "casset.web.middleware.WhoAsksMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "casset.web.static_serving.StaticFilesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "casset.web.middleware.ExpectedErrorsMiddleware",
    "waffle.middleware.WaffleMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
FORM_RENDERER = "casset.web.forms.HouseRenderer"
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# The product's files (casset.web.storage): in a folder, or in a private bucket that speaks S3.
FILES_DIR = VAR_DIR / "files"
FILES_CACHE_MAX_BYTES = int(env_number("FILES_CACHE_MAX_GB", 5) * 2**30)  # a bucket's files here
S3_BUCKET = env("S3_BUCKET")
S3_ENDPOINT_URL = env("S3_ENDPOINT_URL").rstrip("/")  # of another provider than Amazon
S3_REGION = env("S3_REGION")
S3_ACCESS_KEY_ID = env("S3_ACCESS_KEY_ID")  # without both keys: the machine's own role
S3_SECRET_ACCESS_KEY = env("S3_SECRET_ACCESS_KEY")
S3_ADDRESSING = env_choice("S3_ADDRESSING", "virtual", "path")  # the bucket in host name or path
S3_URL_SECONDS = int(env_number("S3_URL_SECONDS", 60))
_FOLDER: dict[str, Any] = {
    "BACKEND": "casset.web.storage.folder.Folder",
    "OPTIONS": {"location": FILES_DIR},
}
_BUCKET: dict[str, Any] = {
    "BACKEND": "casset.web.storage.bucket.Bucket",
    "OPTIONS": {
        "bucket_name": S3_BUCKET,
        "endpoint_url": S3_ENDPOINT_URL or None,
        "region_name": S3_REGION or None,
        "access_key": S3_ACCESS_KEY_ID or None,
        "secret_key": S3_SECRET_ACCESS_KEY or None,
        "addressing_style": S3_ADDRESSING,
    },
}
STORAGES = {
    "default": _BUCKET if S3_BUCKET else _FOLDER,
    "staticfiles": {
        # Names that carry the content, made by `manage.py collectstatic`; plain ones while developing.
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "casset.web.static_storage.HashedStaticFiles"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

# -- servers: this machine's own where none is named -------------------------------------------
DATABASE_URL = env("DATABASE_URL")
REDIS_URL = env("REDIS_URL")
EMBEDDED_DATABASE = not DATABASE_URL
EMBEDDED_REDIS = not REDIS_URL
DATABASE_URL = DATABASE_URL or places.database_url(VAR_DIR)
REDIS_URL = REDIS_URL or places.redis_url(VAR_DIR)
DATABASES = {
    # No connection outlives its request: under ASGI each request has a thread of its own, whose
    # connection would stay open, unused, until the garbage collector finds it.
    "default": dj_database_url.parse(DATABASE_URL, conn_max_age=0, conn_health_checks=True)
}
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {  # a cache that is away must not hold a page up
            "socket_connect_timeout": 0.25,
            "socket_timeout": 1,
            "retry": Retry(NoBackoff(), 0),
            "pool_class": "casset.web.redis_pool.SharedPool",
        },
    },
    # Flags, in each process: no page waits for Redis to know them. What an operator turns holds
    # everywhere within seconds.
    "flags": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "TIMEOUT": 10},
}
WAFFLE_CACHE_NAME = "flags"
WAFFLE_SECURE = HTTPS

# -- accounts ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "home"
SESSION_COOKIE_AGE = 14 * 24 * 3600
PASSWORD_RESET_TIMEOUT = 3600
REGISTRATIONS_PER_HOUR = int(env_number("REGISTRATIONS_PER_HOUR", 20))  # from one address
RESETS_PER_HOUR = int(env_number("RESETS_PER_HOUR", 5))  # for one e-mail address
KNOX_TOKEN_MODEL = "accounts.ApiToken"  # noqa: S105
MIGRATION_MODULES = {"knox": None}  # its own table is not used
# Wrong passwords: counted by e-mail address and network address together, so that nobody can
# lock somebody else out.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "casset.accounts.lockout.answer"
AXES_USERNAME_CALLABLE = "casset.accounts.lockout.address_tried"
AXES_USERNAME_FORM_FIELD = "username"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if env("EMAIL_HOST")
    else "django.core.mail.backends.console.EmailBackend"
)
EMAIL_HOST = env("EMAIL_HOST")
EMAIL_PORT = int(env_number("EMAIL_PORT", 587))
EMAIL_HOST_USER = env("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "Casset <no-reply@localhost>")

# -- the API -------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "casset.accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "casset.web.api_errors.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Casset",
    "VERSION": "1",
    "DESCRIPTION": "A song and a sentence become a music video.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "JobStatus": "pipeline.models.Status",
        "WorkStatus": "pipeline.models.Work.STATES",
        "VisualStatus": "visuals.models.VisualAsset.Status",
        "VisualKind": "visuals.models.VisualAsset.Kind",
        "VisualOrigin": "visuals.models.VisualAsset.Origin",
        "VisualJoin": "visuals.models.VisualAsset.Join",
        "HookExportStatus": "visuals.models.HookExport.Status",
        "HookExportKind": "visuals.export_orders.KINDS",
        "HookExportAspect": "visuals.export_orders.ASPECTS",
        "HookExportQuality": "visuals.export_orders.QUALITIES",
    },
}
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer", "TOKEN_TTL": None}

# -- tasks ---------------------------------------------------------------------------------------
CELERY_BROKER_URL = (
    REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
    if REDIS_URL.startswith("unix://")
    else REDIS_URL
)
CELERY_TASK_IGNORE_RESULT = True  # rows are the truth; the broker only wakes people up
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 570
CELERY_TASK_DEFAULT_QUEUE = "io"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # Redis may be away for as long as it likes
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 8400,  # longer than the longest task and its pauses
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "retry_policy": {"timeout": 2.0},
}
CELERY_BEAT_SCHEDULE = {
    "work": {"task": "work.sweep", "schedule": 5.0, "options": {"expires": 10}},
    "previews": {"task": "audience.sweep", "schedule": 15.0, "options": {"expires": 20}},
    "counts": {"task": "audience.count", "schedule": 30.0, "options": {"expires": 60}},
    "sweep": {"task": "pipeline.sweep", "schedule": 5.0, "options": {"expires": 10}},
    "clean-up": {"task": "pipeline.clean_up", "schedule": 900.0},
    "visuals": {"task": "visuals.clean_up", "schedule": 900.0},
    "tidy": {"task": "casset.web.tidy", "schedule": 900.0},
}

# -- limits on what comes in -----------------------------------------------------------------
AUDIO_MAX_BYTES = int(env_number("AUDIO_MAX_MB", 500) * 2**20)
AUDIO_MAX_S = env_number("AUDIO_MAX_MINUTES", 15) * 60
AUDIO_MIN_S = 4.0
UPLOAD_MAX_BYTES = int(env_number("UPLOAD_MAX_MB", 10) * 2**20)  # a song sent to the site
TRACKS_PER_HOUR = int(env_number("TRACKS_PER_HOUR", 30))  # a person
UPLOAD_BODY_MAX_BYTES = UPLOAD_MAX_BYTES + 8 * 2**20  # with its cover, lyrics and form
BODY_MAX_BYTES = 2**20  # of any other request
# Files sent in pieces (casset.web.uploads): what one person may have on the way.
UPLOADS_DIR = VAR_DIR / "uploads"
UPLOADS_UNFINISHED = 10
UPLOADS_MAX_BYTES = 2 * 2**30
UPLOADS_SPARE_BYTES = 2**30  # of the disk, never filled by uploads
UPLOAD_PIECE_MAX_BYTES = 8 * 2**20
UPLOAD_KEPT_S = 24 * 3600  # after the last piece
VISUAL_MAX_BYTES = int(env_number("VISUAL_MAX_MB", 500) * 2**20)
TRACK_MAX_BYTES = int(env_number("TRACK_MAX_MB", 200) * 2**20)
IMAGE_MAX_BYTES = int(env_number("IMAGE_MAX_MB", 40) * 2**20)
BODY_GRACE_S = env_number("BODY_GRACE_S", 10)  # then a body comes at this rate or is refused
BODY_MIN_BYTES_PER_S = env_number("BODY_MIN_KB_PER_S", 8) * 1024
BODIES_PER_ADDRESS = int(env_number("BODIES_PER_ADDRESS", 8))  # on their way at once
BODIES_PER_PROCESS = int(env_number("BODIES_PER_PROCESS", 200))
ANSWERS_PER_ADDRESS = int(env_number("ANSWERS_PER_ADDRESS", 400))  # being received at once

# -- events: streams of what happens -----------------------------------------------------------
EVENTS_PER_USER = int(env_number("EVENTS_PER_USER", 20))
EVENTS_PER_PROCESS = int(env_number("EVENTS_PER_PROCESS", 5000))
EVENTS_HEARTBEAT_S = 15.0
EVENTS_RECHECK_S = 60.0  # how long a stream may outlive its session or token

# -- what goes out ---------------------------------------------------------------------------
# nginx's internal location that stands for VAR_DIR ("/protected/"); it then sends films itself.
FILES_ACCEL_PREFIX = env("FILES_ACCEL_PREFIX")

# -- fans' pages, in each web process -----------------------------------------------------------
FAN_PAGE_KEPT_S = env_number("FAN_PAGE_KEPT_S", 1)  # how old a page may be for who is not signed in
# Drawn pages with what they show; none while templates are being changed.
FAN_PAGES_MAX_BYTES = 0 if DEBUG else int(env_number("FAN_PAGES_MAX_MB", 64) * 2**20)

# -- jobs ----------------------------------------------------------------------------------------
_CORES = os.cpu_count() or 1
# Six at most (the brief); fewer where the machine would only make all of them late.
JOBS_AT_ONCE = int(env_number("JOBS_AT_ONCE", min(6, max(2, _CORES // 2))))
JOBS_PER_HOUR = int(env_number("JOBS_PER_HOUR", 5))  # a person
JOB_DEADLINE_S = env_number("JOB_DEADLINE_MINUTES", 15) * 60
JOB_BUDGET_DOLLARS = env_number("JOB_BUDGET_DOLLARS", 20)
KEEP_FAILED_DAYS = env_number("KEEP_FAILED_DAYS", 7)
KEEP_SOURCES_DAYS = env_number("KEEP_SOURCES_DAYS", 30)  # what was uploaded, once archived
KEEP_FILMS_DAYS = env_number("KEEP_FILMS_DAYS", 14)
EXPORTS_MAX_BYTES = int(env_number("EXPORTS_MAX_GB", 5) * 2**30)  # all hook videos that are kept
STORAGE_MAX_BYTES = int(env_number("STORAGE_MAX_GB", 10) * 2**30)  # a person

# -- how the picture is made -----------------------------------------------------------------
QUALITY = env_choice("QUALITY", "normal", "high")  # "high" draws scenes at the film's own size
FILM_SHORT_SIDE_PX = int(env_number("FILM_SHORT_SIDE_PX", 1080))  # less is a draft, and quicker
RENDER_WORKERS = int(env_number("RENDER_WORKERS", 0))  # 0: one a core
BEAT_ENGINE = env_choice("BEAT_ENGINE", "auto", "beatnet", "beat_this", "madmom", "librosa")
BEAT_THIS_CHECKPOINT = env("BEAT_THIS_CHECKPOINT")

# -- providers that need a key or a model ----------------------------------------------------
OPENAI_API_KEY = env("OPENAI_API_KEY")
OPENAI_BASE_URL = env("OPENAI_BASE_URL", "https://api.openai.com/v1")
WHISPER_MODEL = env("WHISPER_MODEL")  # name or folder of a local whisper model


def _bucket_origins() -> list[str]:
    """What browsers must be allowed to fetch files from: nothing where they are on this machine."""
    if not S3_BUCKET:
        return []
    is_first = S3_REGION in {"", "us-east-1"}  # the region that needs no name
    host = "s3.amazonaws.com" if is_first else f"s3.{S3_REGION}.amazonaws.com"
    scheme, _, host = (S3_ENDPOINT_URL or f"https://{host}").partition("://")
    host = host.split("/")[0]
    return [f"{scheme}://{host if S3_ADDRESSING == 'path' else f'{S3_BUCKET}.{host}'}"]


# -- behind a proxy that ends TLS ----------------------------------------------------------------
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = ["^(healthz|readyz|metrics)$"]  # asked on this machine, without TLS
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "casset.web.views.stale_form"
_OWN = ["'self'"]
_STORED = _OWN + _bucket_origins()  # where a signed address of a file leads
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {  # no exceptions: no inline script or style anywhere, the admin included
        "default-src": ["'none'"],
        "script-src": _OWN,
        "style-src": _OWN,
        "img-src": [*_STORED, "data:", "blob:"],
        "media-src": [*_STORED, "blob:"],
        "font-src": _OWN,
        "connect-src": _STORED,
        "manifest-src": _OWN,
        "base-uri": ["'none'"],
        "form-action": _OWN,
        "frame-ancestors": ["'none'"],
    }
}

# -- what fans do with visuals: a copy of each event, for whoever counts elsewhere -----------------
ANALYTICS_SINK = env("ANALYTICS_SINK", "audience.sinks.JsonLines")  # "audience.sinks.Nowhere"
ANALYTICS_DIR = VAR_DIR / "analytics"
ANALYTICS_FILE_MAX_BYTES = int(env_number("ANALYTICS_FILE_MAX_MB", 64) * 2**20)
ANALYTICS_KEEP_DAYS = int(env_number("ANALYTICS_KEEP_DAYS", 90))

# -- watching over it ----------------------------------------------------------------------------
METRICS_TOKEN = env("METRICS_TOKEN")  # lets others than this machine read /metrics
SENTRY_DSN = env("SENTRY_DSN")
LOG_LEVEL = env_choice("LOG_LEVEL", "INFO", "DEBUG", "WARNING", "ERROR", "CRITICAL")
LOG_FORMAT = env_choice("LOG_FORMAT", "line", "json")
LOGGING = logs.configuration(LOG_LEVEL, as_json=LOG_FORMAT == "json")
