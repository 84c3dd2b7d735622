"""Who shops, and what they eat."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.validators import MinValueValidator
from django.db import models

from shop.models.catalogue import CENT


class MemberManager(UserManager["Member"]):
    """Accounts are known by their e-mail address; the user name follows it."""

    def create_superuser(  # type: ignore[override]
        self, email: str, password: str | None = None, **fields: Any
    ) -> Member:
        return super().create_superuser(email, email, password, **fields)


class Member(AbstractUser):
    email = models.EmailField("e-mail address", unique=True)
    # The household of the demo data that this account stands for; null for real accounts.
    household_id = models.IntegerField(null=True, unique=True, editable=False)
    # What a new cart starts with; null: without a budget.
    default_budget = models.DecimalField(
        max_digits=9, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(CENT)]
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = MemberManager()  # type: ignore[misc]

    def __str__(self) -> str:
        return self.email


class DietProfile(models.Model):
    """The diet tags that a shopper wants met; one row per shopper key."""

    shopper_key = models.CharField(max_length=48, primary_key=True)
    diet_tags = models.JSONField(default=list)

    def __str__(self) -> str:
        return ", ".join(self.diet_tags)
