"""Departments, aisles, types, brands, products and their prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F

from shop.addresses import address

CENT = Decimal("0.01")
WORTH_TELLING = Decimal("0.95")
"""What costs at most this share of its usual price is on promotion: a cent less is none."""


class BaseUnit(models.TextChoices):
    GRAM = "g"
    MILLILITRE = "ml"
    PIECE = "piece"
    SHEET = "sheet"
    SQUARE_METRE = "m2"
    METRE = "m"


class Category(models.Model):
    """A node of the tree department (0) → aisle (1) → product type (2)."""

    class Level(models.IntegerChoices):
        DEPARTMENT = 0
        AISLE = 1
        TYPE = 2

    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    level = models.PositiveSmallIntegerField(choices=Level)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=140, unique=True)

    class Meta:
        verbose_name_plural = "categories"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="one_name_per_parent"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("category", self.slug)


class Brand(models.Model):
    name = models.CharField(max_length=120, unique=True)
    own_brand = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """One thing to buy; ``amount`` is the whole pack in ``base_unit``, both empty when unknown."""

    sku = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="products")
    brand = models.ForeignKey(
        Brand, null=True, blank=True, on_delete=models.PROTECT, related_name="products"
    )
    size_text = models.CharField(max_length=60, blank=True)
    amount = models.DecimalField(
        max_digits=12,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.001"))],
    )
    base_unit = models.CharField(max_length=6, choices=BaseUnit, blank=True)
    price = models.DecimalField(
        max_digits=9, decimal_places=2, validators=[MinValueValidator(CENT)]
    )
    regular_price = models.DecimalField(
        max_digits=9, decimal_places=2, validators=[MinValueValidator(CENT)]
    )
    # The price that held, or less, for half of the last eight weeks; null while that is not known.
    # Kept by shop/usual_prices.py.
    usual_price = models.DecimalField(max_digits=9, decimal_places=2, null=True, editable=False)
    stock = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    # The uploaded picture's name in the storage; blank: one is drawn (shop/packshot.py). Plain
    # columns, because an image field's signal would cost every product that is read.
    picture = models.CharField(
        max_length=100, blank=True, default="", db_default="", editable=False
    )
    picture_width = models.PositiveSmallIntegerField(null=True, editable=False)
    picture_height = models.PositiveSmallIntegerField(null=True, editable=False)
    diet_tags = models.JSONField(default=list, blank=True)
    quality_tags = models.JSONField(default=list, blank=True)
    # What the store shows this week; empty where it does not say.
    in_leaflet = models.BooleanField(null=True, blank=True)
    on_display = models.BooleanField(null=True, blank=True)
    # Units sold, for ordering pages by popularity; grows at checkout.
    sold = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["category", "-sold"]),
            models.Index(fields=["-sold"]),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(price__gt=0), name="price_above_zero"),
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True, base_unit="")
                | models.Q(amount__gt=0) & ~models.Q(base_unit=""),
                name="amount_and_unit_together",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        CatalogueVersion.grow()

    def get_absolute_url(self) -> str:
        return address("product", self.pk)

    @property
    def cut(self) -> Decimal | None:
        """How far the price is below the usual one; None when hardly, or nobody can say."""
        if self.usual_price is None or self.price > self.usual_price * WORTH_TELLING:
            return None
        return self.usual_price - self.price

    @property
    def on_promotion(self) -> bool:
        """Against its own last weeks: a rise before a "discount" makes it none."""
        return self.cut is not None


class PriceChange(models.Model):
    """What a product cost from a moment on."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="price_changes")
    price = models.DecimalField(max_digits=9, decimal_places=2)
    regular_price = models.DecimalField(max_digits=9, decimal_places=2)
    since = models.DateTimeField()

    class Meta:
        ordering = ["-since"]
        indexes = [models.Index(fields=["product", "-since"])]

    def __str__(self) -> str:
        return f"{self.price} since {self.since:%Y-%m-%d}"


class CatalogueVersion(models.Model):
    """Grows whenever products, prices or tags change, so that snapshots know they are stale."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    value = models.PositiveBigIntegerField(default=0)
    # When all usual prices were last worked out.
    usual_prices_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def grow(cls) -> None:
        """Call after any change of the catalogue that bypasses ``Product.save``."""
        if not cls.objects.filter(pk=1).update(value=F("value") + 1):
            cls.objects.get_or_create(pk=1, defaults={"value": 1})

    @classmethod
    def current(cls) -> int:
        return cls.objects.filter(pk=1).values_list("value", flat=True).first() or 0
