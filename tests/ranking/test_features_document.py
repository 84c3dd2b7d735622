from __future__ import annotations

from pathlib import Path

from recommender.ranking.features.schema import FEATURES

DOCUMENT = Path(__file__).parents[2] / "docs" / "features.md"


def test_the_table_lists_every_feature_in_order_with_its_kind_and_family():
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in DOCUMENT.read_text(encoding="utf-8").splitlines()
        if line.startswith("| `")
    ]
    assert [(row[0].strip("`"), row[4], row[5]) for row in rows] == [
        (feature.name, feature.kind, feature.family) for feature in FEATURES
    ]
