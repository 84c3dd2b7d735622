"""Where real choices come from: the demo's own data, or a shop's file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recommender.ranking.choices.history import History
from recommender.ranking.choices.offer import offered
from recommender.ranking.choices.prepared import ask
from recommender.ranking.choices.questions import Questions
from recommender.real_choices import complete_journey
from recommender.real_choices.evaluation_file.reading import read as read_file
from recommender.real_choices.evaluation_file.schema import BadFile
from recommender.real_choices.evaluation_file.writing import write as write_file
from shop.complete_journey.files import PackageMissing

DEMO = "complete-journey"


class Unreadable(Exception):
    """Why there is nothing to evaluate, in a sentence."""


@dataclass(frozen=True)
class Data:
    """``texts`` has an entry per product of the shelf."""

    history: History
    texts: list[str]
    questions: Questions


def read(name: str, *, households: int | None, seed: int) -> Data:
    """The data called ``name``: ``DEMO``, or the path of a file; raises Unreadable.

    Queries are drawn from ``households`` of the households, all unless given. A file that names its
    queries is asked all of them, or those of the drawn households.
    """
    given = None
    try:
        if name == DEMO:
            history, texts = complete_journey.read()
        elif not Path(name).is_file():
            raise Unreadable(f"--data: {name} is neither {DEMO!r} nor a file.")
        else:
            contents = read_file(Path(name))
            history, texts, given = contents.history, contents.texts, contents.questions
    except (BadFile, PackageMissing) as error:
        raise Unreadable(str(error)) from None
    drawn = complete_journey.draw_households(history, households, seed=seed)
    if given is None:
        questions = ask(history, drawn, seed=seed)
    else:
        questions = given.take(np.isin(history.household[given.purchase], drawn))
    if not len(questions):
        raise Unreadable(f"--data: {name} holds no choice that could be asked about.")
    return Data(history, texts, questions)


def write(path: Path, data: Data) -> int:
    """Writes the data as an evaluation file; returns its number of rows."""
    write_file(
        path, data.history, data.texts, data.questions, offered(data.history, data.questions)
    )
    return len(data.history.week)
