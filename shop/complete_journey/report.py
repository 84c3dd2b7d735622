"""What the load says about sizes and tags: shares parsed, what was not, counts."""

from __future__ import annotations

import pandas as pd

SHOWN = 20


def text(products: pd.DataFrame) -> str:
    """``products`` as ``selection.described`` makes them, with paid (cents) and units."""
    worth = products["paid"] * products["units"] / 100
    written = products["package_size"] != ""
    known = products["amount"].notna()
    lines = [
        f"Sizes: {written.mean():.1%} of the products have one in the data "
        f"({_share(worth, written):.1%} of the revenue); "
        f"amount known for {known.mean():.1%} ({_share(worth, known):.1%} of the revenue), "
        f"{known[written].mean():.1%} of the written ones "
        f"({_share(worth[written], known[written]):.1%}).",
        f"Written, but no usable amount (top {SHOWN} of {int((written & ~known).sum())} "
        "by revenue):",
    ]
    lost = products[written & ~known].assign(worth=worth).sort_values("worth", ascending=False)
    lines += [
        f"  {row.package_size:<12} {row.product_type:<32} ${row.paid / 100:.2f}  {row.name}"
        for row in lost.head(SHOWN).itertuples()
    ]
    for kind in ("quality", "diet"):
        counts = products[kind].explode().value_counts()
        told = ", ".join(f"{tag} {count}" for tag, count in counts.items())
        lines.append(f"{kind.capitalize()} tags: {told}.")
    return "\n".join(lines)


def _share(worth: pd.Series, chosen: pd.Series) -> float:
    return float(worth[chosen].sum() / worth.sum()) if worth.sum() else 0.0
