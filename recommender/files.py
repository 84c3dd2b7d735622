"""Whole files in Django storages: a reader sees the old one or the new, never a part."""

from __future__ import annotations

import mmap
import os
import tempfile
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages


def write(storage_name: str, name: str, data: bytes) -> None:
    """Store ``data`` as ``name``, replacing what was there; durable when this returns."""
    storage = storages[storage_name]
    if not isinstance(storage, FileSystemStorage):
        # Object stores replace whole objects by themselves, but their ``save`` dodges taken names.
        storage.delete(name)
        storage.save(name, ContentFile(data))
        return
    path = Path(storage.path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read(storage_name: str, name: str) -> bytes:
    """All bytes of ``name``; FileNotFoundError when it is not there."""
    with storages[storage_name].open(name, "rb") as file:
        return bytes(file.read())


def mapped(storage_name: str, name: str) -> bytes | mmap.mmap:
    """``name`` mapped into memory, which all processes of the machine share; raises as ``read``.

    All its bytes where the storage has no paths, or the file is empty. What is deleted or replaced
    later stays as it was in the mapping, because files are replaced whole.
    """
    storage = storages[storage_name]
    if not isinstance(storage, FileSystemStorage):
        return read(storage_name, name)
    with Path(storage.path(name)).open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def delete(storage_name: str, name: str) -> None:
    """Delete ``name``; nothing happens when it is not there."""
    storages[storage_name].delete(name)
