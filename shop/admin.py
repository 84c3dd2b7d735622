"""The back office of the store. Nothing here draws a select box over a table that grows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.auth.admin import UserAdmin
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import storages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from shop import personal, pictures, usual_prices
from shop.models import (
    Brand,
    CatalogueVersion,
    Category,
    DietProfile,
    Member,
    Order,
    OrderLine,
    PriceChange,
    Product,
)

admin.site.site_title = admin.site.site_header = "Basketwise"
admin.site.index_title = "Back office"


class ReadOnly:
    """Rows that only the store itself writes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ProductForm(forms.ModelForm):
    """With a file for the picture, which is checked and made small before it is kept."""

    upload = forms.FileField(
        required=False,
        label="New picture",
        help_text="JPEG, PNG or WebP of at most 10 MB; kept as WebP of at most 640 pixels.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    without_picture = forms.BooleanField(required=False, label="Take the picture away")

    def clean_upload(self) -> pictures.Picture | None:
        file = self.cleaned_data["upload"]
        if file is None:
            return None
        try:
            return pictures.keep(file)
        except pictures.NoPicture as problem:
            raise forms.ValidationError(str(problem)) from None


class PriceChanges(ReadOnly, admin.TabularInline):
    model = PriceChange
    fields = readonly_fields = ("since", "price", "regular_price")
    extra = 0


class OfTheCatalogue(admin.ModelAdmin):
    """What the rankers' columns are read from: they hear of every change and removal."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        CatalogueVersion.grow()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        CatalogueVersion.grow()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        super().delete_queryset(request, queryset)
        CatalogueVersion.grow()


@admin.register(Product)
class ProductAdmin(OfTheCatalogue):
    form = ProductForm
    list_display = ["sku", "name", "brand", "price", "regular_price", "stock", "is_active"]
    list_select_related = ["brand"]
    list_filter = ["is_active"]
    search_fields = ["sku", "name"]
    autocomplete_fields = ["category", "brand"]
    readonly_fields = ["shown", "usual_price", "sold", "created_at"]
    inlines = [PriceChanges]
    ordering = ["-sold", "pk"]
    list_per_page = 50
    show_full_result_count = False

    @admin.display(description="Picture")
    def shown(self, product: Product) -> SafeString:
        picture = pictures.of(product)
        if picture is None:
            return SafeString("A drawing of the pack")
        small = pictures.small(picture) or picture
        return format_html(
            '<img src="{}" width="{}" height="{}" alt="">',
            storages["default"].url(small.name),
            small.width,
            small.height,
        )

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        """A price that changed becomes part of the price history."""
        before = pictures.of(obj)
        if "upload" in form.changed_data or form.cleaned_data.get("without_picture"):
            pictures.hang(obj, form.cleaned_data["upload"])
        super().save_model(request, obj, form, change)
        if pictures.of(obj) != before:
            pictures.sweep(before)
        if not change or {"price", "regular_price"} & set(form.changed_data):
            PriceChange.objects.create(
                product=obj,
                price=obj.price,
                regular_price=obj.regular_price,
                since=timezone.now(),
            )
            usual_prices.refresh([obj.pk], now=timezone.now())


@admin.register(Category)
class CategoryAdmin(OfTheCatalogue):
    list_display = ["name", "level", "parent"]
    list_select_related = ["parent"]
    list_filter = ["level"]
    search_fields = ["name"]
    autocomplete_fields = ["parent"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Brand)
class BrandAdmin(OfTheCatalogue):
    list_display = ["name", "own_brand"]
    list_filter = ["own_brand"]
    search_fields = ["name"]


class OrderLines(ReadOnly, admin.TabularInline):
    model = OrderLine
    fields = readonly_fields = ("name", "quantity", "price", "qid", "position")
    extra = 0


@admin.register(Order)
class OrderAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["id", "placed_at", "name", "email", "total", "saved", "origin"]
    list_filter = ["origin"]
    search_fields = ["=id", "email__startswith", "=token"]
    search_help_text = "Order number, the beginning of the e-mail address, or the whole token"
    inlines = [OrderLines]
    ordering = ["-placed_at"]
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        return super().get_queryset(request).select_related("member")


@admin.register(Member)
class MemberAdmin(UserAdmin):
    list_display = ["email", "household_id", "is_active", "is_staff", "date_joined"]
    search_fields = ["email", "=household_id"]
    ordering = ["email"]
    readonly_fields = ["household_id", "last_login", "date_joined"]
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "default_budget", "household_id")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "user_permissions")}),
        ("Moments", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "password1", "password2")}),)
    filter_horizontal = ["user_permissions"]

    def delete_model(self, request: HttpRequest, obj: Member) -> None:
        """Deleting an account here is erasing the shopper (``shop/personal.py``)."""
        personal.erase(personal.caller_of(obj))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Member]) -> None:
        for member in queryset:
            personal.erase(personal.caller_of(member))

    def has_delete_permission(self, request: HttpRequest, obj: Member | None = None) -> bool:
        """Staff are made shoppers first: their accounts sign the back office's history."""
        return super().has_delete_permission(request, obj) and not (obj and obj.is_staff)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Member]) -> Any:
        """Who erased an account is kept, whose it was is not."""
        return [
            LogEntry.objects.create(
                user_id=request.user.pk or 0,
                content_type=ContentType.objects.get_for_model(Member),
                object_id=str(member.pk),
                object_repr=f"member {member.pk}",
                action_flag=DELETION,
            )
            for member in queryset
        ]

    def save_model(self, request: HttpRequest, obj: Member, form: Any, change: bool) -> None:
        """The user name follows the address."""
        obj.username = obj.email
        super().save_model(request, obj, form, change)


@admin.register(DietProfile)
class DietProfileAdmin(admin.ModelAdmin):
    list_display = ["shopper_key", "diet_tags"]
    search_fields = ["shopper_key__startswith"]
