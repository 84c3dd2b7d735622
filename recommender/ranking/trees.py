"""A LightGBM model's text, taken apart into its trees.

The score is the sum of what the trees say. When only one feature changes, only the trees that split
on it say something else: they alone have to be asked again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

TREE, SIZES, SPLITS = "Tree=", "tree_sizes=", "split_feature="


@dataclass(frozen=True)
class Trees:
    """``features`` says, per tree, which columns it splits on."""

    head: str
    trees: tuple[str, ...]
    tail: str
    features: tuple[frozenset[int], ...]

    @classmethod
    def of(cls, text: str) -> Trees:
        """From LightGBM's own text, which nobody else has touched."""
        head, *blocks = text.split(f"\n{TREE}")
        last, end, tail = blocks[-1].partition("end of trees")
        trees = tuple(f"{TREE}{block}\n" for block in (*blocks[:-1], last.removesuffix("\n")))
        return cls(head, trees, end + tail, tuple(map(_split_on, trees)))

    def splitting_on(self, columns: Collection[int]) -> list[int]:
        """The numbers of the trees that split on one of ``columns``."""
        return [at for at, own in enumerate(self.features) if not own.isdisjoint(columns)]

    def only(self, chosen: Collection[int]) -> str:
        """A model's text with these trees."""
        trees = [self.trees[at] for at in chosen]
        # LightGBM finds where a tree begins by the lengths of those before it.
        sizes = SIZES + " ".join(str(len(tree)) for tree in trees)
        head = [sizes if line.startswith(SIZES) else line for line in self.head.split("\n")]
        return "\n".join(head) + "\n" + "".join(trees) + self.tail


def _split_on(tree: str) -> frozenset[int]:
    (line,) = (line for line in tree.split("\n") if line.startswith(SPLITS))
    return frozenset(int(at) for at in line.removeprefix(SPLITS).split())
