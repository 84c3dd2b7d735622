"""What the recommender tells the log's pages."""

from recommender.ranking.features.schema import NAMES, fingerprint
from tracking.admin import COLUMN_NAMES


def test_the_log_reads_the_names_of_what_is_served_now():
    assert COLUMN_NAMES[fingerprint()] == NAMES
