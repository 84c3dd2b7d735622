"""The WSGI entry point for granian, gunicorn and their like."""

import os

# Several processes share the cores: LightGBM's and BLAS's own threads would only fight over them.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

# Models need the loaded apps.
from recommender import alarms  # noqa: E402
from recommender.serving.processes import Follower  # noqa: E402
from recommender.serving.warm_up import warm_up  # noqa: E402

warm_up()
Follower("web", after=alarms.current).start()
