"""The rooms and their direction: the contracts hold, and a planted violation breaks them."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")
LAYERS = "config → recommender → shop → tracking"
CORE = "The ranking core knows neither Django nor the database"
INSIDE = "Serving knows nothing of learning, learning nothing of its trials"
CORE_MAY_IMPORT = {"numpy", "pandas", "scipy", "sklearn", "lightgbm", "implicit", "pyarrow"}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the linter with the project's contracts in ``folder``."""
    return subprocess.run(
        [LINTER, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    """A copy of the rooms and their contracts that a test may spoil."""
    for room in ("config", "recommender", "shop", "tracking"):
        ignored = shutil.ignore_patterns("__pycache__", "migrations")
        shutil.copytree(ROOT / room, tmp_path / room, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_hold() -> None:
    outcome = lint(ROOT)
    assert outcome.returncode == 0, outcome.stdout


@pytest.mark.parametrize(
    ("file", "planted", "contract"),
    [
        ("shop/planted.py", "import recommender.models", LAYERS),
        ("tracking/planted.py", "import shop.models", LAYERS),
        ("tracking/planted.py", "import recommender.models", LAYERS),
        ("recommender/planted.py", "import config.settings", LAYERS),
        ("recommender/ranking/planted.py", "import django.db", CORE),
        ("recommender/ranking/planted.py", "import celery", CORE),
        ("recommender/ranking/planted.py", "import shop.models", CORE),
        ("recommender/ranking/planted.py", "import recommender.models", CORE),
        ("recommender/serving/planted.py", "import recommender.learning.lease", INSIDE),
        ("recommender/learning/planted.py", "import recommender.proof.world", INSIDE),
    ],
)
def test_a_planted_import_breaks_its_contract(
    rooms: Path, file: str, planted: str, contract: str
) -> None:
    (rooms / file).write_text(planted + "\n")
    outcome = lint(rooms)
    assert outcome.returncode == 1
    assert f"{contract} BROKEN" in outcome.stdout


def foreign_imports(source: str) -> set[str]:
    """What a module of the core imports from outside the standard library and the core itself."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return {
        name
        for name in names
        if not f"{name}.".startswith("recommender.ranking.")
        and name.split(".")[0] not in sys.stdlib_module_names | CORE_MAY_IMPORT
    }


def test_the_core_imports_only_the_numeric_libraries_it_is_allowed() -> None:
    found = {
        str(path.relative_to(ROOT)): foreign
        for path in (ROOT / "recommender" / "ranking").rglob("*.py")
        if (foreign := foreign_imports(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_a_module_of_the_django_side_counts_as_foreign_to_the_core() -> None:
    source = "import numpy as np\nimport json\nfrom recommender.models import X\nimport requests"
    assert foreign_imports(source) == {"recommender.models", "requests"}
