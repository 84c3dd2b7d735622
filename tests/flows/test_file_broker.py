from __future__ import annotations

import os

import pytest
from kombu import Connection

from config import broker


@pytest.fixture
def queue(tmp_path):
    folder = str(tmp_path)
    options = {
        "data_folder_in": folder,
        "data_folder_out": folder,
        "control_folder": str(tmp_path / "control"),
        "store_processed": False,
    }
    with Connection("filesystem://", transport_options=options) as connection:
        # A name of its own: kombu binds a name once in a process.
        yield connection.SimpleQueue(tmp_path.name)


def _waiting(tmp_path) -> list[str]:
    return sorted(name for name in os.listdir(tmp_path) if name.endswith(".msg"))


def test_celery_uses_this_transport(queue):
    assert isinstance(queue.channel, broker.Channel)


def test_an_empty_or_half_written_message_is_passed_over(queue, tmp_path):
    queue.put({"said": "first"})
    # Names begin with a moment, and the earliest is taken first.
    (tmp_path / f"0_a.{tmp_path.name}.msg").write_bytes(b"")
    (tmp_path / f"1_b.{tmp_path.name}.msg").write_bytes(b'{"body": "ha')
    assert queue.get(block=False).payload == {"said": "first"}
    assert _waiting(tmp_path) == []
    with pytest.raises(queue.Empty):
        queue.get(block=False)


def test_a_message_is_there_whole_or_not_at_all(queue, tmp_path, monkeypatch):
    seen = []
    replace = os.replace

    def watched(source, target):
        seen.append((_waiting(tmp_path), os.path.getsize(source) > 0))
        replace(source, target)

    monkeypatch.setattr(os, "replace", watched)
    queue.put({"said": "it"})
    assert seen == [([], True)]
    assert len(_waiting(tmp_path)) == 1
