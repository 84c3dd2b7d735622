"""The ranking core: plain numpy in, plain numpy out. No Django, no Celery, no clock, no database."""
