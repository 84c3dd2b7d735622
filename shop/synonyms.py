"""What people say for what is written on the shelf: word → other words for the same thing."""

from __future__ import annotations

SYNONYMS: dict[str, tuple[str, ...]] = {
    "aubergine": ("eggplant",),
    "biscuit": ("cookie", "cracker"),
    "catsup": ("ketchup",),
    "coke": ("soda", "soft drink"),
    "cola": ("soda", "soft drink"),
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
