"""Compiles every template, so that a broken tag is found before a shopper meets it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent


def broken() -> list[str]:
    """One line per template that does not compile: its path and the reason."""
    from django.template import TemplateSyntaxError, engines

    engine = engines["django"]
    problems = []
    for folder in (ROOT / "templates", *ROOT.glob("*/templates")):
        for path in sorted(folder.rglob("*.html")):
            try:
                engine.from_string(path.read_text(encoding="utf-8"))
            except TemplateSyntaxError as error:
                problems.append(f"{path.relative_to(ROOT)}: {error}")
    return problems


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    problems = broken()
    sys.exit("\n".join(problems) or 0)
