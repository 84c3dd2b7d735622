"""Which drawing stands for a product: a pack form read from its type, a colour from its brand.

Real pack photographs cannot be shipped; static/img/packshots.svg holds one drawing per form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

from shop.models import Product

HUES = 12

# The first form with a word in the text is taken, so special shelves stand before general ones.
_FORMS = (
    ("can", r"canned|pantry|soup|beans|soda cans|drink cans|tuna|potted|broth|beer"),
    ("bag", r"frozen|pets|chips|snack|candy|coffee|bagged|rice\b|flour|sugar|nuts|almonds|pecans"
            r"|popcorn|dry (cat|dog)|litter|treats|pretzel|charcoal|salad (mix|kit)|coleslaw|tea"
            r"|trash|marshmallow|croutons|dried|potatoes$|baking chips"),
    ("egg", r"^eggs\b"),
    ("loaf", r"bakery|bread(?!ing| crumb)|bun|roll(?!s? towel)|bagel|muffin(?! &)|donut|croissant"
             r"|loaf|tortilla|pita|danish|pastry|cake(?! mix)|pie(?! (crust|filling))"),
    ("roll", r"tissue|towel|napkin|diaper|wipes|toilet (paper|tissue)"),
    ("spray", r"clean|household|fresheners?\b|stain|spray|bleach|polish|disinfect|insect"),
    ("tube", r"tooth|lotion|sun ?screen|cosmetic|shav|ointment|muscle rub"),
    ("jar", r"jam|preserve|peanut butter|pickle|relish|pasta sauce|salsa|olive|spice|baby food"
            r"|mayonnaise|honey|mustard|horseradish|antacid|vitamin|gravy$|seasoning|salt$"
            r"|extracts|creamer|instant|sauerkraut|& baby|baby (food|cereal)|formula"),
    ("carton", r"juice|dairy|eggnog|cream\b(?! (spray|cone|bar|pop))|tofu|punch|shelf-stable milk"),
    ("jug", r"\bmilk$|detergent|softener|drinking water|baby spring|fruit drink|cider"),
    ("bottle", r"soda|soft drink|water|drink|syrup|dressing|oil$|vinegar|ketchup|sauce|shampoo"
               r"|soap|wine|liquor|ale\b"),
    ("tub", r"yogurt|ice cream|margarine|butter(?! crackers)|dip$|cottage|sour|pudding|cup|salad$"
            r"|spread|hummus|cheese$|gelatin|dessert|shortening"),
    ("tray", r"beef|steak|pork|chicken|turkey|lamb|meat|fish|sausage|bacon|ham\b|salami|hot dog"
             r"|shrimp|salmon|ribs|seafood|deli|pepperoni|entree|patties|rotisserie"),
    ("banana", r"banana|plantain"),
    ("leaf", r"lettuce|spinach|greens|herb|cabbage|kale|broccoli|celery"),
    ("root", r"carrot|radish|parsnip|turnip|beets?\b"),
    ("berries", r"berr|grape(?!fruit)|cherries"),
    ("produce", r"fruit|vegetable|apple|banana|berr|citrus|grape|melon|tomato|potato|onion|lettuce"
                r"|pepper|mushroom|carrot|broccoli|squash|peach|pear|plum|orange|corn$|garlic|kiwi"
                r"|mango|avocado|herb|radish|spinach|greens|nectarine|tangerine|cauliflower|produce"),
)  # fmt: skip
_COMPILED = tuple((form, re.compile(words, re.IGNORECASE)) for form, words in _FORMS)


LOOSE = frozenset({"banana", "leaf", "root", "berries", "produce"})
"""What is sold without a printed pack, and so without a label."""

# What has no printed pack has the colour of the thing itself; hues as in the stylesheet.
_NATURAL = (
    (LOOSE, 2, r"banana|lemon|squash|corn|pineapple|pear|potato"),
    (LOOSE, 1, r"orange|carrot|peach|nectarine|tangerine|mango|clementine"),
    (LOOSE, 0, r"apple|tomato|strawberr|cherr|radish|melon"),
    (LOOSE, 8, r"grape|plum|berr|onion|beet|eggplant"),
    (LOOSE, 4, r""),
    ({"tray"}, 0, r"^meat\b"),
    ({"tray"}, 2, r"chicken|turkey"),
    ({"tray"}, 1, r"fish|shrimp|salmon|seafood"),
    ({"tray"}, 0, r""),
)
_LABELS = {"can": 54, "box": 53, "tube": 49, "bag": 57, "tub": 64, "carton": 62, "jar": 62,
           "bottle": 63, "jug": 67, "loaf": 68, "tray": 70, "egg": 70, "spray": 70,
           "roll": 69}  # fmt: skip
"""The height of the label's base line on each drawing."""


@dataclass(frozen=True)
class Packshot:
    """A symbol of the sprite, a colour class 0–11, at most two letters for the label of a pack."""

    form: str
    hue: int
    letters: str

    @property
    def label_at(self) -> int:
        return _LABELS[self.form]


def of_product(product: Product) -> Packshot:
    """The drawing of ``product``, whose category and brand should be loaded."""
    brand = product.brand.name if product.brand else product.name
    form = form_of(product.category.name) or form_of(product.name) or "box"
    hue = _natural_hue(form, product.category.name)
    return Packshot(
        form,
        crc32(brand.encode()) % HUES if hue is None else hue,
        "" if form in LOOSE else _letters(brand),
    )


def of_shelf(name: str) -> Packshot:
    """The drawing of a department or an aisle: no label."""
    form = form_of(name) or "box"
    hue = _natural_hue(form, name)
    return Packshot(form, crc32(name.encode()) % HUES if hue is None else hue, "")


@lru_cache(maxsize=4096)
def form_of(text: str) -> str | None:
    """The pack form whose words occur in ``text``; None when none do."""
    return next((form for form, words in _COMPILED if words.search(text)), None)


@lru_cache(maxsize=4096)
def _natural_hue(form: str, text: str) -> int | None:
    return next(
        (
            hue
            for forms, hue, words in _NATURAL
            if form in forms and re.search(words, text, re.IGNORECASE)
        ),
        None,
    )


def _letters(brand: str) -> str:
    words = [word for word in re.split(r"[^\w]+", brand) if word]
    return "".join(word[0] for word in words[:2]).upper()
