"""The Celery application; the broker carries hints only, the database is the truth."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

TRANSPORT_ALIASES["filesystem"] = "config.broker:Transport"

app = Celery("basketwise")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
