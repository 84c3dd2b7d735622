"""The purchases of 2017, moved by whole weeks so that they end just before now."""

from __future__ import annotations

from datetime import datetime, tzinfo

import numpy as np
import pandas as pd

WEEK = pd.Timedelta(weeks=1)


def shift_to(now: datetime, times: pd.Series, *, zone: tzinfo) -> pd.Timedelta:
    """Whole weeks to add to the data's local times so that the latest is just before ``now``."""
    local_now = pd.Timestamp(now).tz_convert(zone).tz_localize(None)
    return ((local_now - times.max()) // WEEK) * WEEK


def in_utc(times: pd.Series, *, shift: pd.Timedelta, zone: tzinfo) -> pd.Series:
    """Local data times as naive UTC times after the shift.

    An hour that the clocks skip moves forward; an hour that they repeat is the second one.
    """
    second = np.zeros(len(times), dtype=bool)
    local = (times + shift).dt.tz_localize(zone, ambiguous=second, nonexistent="shift_forward")
    return local.dt.tz_convert("UTC").dt.tz_localize(None)


def week_starts(lines: pd.DataFrame) -> pd.Series:
    """Local midnight at the start of each week of the data, by week number."""
    weeks = pd.Series(range(int(lines["week"].min()), int(lines["week"].max()) + 1))
    first = lines["transaction_timestamp"].min().normalize()
    return pd.Series((first + (weeks - weeks.iloc[0]) * WEEK).to_numpy(), index=weeks.to_numpy())


def baskets(lines: pd.DataFrame) -> pd.DataFrame:
    """One row per basket in time order: basket_id, household_id, time, total (cents)."""
    worth = lines.assign(worth=lines["paid"] * lines["quantity"])
    found = worth.groupby("basket_id", sort=False).agg(
        household_id=("household_id", "first"),
        time=("transaction_timestamp", "first"),
        total=("worth", "sum"),
    )
    return found.sort_values("time", kind="stable").reset_index()
