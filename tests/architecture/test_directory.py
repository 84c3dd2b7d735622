"""docs/directory.md names only what exists, so that nobody follows it into nothing."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "directory.md"
# Under a heading of its own room a file is named without its folder.
FOLDERS = (
    "",
    "shop",
    "tracking",
    "recommender",
    "recommender/serving",
    "recommender/learning",
    "recommender/simulated",
    "recommender/proof",
    "recommender/real_choices",
    "recommender/ranking",
    "recommender/ranking/features",
    "recommender/ranking/choices",
    "recommender/management/commands",
)


def exists(name: str) -> bool:
    return any((ROOT / folder / name).exists() for folder in FOLDERS)


def named(page: str) -> set[str]:
    """The files and folders in backticks."""
    return {
        name
        for name in re.findall(r"`([\w./]+)`", page)
        if name.endswith((".py", "/")) or "/" in name
    }


def test_every_file_that_the_page_names_exists() -> None:
    names = named(PAGE.read_text(encoding="utf-8"))
    assert len(names) > 50
    assert {name for name in names if not exists(name)} == set()


def test_a_file_that_is_gone_would_be_noticed() -> None:
    assert {name for name in named("`shop/gone.py`, `gone/`") if not exists(name)} == {
        "shop/gone.py",
        "gone/",
    }
