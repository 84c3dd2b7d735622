"""The ranking core: plain numpy in and out; no Django, no Celery, no clock, no database."""
