"""Trade abbreviations written out, for the types that types.csv does not name."""

from __future__ import annotations

import re

WORDS = {
    "ADLT": "adult",
    "BBQ": "BBQ",
    "BN": "bean",
    "BRD": "breaded",
    "BRKFST": "breakfast",
    "BTL": "bottle",
    "BTR": "batter",
    "CARB": "carbonated",
    "CATFD": "cat food",
    "CHIX": "chicken",
    "CHOC": "chocolate",
    "CHOCOCLATE": "chocolate",
    "CKE": "cake",
    "CND": "canned",
    "CNTRL": "control",
    "CONC": "concentrate",
    "CRMD": "creamed",
    "DAN": "Danish",
    "DECAFFINATED": "decaf",
    "DISPOSIBLE": "disposable",
    "DNR": "dinner",
    "DNRS": "dinners",
    "DNRK": "drink",
    "DOGFD": "dog food",
    "DRNK": "drink",
    "DRNKS": "drinks",
    "DRSNG": "dressing",
    "FD": "food",
    "FLVR": "flavor",
    "FLVRD": "flavored",
    "FRD": "fried",
    "FRE": "fresh",
    "FRZ": "frozen",
    "FRZN": "frozen",
    "GDS": "goods",
    "GRND": "ground",
    "HND": "hand",
    "IQF": "",
    "JCE": "juice",
    "LIQ": "liquid",
    "LIQS": "liquids",
    "MAY": "mayonnaise",
    "MISC": "assorted",
    "MISCELLANEOUS": "assorted",
    "MLK": "milk",
    "MLT": "multi",
    "MNR": "mineral",
    "MXS": "mixes",
    "NAT": "natural",
    "OJ": "orange juice",
    "PK": "pack",
    "PKLD": "pickled",
    "PNCH": "punch",
    "PNT": "peanut",
    "PPK": "",
    "PREM": "premium",
    "PREP": "prepared",
    "PREPACK": "",
    "PWDR": "powder",
    "REFIGERATED": "refrigerated",
    "REFRIG": "refrigerated",
    "RTS": "ready-to-serve",
    "RW": "",
    "SAL": "salad",
    "SALD": "salad",
    "SAUS": "sausage",
    "SFT": "soft",
    "SGL": "single",
    "SNDWCH": "sandwich",
    "SNGL": "single",
    "SPECILATY": "specialty",
    "SPRD": "spread",
    "SRV": "serve",
    "SS": "single-serve",
    "SUBS": "substitutes",
    "SUP": "super",
    "SV": "serve",
    "SW": "sweet",
    "SWT": "sweet",
    "SWEE": "sweetener",
    "TRSH": "trash",
    "UNSWE": "unsweetened",
    "VAC": "",
    "VEG": "vegetable",
    "W": "with",
    "WHL": "whole",
    "WHLSM": "wholesome",
    "WTR": "water",
    "YOG": "yogurt",
}
_NOTES = re.compile(r"\((?:[^)]*\)|[^)]*$)")
"""Notes in brackets name brands or shares of juice, and are often cut off."""


def readable(trade: str) -> str:
    """A trade text as a sentence-case phrase: "FRZN BRD FILLETS (EX: …" → "Frozen breaded fillets".

    A text of notes and codes only comes back with its words in lower case, never empty.
    """
    text = _NOTES.sub(" ", trade).replace("&", " & ")
    words = [
        WORDS.get(word, word.lower()) for word in re.split(r"[\s,:;/.-]+", text.upper()) if word
    ]
    phrase = " ".join(word for word in words if word).strip("& ")
    phrase = phrase or " ".join(re.findall(r"[A-Z]+", trade.upper())).lower()
    return phrase[:1].upper() + phrase[1:]
