"""The store's forms. A field that is wrong says so beside itself, and nothing typed is lost."""

from __future__ import annotations

import re
import uuid
from decimal import Decimal
from typing import Any

from django import forms

from shop.cart import DEAREST_BUDGET
from shop.models.carts import MOST_OF_ONE
from shop.models.catalogue import CENT
from shop.tags import DIET_TAGS

SORTS = (
    ("relevance", "Best match first"),
    ("popularity", "Most bought first"),
    ("price", "Lowest price first"),
    ("unit_price", "Lowest price per unit first"),
    ("-price", "Highest price first"),
    ("name", "By name"),
)


THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")


class MoneyField(forms.DecimalField):
    """An amount as people type it: "$1,250.00" and "1250" are the same.

    A comma that does not part thousands is refused: "12,50" is not 1250.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=9, decimal_places=2, widget=forms.TextInput(), **options)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.strip().removeprefix("$").strip()
            if THOUSANDS.fullmatch(value):
                value = value.replace(",", "")
        return super().to_python(value)


class NamesField(forms.MultipleChoiceField):
    """Names that the form does not know beforehand."""

    def valid_value(self, value: Any) -> bool:
        return 0 < len(value) <= 120 and "\0" not in value


class CatalogueForm(forms.Form):
    """What a catalogue page is asked for; a wrong field counts as not given, and is told."""

    search = forms.CharField(required=False, max_length=80)
    min_price = MoneyField(
        required=False,
        min_value=0,
        error_messages=dict.fromkeys(("invalid", "min_value"), "The lower price is not an amount."),
    )
    max_price = MoneyField(
        required=False,
        min_value=0,
        error_messages=dict.fromkeys(("invalid", "min_value"), "The upper price is not an amount."),
    )
    promotion = forms.BooleanField(required=False)
    brand = NamesField(required=False)
    diet = forms.MultipleChoiceField(required=False, choices=list(DIET_TAGS.items()))
    sort = forms.ChoiceField(required=False, choices=SORTS)
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000)

    @property
    def wanted(self) -> dict[str, Any]:
        """Every field, with what counts where nothing valid was given."""
        given = self.cleaned_data
        return {
            "search": given.get("search", ""),
            "min_price": given.get("min_price"),
            "max_price": given.get("max_price"),
            "promotion": given.get("promotion", False),
            "brand": given.get("brand", []),
            "diet": given.get("diet", []),
            "sort": given.get("sort") or "relevance",
            "page": given.get("page") or 1,
        }

    @property
    def typed(self) -> dict[str, str]:
        """The amounts as they were typed, to stand in their fields again."""
        return {name: self.data.get(name, "") for name in ("min_price", "max_price")}


class PageForm(forms.Form):
    """Which page of a list."""

    page = forms.IntegerField(required=False, min_value=1, max_value=100_000)


class RecentForm(forms.Form):
    """The product on whose page the list stands."""

    but = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class OrderForm(forms.Form):
    """Which earlier order the cart was filled from."""

    again = forms.UUIDField()


class BudgetField(MoneyField):
    """Above 0; empty: no budget."""

    def __init__(self, **options: Any) -> None:
        too_much = "A budget is below 10,000,000."
        super().__init__(
            required=False,
            min_value=CENT,
            max_value=DEAREST_BUDGET,
            error_messages={
                "invalid": "A budget is an amount such as 60 or 59.90.",
                "min_value": "A budget is an amount above 0.",
                "max_digits": too_much,
                "max_value": too_much,
                "max_whole_digits": too_much,
                "max_decimal_places": "A budget has at most two decimals.",
            },
            **options,
        )


class BudgetForm(forms.Form):
    """An empty budget takes it away."""

    budget = BudgetField()


class DefaultBudgetForm(forms.Form):
    """What a new cart starts with."""

    default_budget = BudgetField(
        label="Budget of a new cart", help_text="Empty: a new cart has no budget."
    )


class SlateItemForm(forms.Form):
    """Which item of which slate."""

    qid = forms.UUIDField()
    position = forms.IntegerField(min_value=1, max_value=100)


class FavouriteForm(forms.Form):
    """Which product."""

    product_id = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class FitForm(forms.Form):
    """Which previewed set of swaps."""

    qid = forms.UUIDField()


class AddForm(forms.Form):
    """What goes into the cart, and the slate item that led there."""

    product_id = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    quantity = forms.IntegerField(min_value=1, max_value=MOST_OF_ONE, required=False)
    qid = forms.UUIDField(required=False)
    position = forms.IntegerField(min_value=1, max_value=100, required=False)

    def clean_quantity(self) -> int:
        return self.cleaned_data["quantity"] or 1


class PacksForm(forms.Form):
    """How many packs of a product the cart shall hold; 0 takes it out."""

    product_id = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    quantity = forms.IntegerField(min_value=0, max_value=MOST_OF_ONE)


class QuantityForm(forms.Form):
    """What stands in the field, and the step of the button that was pressed beside it."""

    step = forms.IntegerField(min_value=-1, max_value=1, required=False)
    quantity = forms.IntegerField(
        min_value=1,
        max_value=MOST_OF_ONE,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            f"A quantity is a number from 1 to {MOST_OF_ONE}.",
        ),
    )


EMAIL_WORDS = {
    "required": "Please give an e-mail address.",
    "invalid": "This is not an e-mail address; it looks like name@example.com.",
}


class CheckoutForm(forms.Form):
    """The key is drawn when the form is shown, so that sending it twice is one order."""

    name = forms.CharField(
        max_length=120,
        label="Your name",
        error_messages={"required": "Please tell us who collects the order."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label="E-mail address",
        help_text="For the receipt.",
        error_messages=EMAIL_WORDS,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    idempotency_key = forms.CharField(max_length=80, widget=forms.HiddenInput)
    expected_total = MoneyField(min_value=Decimal("0"))
    # The lines as they are shown (shop/moved.py): to tell what moved, if something did.
    shown = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, total: Decimal, shown: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["shown"].initial = shown
        self.fields["expected_total"].widget = forms.HiddenInput()
        self.fields["idempotency_key"].initial = uuid.uuid4
        self.fields["expected_total"].initial = total


class EraseForm(forms.Form):
    """The step before everything goes."""

    sure = forms.BooleanField(error_messages={"required": "Please tick that you know it."})


class DietForm(forms.Form):
    diet_tags = forms.MultipleChoiceField(
        required=False,
        choices=lambda: list(DIET_TAGS.items()),
        widget=forms.CheckboxSelectMultiple,
        label="Diet",
    )
