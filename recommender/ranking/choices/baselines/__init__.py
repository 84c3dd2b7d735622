"""The rules that a ranker has to beat, each in the best of several settings.

A baseline is a ``name``, its ``settings``, and ``scores(replayed, settings)``: for each of the
settings the scores (rows,) of replayed queries. Which setting is best is decided by ``tuning`` on
the validation weeks, for each task apart. None of them reads the features but ``sixty_forty``.
"""
