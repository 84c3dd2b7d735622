"""What the core refuses."""


class CannotLearn(ValueError):
    """The data cannot teach an order; the message says why, in a sentence."""


class ForeignFingerprint(ValueError):
    """The ranker was trained on other features than the ones it is given."""

    def __init__(self, *, expected: str, got: str) -> None:
        super().__init__(
            f"the ranker was trained on features {got[:12]}, but this store computes "
            f"{expected[:12]}: train again before it may serve"
        )


class UntrustedArtifact(ValueError):
    """The ranker's file is not what the ledger says it is."""
