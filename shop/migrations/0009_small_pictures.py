"""Stores the smaller version of every picture that was uploaded before there were any."""

from typing import Any

from django.db import migrations

from shop import pictures


def draw_small_ones(apps: Any, schema_editor: Any) -> None:
    Product = apps.get_model("shop", "Product")
    for name in Product.objects.exclude(picture="").values_list("picture", flat=True).distinct():
        pictures.keep_small(name)


class Migration(migrations.Migration):
    dependencies = [("shop", "0008_what_is_shown")]

    operations = [migrations.RunPython(draw_small_ones, migrations.RunPython.noop)]
