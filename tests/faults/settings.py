"""The store's own settings for processes that are killed: short leases, and no end of attempts."""

from config.settings import *  # noqa: F403

RECOMMENDER = {"LEASE_SECONDS": 2, "TRAINING_ATTEMPTS": 1000}
# A dead broker must not slow the buyers down: every round of the storm is about the database.
CELERY_BROKER_URL = "memory://"
