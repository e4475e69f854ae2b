"""Django settings, read from the environment.

Without an https PUBLIC_URL the site is in LAN mode: plain HTTP for the local network, no variable needed. Production
refuses unsafe values.
"""

import logging
import re
import socket
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError

from partyflow.config import environment
from partyflow.config.redis_backends import cache_backend, channel_layer_backend
from partyflow.config.secret_key import load_or_create_secret_key
from partyflow.config.templates import template_loaders
from partyflow.config.var_dir import ensure_writable_directory, valkey_socket_path
from partyflow.observability.logs import logging_configuration
from rooms.network.ip import bracket_ipv6

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
try:
    DEBUG = env.bool("DEBUG", False)
    VAR_DIR = Path(env.str("VAR_DIR", "") or BASE_DIR / "var").absolute()
    SECRET_KEY = env.str("SECRET_KEY", "")
    ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", [])
    PUBLIC_URL = env.str("PUBLIC_URL", "").rstrip("/")
    PORT = env.int("PORT", 8000)
    BIND = env.str("BIND", "")
    DATABASE_URL = env.str("DATABASE_URL", "")
    REDIS_URL = env.str("REDIS_URL", "")
    CACHE_URL = env.str("CACHE_URL", "")
    CHANNELS_URL = env.str("CHANNELS_URL", "")
    RATE_LIMITS = env.bool("RATE_LIMITS", True)
    ANONYMOUS_ROOMS = env.bool("ANONYMOUS_ROOMS", True)
    WORKER_ID = env.str("WORKER_ID", "")
    SENTRY_DSN = env.str("SENTRY_DSN", "")
    OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", "")
    LOG_LEVEL = env.log_level("LOG_LEVEL", logging.INFO)
except EnvError as error:
    raise ImproperlyConfigured(str(error).replace("\n", " ")) from error

if PUBLIC_URL:
    PUBLIC_URL = environment.parse_origin(PUBLIC_URL)
IS_HTTPS = PUBLIC_URL.startswith("https://")
# Plain HTTP for the local network; `rooms.network.policy` allows its addresses besides ALLOWED_HOSTS.
LAN_MODE = not IS_HTTPS
environment.check_hosts(ALLOWED_HOSTS)
if LAN_MODE:
    environment.check_plain_url(PUBLIC_URL)
elif SECRET_KEY or REDIS_URL:
    environment.check_secret_key(SECRET_KEY)
# One worker with a Valkey of its own keeps a key of its own; several have to share one.
SECRET_KEY = SECRET_KEY or load_or_create_secret_key(ensure_writable_directory(VAR_DIR))
# The server speaks plain HTTP only: a site on HTTPS is behind a proxy, which forwards the client's address.
try:
    BEHIND_PROXY = env.bool("BEHIND_PROXY", IS_HTTPS)
    TRUSTED_PROXIES = environment.parse_networks(env.list("TRUSTED_PROXIES", environment.PRIVATE_NETWORKS))
except EnvError as error:
    raise ImproperlyConfigured(str(error)) from error
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname
if PUBLIC_HOST and PUBLIC_HOST not in ALLOWED_HOSTS:
    ALLOWED_HOSTS = [*ALLOWED_HOSTS, bracket_ipv6(PUBLIC_HOST)]

# The same after a restart, so that a worker finds its rooms again; part of a channel's name.
WORKER_ID = re.sub(r"[^A-Za-z0-9-]", "-", WORKER_ID or f"{socket.gethostname().lower()}-{PORT}")[:60]

INSTALLED_APPS = [
    "partyflow.admin_site.site.PartyFlowAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "channels",
    "csp",
    "import_export",
    "partyflow",
    "rooms",
    "gameplay",
]

MIDDLEWARE = [
    "partyflow.http.probes_first.ProbesFirst",
    "partyflow.http.middleware.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "partyflow.observability.access_log.access_log",
    "partyflow.http.middleware.ContentSecurityPolicy",
    "partyflow.http.host_check.check_host",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "rooms.web.error_responses.DatabaseErrors",
    "rooms.web.rate_limit.limit_requests",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "partyflow.urls"
ASGI_APPLICATION = "partyflow.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": template_loaders(is_cached=not DEBUG),
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Data

if DATABASE_URL:
    DATABASES = {"default": env.dj_db_url("DATABASE_URL", conn_max_age=0)}
    if DATABASES["default"]["ENGINE"].endswith("postgresql"):
        # Without it, a server that is not reachable keeps a thread waiting for minutes.
        DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": ensure_writable_directory(VAR_DIR) / "db.sqlite3",
            "CONN_MAX_AGE": 0,
            "OPTIONS": {
                "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL",
                "timeout": 10,
                "transaction_mode": "IMMEDIATE",
            },
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Without REDIS_URL `manage.py serve` runs a Valkey; other commands connect to its socket.
EMBEDDED_VALKEY = not REDIS_URL
REDIS_URL = REDIS_URL or f"unix://{valkey_socket_path(VAR_DIR)}"

# The cache and the channel layer may use another Redis than the rooms, and have to if that is a cluster.
ROOMS_REDIS = environment.read_redis_url("REDIS_URL", REDIS_URL)
if ROOMS_REDIS.kind == "cluster" and not (CACHE_URL and CHANNELS_URL):
    raise ImproperlyConfigured(
        "REDIS_URL names a cluster: CACHE_URL and CHANNELS_URL have to name a Redis that is none"
    )
CACHE_URL, CHANNELS_URL = CACHE_URL or REDIS_URL, CHANNELS_URL or REDIS_URL
CACHE_REDIS = environment.read_redis_url("CACHE_URL", CACHE_URL, may_be_cluster=False)
CHANNELS_REDIS = environment.read_redis_url("CHANNELS_URL", CHANNELS_URL, may_be_cluster=False)

CACHES = {"default": cache_backend(CACHE_REDIS)}
if ROOMS_REDIS.kind != "cluster":
    # Not a cache: the administration's connection to the Redis of the rooms.
    CACHES["rooms"] = cache_backend(ROOMS_REDIS)

CHANNEL_LAYERS = {
    "default": channel_layer_backend(CHANNELS_REDIS),
    "local": {"BACKEND": "partyflow.channel_layer.LocalChannelLayer"},
}

# Pages

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "partyflow.http.static_storage.HashedStaticStorage"
    },
}

# Security headers and cookies

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "media-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}
CROSS_ORIGIN_RESOURCE_POLICY = "same-origin"
PERMISSIONS_POLICY = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), "
    "midi=(), payment=(), usb=(), autoplay=(self), fullscreen=(self), screen-wake-lock=(self)"
)
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_SSL_REDIRECT = IS_HTTPS and not DEBUG
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS and not DEBUG else 0
# includeSubDomains and preload concern other hosts of the domain: they are for its owner to set.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
# Browsers accept such cookies from this host over HTTPS only: other hosts of the domain cannot set them.
COOKIE_PREFIX = "__Host-" if IS_HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
HOST_COOKIE_PREFIX = f"{COOKIE_PREFIX}pf_host_"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_ENABLED = RATE_LIMITS
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "partyflow.admin_site.login_lockout.client_address"
AXES_LOCKOUT_CALLABLE = "partyflow.admin_site.login_lockout.locked_out_response"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

DEFAULT_EXCEPTION_REPORTER = "partyflow.observability.debug_report.NoDebugPage"
DEFAULT_EXCEPTION_REPORTER_FILTER = "partyflow.observability.debug_report.SecretsFilter"
LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = logging_configuration(is_readable=DEBUG or LAN_MODE, level=LOG_LEVEL, worker=WORKER_ID)
