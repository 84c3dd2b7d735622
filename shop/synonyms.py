"""What people say for what is written on the shelf: word → other words for the same thing."""

from __future__ import annotations

SYNONYMS: dict[str, tuple[str, ...]] = {
    "aubergine": ("eggplant",),
    "biscuit": ("cookie", "cracker"),
    "catsup": ("ketchup",),
    # Not plain "soda": that finds baking soda too.
    "coke": ("soda can", "soda bottle", "soda single", "soda 2", "soft drink"),
    "cola": ("soda can", "soda bottle", "soda single", "soda 2", "soft drink"),
    "courgette": ("zucchini",),
    "coriander": ("cilantro",),
    "crisp": ("chip",),
    "fizzy": ("soda", "soft drink", "sparkling"),
    "hoagie": ("sandwich",),
    "kleenex": ("tissue",),
    "lolly": ("candy", "sucker"),
    "mince": ("ground beef",),
    "nappy": ("diaper",),
    "nappie": ("diaper",),
    "noodle": ("pasta",),
    "oj": ("orange juice",),
    "porridge": ("oatmeal", "hot cereal"),
    "prawn": ("shrimp",),
    "rocket": ("arugula",),
    "soda": ("soft drink",),
    "sweet": ("candy",),
    "washing": ("laundry", "detergent"),
    "yoghurt": ("yogurt",),
}
