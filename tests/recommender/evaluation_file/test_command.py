from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from tests.recommender.evaluation_file.changed import change


def test_the_command_says_what_is_wrong(file, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with pytest.raises(CommandError, match="'complete-journey' nor a file"):
        call_command("evaluate_ranker", data="nowhere.parquet")
    with pytest.raises(CommandError, match="Columns are missing: paid"):
        call_command("evaluate_ranker", data=str(change(file, paid=None)))


def test_a_file_without_queries_of_the_last_weeks_says_so(history, file, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    table = pq.read_table(file)
    late = history.week >= 48
    anchors = table["anchor"].to_pylist()
    anchor = [None if at else own for at, own in zip(late, anchors, strict=True)]
    offers = table["candidates"].to_pylist()
    candidates = [None if at else own for at, own in zip(late, offers, strict=True)]
    kinds = table.schema
    change(
        file,
        anchor=pa.array(anchor, kinds.field("anchor").type),
        candidates=pa.array(candidates, kinds.field("candidates").type),
    )
    with pytest.raises(CommandError, match="no choice of the test weeks"):
        call_command("evaluate_ranker", data=str(file))


def test_the_command_prints_the_table_of_a_file(file, settings, tmp_path, capsys):
    settings.DATA_DIR = tmp_path
    call_command("evaluate_ranker", data=str(file), threads=1, coverage=True)
    printed = capsys.readouterr().out
    assert printed.startswith("| NDCG@10, 30 households | switch | all | novel |")
    assert "| same type, candidates | switches covered |" in printed
    assert (tmp_path / "reports" / "evaluate_ranker.json").is_file()
