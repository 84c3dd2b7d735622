"""Stored tastes hold too few purchases; they are made again from the events when asked for."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def forget(apps: Any, schema_editor: Any) -> None:
    apps.get_model("recommender", "TasteState").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("recommender", "0003_steering_and_processes")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
