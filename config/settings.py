"""One settings file for every profile, driven by the environment (see docs/operations.md)."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from config import database, environment

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = environment.folder("DATA_DIR", BASE_DIR / "var")

# --- Security -------------------------------------------------------------------------------------
DEBUG = environment.flag("DEBUG", False)


def _secret_key() -> str:
    """The key from the environment, else one drawn once for this DATA_DIR."""
    given = environment.text("SECRET_KEY", "")
    if given:
        if len(given) < 32:
            raise ImproperlyConfigured("SECRET_KEY is shorter than 32 characters.")
        return given
    kept = DATA_DIR / "secret_key"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(50))
    return kept.read_text().strip()


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = environment.text("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"

# --- Applications ---------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "rest_framework",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "tracking",
    "shop",
    "recommender",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Files are compressed once, by the storage; pages here. The token in a form is masked anew each
    # time and the answer's length is blurred, so that a length gives nothing away (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tracking.middleware.VisitorMiddleware",
    "config.busy.BusyMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "shop.Member"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ACCOUNT_ADAPTER = "shop.accounts.Accounts"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# The address is proved by a mail, and nobody has to wait for it to shop.
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Basketwise: "
# So many proxies in front tell a client's true address; rate limits count by it.
ALLAUTH_TRUSTED_PROXY_COUNT = environment.whole("TRUSTED_PROXIES", 0, at_least=0)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
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
                "shop.context.storefront",
            ],
        },
    }
]

# --- Database -------------------------------------------------------------------------------------
DATABASE_URL = environment.url(
    "DATABASE_URL",
    f"sqlite:///{DATA_DIR / 'basketwise.sqlite3'}",
    schemes=("sqlite", "postgres", "postgresql"),
)

# A pool suits the web's many short requests; a worker's few threads keep a connection each.
DATABASES = {
    "default": database.named(DATABASE_URL, pooled=environment.flag("DATABASE_POOL", False))
}

# --- Cache ----------------------------------------------------------------------------------------
CACHE_URL = environment.url("CACHE_URL", "locmem://", schemes=("locmem", "redis", "rediss"))
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if CACHE_URL.startswith("locmem")
    else {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}
}

# --- Mail -----------------------------------------------------------------------------------------
MAIL_URL = environment.url("MAIL_URL", "console://", schemes=("console", "file", "smtp", "smtps"))
_mail = urlsplit(MAIL_URL)
EMAIL_BACKEND = {
    "console": "django.core.mail.backends.console.EmailBackend",
    "file": "django.core.mail.backends.filebased.EmailBackend",
}.get(_mail.scheme, "django.core.mail.backends.smtp.EmailBackend")
EMAIL_FILE_PATH = unquote(_mail.path) or str(DATA_DIR / "mail")
EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or 587
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_USE_TLS = _mail.scheme == "smtp" and bool(EMAIL_HOST_USER)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = environment.text("MAIL_FROM", "Basketwise <shop@localhost>")

# --- Files ----------------------------------------------------------------------------------------
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "media", "base_url": "/media/"},
    },
    "rankers": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "models"},
    },
    "training": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "training"},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]

# --- Time and money -------------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = environment.time_zone("TIME_ZONE", "America/New_York")
LANGUAGE_CODE = "en-us"
# The store speaks one language; looking up which is a twentieth of a page.
USE_I18N = False
CURRENCY_SIGN = "$"
# A class of the kind that shop/payment.py describes.
PAYMENT = environment.text("PAYMENT", "shop.payment.OnCollection")
# Charged once per order; part of the total that is compared with the budget.
PACKING_FEE = environment.amount("PACKING_FEE", "0.00")

# --- The learning loop ----------------------------------------------------------------------------
RETRAIN_EVERY = environment.whole("RETRAIN_EVERY", 5, at_least=1)
SWAP_PROVIDER = "recommender.serving.provider.RankedSwaps"
AFTER_PURCHASE_TASK = "recommender.tasks.train_if_due"
# What was learned of a shopper, for their export and erasure (tracking/personal.py).
PERSONAL_DATA = "recommender.personal.Kept"
# "ask": nothing non-essential is stored until the shopper says yes. "assume": a demo store on one's
# own machine records from the first visit on; GPC, DNT and a "no" are respected in both.
CONSENT = environment.choice("CONSENT", "ask", ("ask", "assume"))

# --- Celery ---------------------------------------------------------------------------------------
CELERY_BROKER_URL = environment.url(
    "CELERY_BROKER_URL",
    "filesystem://localhost",
    schemes=("filesystem", "redis", "rediss", "memory"),
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
if CELERY_BROKER_URL.startswith("filesystem"):
    _folders = {name: DATA_DIR / "broker" / name for name in ("messages", "control", "processed")}
    for _folder in _folders.values():
        _folder.mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "data_folder_in": str(_folders["messages"]),
        "data_folder_out": str(_folders["messages"]),
        "control_folder": str(_folders["control"]),
        "processed_folder": str(_folders["processed"]),
        "store_processed": False,
        "polling_interval": 0.05,
    }
else:
    # Without all of these a broker that accepts and never answers holds a checkout for a minute.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "socket_connect_timeout": 0.5,
        "socket_timeout": 0.5,
        "max_retries": 0,
    }

# --- REST -----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        "rest_framework.renderers.BrowsableAPIRenderer",
    ],
    # Bounded in size and depth: DRF's own answer 500 to deeply nested JSON.
    "DEFAULT_PARSER_CLASSES": [
        "tracking.parsers.BoundedJSONParser",
        "tracking.parsers.BoundedFormParser",
        "tracking.parsers.BoundedMultiPartParser",
    ],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.errors.handler",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Basketwise API",
    "DESCRIPTION": "A grocery store that keeps a shopper inside the budget.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.errors.describe",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- Logging --------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "tracking": {"level": "INFO"},
        "shop": {"level": "INFO"},
        "recommender": {"level": "INFO"},
    },
}
