"""Stored tastes hold single purchases, not sums; they are made again when asked for."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def forget(apps: Any, schema_editor: Any) -> None:
    apps.get_model("recommender", "TasteState").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("recommender", "0007_pruned_at")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
