from django.apps import AppConfig

from recommender import conf


class RecommenderConfig(AppConfig):
    name = "recommender"

    def ready(self) -> None:
        # A wrong number stops the start instead of the first training.
        conf.current()
