"""Time-ordered ids for the log."""

import uuid

import uuid6


def new_id() -> uuid.UUID:
    """A UUIDv7: sorts by the moment it was made."""
    return uuid.UUID(bytes=uuid6.uuid7().bytes)
