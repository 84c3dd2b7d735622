from __future__ import annotations

import mmap
from dataclasses import fields, replace

import numpy as np
import pytest

from recommender.ranking import columns_file
from recommender.ranking.query import Snapshot, Vectors
from tests.ranking import shelf

SHELF = columns_file.tagged(
    shelf.snapshot(3, price_percentile=[0.1, np.nan, 0.9], diet_bits=[0, 1, 3])
)
VECTORS = columns_file.tagged(shelf.vectors(SHELF, shopper_id=[7], shopper_factors=[[0.1, 1]]))


@pytest.mark.parametrize("columns", [SHELF, VECTORS])
def test_what_is_read_back_is_what_was_written_to_the_bit(columns):
    found = columns_file.load(type(columns), columns_file.dump(columns), tag=columns.tag)
    for field in fields(columns):
        before, after = getattr(columns, field.name), getattr(found, field.name)
        if isinstance(before, np.ndarray):
            assert (after.dtype, after.tobytes()) == (before.dtype, before.tobytes())
        else:
            assert after == before


def test_the_tag_follows_every_column_and_not_the_old_tag():
    dearer = replace(SHELF, price_cents=SHELF.price_cents + 1)
    renamed = replace(SHELF, diet_tags=("vegan", "kosher"))
    later = replace(SHELF, as_of=SHELF.as_of.replace(day=2))
    tags = {columns_file.content_tag(c) for c in (SHELF, dearer, renamed, later)}
    assert len(tags) == 4
    assert columns_file.content_tag(replace(SHELF, tag="other")) == SHELF.tag


def test_content_under_another_tag_is_refused():
    other = columns_file.tagged(replace(SHELF, price_cents=SHELF.price_cents + 1))
    with pytest.raises(columns_file.DamagedColumns, match="other content than its tag says"):
        columns_file.load(Snapshot, columns_file.dump(other), tag=SHELF.tag)


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b"text"])
def test_what_cannot_be_read_is_refused_with_its_tag(damage):
    with pytest.raises(columns_file.DamagedColumns, match=f"Vectors {VECTORS.tag[:12]} cannot"):
        columns_file.load(Vectors, damage(columns_file.dump(VECTORS)), tag=VECTORS.tag)


def test_a_flipped_bit_anywhere_is_noticed_or_harmless():
    data = columns_file.dump(VECTORS)
    for at in range(0, len(data), 97):
        flipped = data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]
        try:
            found = columns_file.load(Vectors, flipped, tag=VECTORS.tag)
        except columns_file.DamagedColumns:
            continue
        assert columns_file.content_tag(found) == VECTORS.tag


def test_a_file_of_another_kind_and_one_with_objects_are_refused():
    with pytest.raises(columns_file.DamagedColumns, match="does not begin as"):
        columns_file.load(Vectors, b"PK" + columns_file.dump(VECTORS), tag=VECTORS.tag)
    objects = columns_file.dump(VECTORS).replace(b'"<i8"', b'"|O"', 1)
    with pytest.raises(columns_file.DamagedColumns, match="cannot be read"):
        columns_file.load(Vectors, objects, tag=VECTORS.tag)


def test_a_mapped_file_is_not_copied_and_every_array_is_aligned(tmp_path):
    path = tmp_path / "vectors"
    path.write_bytes(columns_file.dump(VECTORS))
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    begin = np.frombuffer(mapped, np.uint8).ctypes.data
    found = columns_file.load(Vectors, mapped, tag=VECTORS.tag)
    for field in fields(found):
        array = getattr(found, field.name)
        if isinstance(array, np.ndarray) and array.size:
            assert 0 < array.ctypes.data - begin < len(mapped), field.name
            assert array.ctypes.data % columns_file.ALIGNMENT == 0
            assert not array.flags.writeable
