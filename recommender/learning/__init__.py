"""From the log to the next ranker: when to train, on which rows, and who goes live."""
