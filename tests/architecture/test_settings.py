"""A wrong setting stops the start with a sentence that names it, says what is wrong and no more."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def start(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Let manage.py read the settings in this environment."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", "diffsettings"],
        cwd=ROOT,
        env={**kept, "DATA_DIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "RETRAIN_EVERY",
            "five",
            "RETRAIN_EVERY is 'five', which is not a whole number, 1 or more.",
        ),
        ("RETRAIN_EVERY", "0", "RETRAIN_EVERY is '0', which is not a whole number, 1 or more."),
        ("DEBUG", "maybe", "DEBUG is 'maybe', which is not yes or no (1, 0, true, false)."),
        ("CONSENT", "never", "CONSENT is 'never', which is not one of ask, assume."),
        (
            "PACKING_FEE",
            "free",
            "PACKING_FEE is 'free', which is not an amount such as 0 or 2.50.",
        ),
        ("SECRET_KEY", "short", "SECRET_KEY is shorter than 32 characters."),
        ("TIME_ZONE", "Mars/Base", "TIME_ZONE is 'Mars/Base', which is not a time zone's name."),
        (
            "CELERY_BROKER_URL",
            "ftp://user:password@host",
            "CELERY_BROKER_URL is 'ftp://…', which is not a URL that starts with"
            " filesystem:// or redis:// or rediss:// or memory://.",
        ),
        (
            "DATABASE_URL",
            "mysql://user:password@host/shop",
            "DATABASE_URL is 'mysql://…', which is not a URL that starts with"
            " sqlite:// or postgres:// or postgresql://.",
        ),
        (
            "DATABASE_URL",
            "postgres://user:password@host:port/shop",
            "DATABASE_URL is 'postgres://…', whose port is not a number.",
        ),
        (
            "DATABASE_URL",
            "postgres://host",
            "DATABASE_URL is 'postgres://…', which names no database.",
        ),
        ("DATABASE_URL", "sqlite://", "DATABASE_URL is 'sqlite://…', which names no database."),
        (
            "CACHE_URL",
            "memcached://host",
            "CACHE_URL is 'memcached://…', which is not a URL that starts with"
            " locmem:// or redis:// or rediss://.",
        ),
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence(
    tmp_path: Path, name: str, value: str, sentence: str
) -> None:
    outcome = start(tmp_path, **{name: value})
    assert outcome.returncode == 1
    assert outcome.stderr.strip() == f"Basketwise cannot start: {sentence}"


def test_a_data_dir_that_cannot_be_made_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    outcome = start(tmp_path, DATA_DIR=str(tmp_path / "file" / "var"))
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("Basketwise cannot start: DATA_DIR is ")


def test_the_defaults_start(tmp_path: Path) -> None:
    outcome = start(tmp_path)
    assert outcome.returncode == 0, outcome.stderr
    assert "RETRAIN_EVERY = 5" in outcome.stdout


def test_the_drawn_secret_key_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    start(tmp_path)
    first = (tmp_path / "secret_key").read_text()
    start(tmp_path)
    assert (tmp_path / "secret_key").read_text() == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
