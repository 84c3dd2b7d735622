"""Celery over the file system as kombu does it, except that a message is there whole or not at all.

kombu writes a message under the name that readers look for. Who looks in that moment takes an empty
file, and the worker ends with the error. Messages are hints here: one that cannot be read is passed
over, because the sweeper finds in the database what it would have said.
"""

from __future__ import annotations

import logging
import os
import uuid
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps

logger = logging.getLogger(__name__)


class Channel(filesystem.Channel):
    """Writes beside, renames; reads on behind what is no message. (kombu's functions have no types,
    hence the two silenced calls.)"""

    # kombu's own two classes name the message differently.
    def _put(self, queue: Any, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        # No queue has this ending, so nobody takes it yet.
        beside = folder / f"{name}.part"
        beside.write_text(dumps(payload), encoding="utf-8")  # type: ignore[no-untyped-call]
        os.replace(beside, folder / name)

    def _get(self, queue: Any, timeout: Any = None) -> Any:
        while True:
            try:
                return super()._get(queue)  # type: ignore[no-untyped-call]
            except ValueError as error:
                logger.warning("A message of %s could not be read: %s", queue, error)


class Transport(filesystem.Transport):
    Channel = Channel
