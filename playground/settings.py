"""The environment → Django's settings: safe without any, no database, no session.

The one cookie holds the language of who chose one.

SECRET_KEY, DEBUG=1, HOST, PLAYGROUND_HOSTS (names, by commas), PLAYGROUND_ENDPOINTS (origins, by
commas), PLAYGROUND_WORDS (a checkpoint's folder) and PLAYGROUND_MODELS (where pulled checkpoints
are) are all there is to set.
"""

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from playground.endpoints.addresses import allowed_endpoints
from playground.endpoints.failures import Failure
from playground.hosts import allowed_hosts, configured_hosts
from playground.secret_key import NoSecretKey, secret_key

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = os.environ.get("DEBUG", "") == "1"
try:
    SECRET_KEY = secret_key(os.environ, BASE_DIR / ".secret_key")
except NoSecretKey as error:
    raise ImproperlyConfigured(str(error)) from error

ALLOWED_HOSTS = allowed_hosts(os.environ)
# Pages of these hosts may open the socket even where a proxy has rewritten the Host header.
PLAYGROUND_ORIGIN_HOSTS = [host for host in configured_hosts(os.environ) if host != "*"]
try:
    PLAYGROUND_ENDPOINTS = allowed_endpoints(os.environ)
except Failure as error:
    raise ImproperlyConfigured(f"PLAYGROUND_ENDPOINTS: {error.sentence}") from error
PEBBLE = BASE_DIR / "lpu_engine" / "models" / "pebble"
PLAYGROUND_WORDS = Path(os.environ.get("PLAYGROUND_WORDS") or PEBBLE)
PLAYGROUND_MODELS = Path(os.environ.get("PLAYGROUND_MODELS") or BASE_DIR / "models")

ROOT_URLCONF = "playground.urls"
ASGI_APPLICATION = "playground.asgi.application"
INSTALLED_APPS = ["django.contrib.staticfiles", "playground"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "playground.languages.ReadersLanguage",
    "django.middleware.common.CommonMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "builtins": ["django.templatetags.static", "django.templatetags.i18n"],
            "context_processors": ["playground.languages.catalog_of_page"],
        },
    }
]
DATABASES: dict[str, Any] = {}
USE_TZ = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {"staticfiles": {"BACKEND": "playground.static_files.HashedFiles"}}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "connect-src": [SELF],  # the socket too: 'self' covers ws: of the same host and port
        "base-uri": [NONE],
        "form-action": [SELF],  # the deployment that a model's page is asked for
        "frame-ancestors": [NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["answer"],  # the policy of static/js/markup.js
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# One line per problem; what people write and the keys of answers are never logged.
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "playground.log_lines.OneLine", "format": "%(levelname)s %(message)s"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.request": {"level": "ERROR"},  # a page that is not there is no problem of ours
    },
}
