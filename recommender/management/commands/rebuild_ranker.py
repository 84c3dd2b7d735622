"""Make a ranker again from its stored training rows and compare it with the ledger."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommender.learning import manifest
from recommender.models import RankerVersion


class Command(BaseCommand):
    help = "Train TAG again on what it was trained on; fails unless every byte is the same."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tag")

    def handle(self, *args: Any, **options: Any) -> None:
        version = RankerVersion.objects.filter(tag=options["tag"]).first()
        if version is None:
            raise CommandError(f"There is no ranker {options['tag']!r}.")
        try:
            found = hashlib.sha256(manifest.rebuild(version)).hexdigest()
        except manifest.CannotRebuild as error:
            raise CommandError(f"{version.tag} cannot be rebuilt: {error}.") from error
        if found != version.sha256:
            changed = ", ".join(
                f"{name} {then} is {now} here"
                for name, (then, now) in manifest.changed_versions(version).items()
            )
            raise CommandError(
                f"{version.tag}: the ledger has SHA-256 {version.sha256[:12]}…, rebuilt it is "
                f"{found[:12]}… ({changed or 'with the same versions'})."
            )
        self.stdout.write(f"{version.tag}: rebuilt byte for byte (SHA-256 {found}).")
