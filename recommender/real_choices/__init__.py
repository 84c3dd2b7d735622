"""Rankers held against what households really bought: the data, the curve, the figures."""
