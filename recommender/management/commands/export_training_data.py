"""Write the judged slates as Parquet files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from recommender.learning import manifest
from recommender.ranking.errors import CannotLearn
from recommender.ranking.training_set import TrainingSet, to_parquet

LABELS = {0: "seen", 1: "viewed", 2: "kept", 3: "bought"}


class Command(BaseCommand):
    help = (
        "Bring the daily partitions up to date and write ltr_train.parquet, what a training would "
        "read of them: one row per seen swap, with the features it was served by."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        default = Path(settings.DATA_DIR) / "training" / "ltr_train.parquet"
        parser.add_argument("--out", type=Path, default=default)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            training = manifest.training_set(manifest.of_log(now=timezone.now()))
        except CannotLearn as error:
            raise CommandError(f"Nothing to write: {error}.") from error
        out: Path = options["out"]
        out.parent.mkdir(parents=True, exist_ok=True)
        partial = out.with_name(f".{out.name}.part")
        partial.write_bytes(to_parquet(training))
        partial.replace(out)
        self.stdout.write(f"{out} ({out.stat().st_size / 1024:.1f} KB)")
        self.stdout.write(_statistics(training))


def _statistics(training: TrainingSet) -> str:
    info = training.describe()
    lines = [
        f"{info['samples']:,} samples of {info['sessions']:,} sessions "
        f"({info['slates']:,} slates), {100 * info['positive_share']:.1f} % positive; "
        f"{info['without_positive']} slates without a positive.",
    ]
    if not info["samples"]:
        return lines[0]
    rows = training.rows.assign(persona=training.rows["persona"].replace("", "real shoppers"))
    table = pd.crosstab(rows["persona"], rows["label"]).reindex(columns=list(LABELS), fill_value=0)
    lines.append(f"{'':<20}" + "".join(f"{words:>9}" for words in LABELS.values()) + "  positive")
    for persona, counts in table.iterrows():
        numbers = counts.to_numpy()
        share = 100.0 * numbers[1:].sum() / numbers.sum()
        lines.append(
            f"{persona!s:<20}" + "".join(f"{n:>9}" for n in numbers.tolist()) + f"{share:>8.1f} %"
        )
    whole = np.asarray(table.sum(axis=0))
    lines.append(f"{'all':<20}" + "".join(f"{n:>9}" for n in whole.tolist()))
    return "\n".join(lines)
