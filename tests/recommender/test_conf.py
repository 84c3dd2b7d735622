from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from recommender import conf


def test_settings_are_read_late(settings):
    settings.RECOMMENDER = {"GATE_SLATES": 12}
    settings.RETRAIN_EVERY = 7
    assert (conf.current().gate_slates, conf.current().retrain_every) == (12, 7)


def test_no_exploration_and_no_prior_may_be_written_as_a_whole_zero(settings):
    settings.RECOMMENDER = {"EXPLORATION_SHARE": 0, "PRIOR_SLATES": 0}
    assert (conf.current().exploration_share, conf.current().prior_slates) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"GATE_SLATE": 12}, "RECOMMENDER['GATE_SLATE'] is not a setting of the learning loop."),
        ({"GATE_SLATES": 0}, "RECOMMENDER['GATE_SLATES'] is below 1."),
        (
            {"GATE_SLATES": "12"},
            "RECOMMENDER['GATE_SLATES'] is '12', which is not of the type int.",
        ),
        (
            {"GATE_SLATES": True},
            "RECOMMENDER['GATE_SLATES'] is True, which is not of the type int.",
        ),
        ({"CHECK_SECONDS": -1.0}, "RECOMMENDER['CHECK_SECONDS'] is not a number of at least 0."),
        (
            {"CHECK_SECONDS": float("nan")},
            "RECOMMENDER['CHECK_SECONDS'] is not a number of at least 0.",
        ),
        ({"PRIOR_SLATES": -1.0}, "RECOMMENDER['PRIOR_SLATES'] is not a number of at least 0."),
        ({"PRIOR_HALF_LIFE": 0}, "RECOMMENDER['PRIOR_HALF_LIFE'] is not a number above 0."),
        (
            {"MOST_INVERSE_PROPENSITY": 0.5},
            "RECOMMENDER['MOST_INVERSE_PROPENSITY'] is not a number of at least 1.",
        ),
        (
            {"MOST_PER_SHOPPER": float("nan")},
            "RECOMMENDER['MOST_PER_SHOPPER'] is not a number above 0.",
        ),
        ({"EXPLORATION_SHARE": 1.5}, "RECOMMENDER['EXPLORATION_SHARE'] is not between 0 and 1."),
    ],
)
def test_a_wrong_setting_is_named_in_a_sentence(settings, given, sentence):
    settings.RECOMMENDER = given
    with pytest.raises(ImproperlyConfigured) as error:
        conf.current()
    assert str(error.value) == sentence


@pytest.mark.parametrize("given", ["GATE_SLATES", None, [("GATE_SLATES", 12)]])
def test_settings_that_are_no_dictionary_are_named_in_a_sentence(settings, given):
    settings.RECOMMENDER = given
    with pytest.raises(ImproperlyConfigured) as error:
        conf.current()
    assert str(error.value) == f"RECOMMENDER is {given!r}, which is not of the type dict."


def test_a_setting_without_a_name_is_named_in_a_sentence(settings):
    settings.RECOMMENDER = {12: 12}
    with pytest.raises(ImproperlyConfigured) as error:
        conf.current()
    assert str(error.value) == "RECOMMENDER['12'] is not a setting of the learning loop."
