"""Proof that the loop learns, for a sceptic: simulated shoppers in memory, and controls."""
