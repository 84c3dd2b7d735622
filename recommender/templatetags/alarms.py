"""What rings, for the admin's front page."""

from __future__ import annotations

from django import template

from recommender import alarms
from recommender.alarms import Alarm

register = template.Library()


@register.simple_tag
def ringing() -> list[Alarm]:
    """The alarms that ring now; looked at once in ``ALARM_SECONDS``, so mostly without a query."""
    return alarms.current()
