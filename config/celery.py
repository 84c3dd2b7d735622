"""The Celery application; the broker carries hints only, the database is the truth."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("basketwise")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
