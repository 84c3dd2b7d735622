"""Text vectors and semantic clusters of products.

The default embedder is character n-gram TF-IDF with a truncated SVD: on grocery names it was
measured level with a small sentence transformer at a twentieth of the cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.query import Ints

DIMENSIONS = 128
PRODUCTS_PER_CLUSTER = 8
MOST_CLUSTERS = 1000


class Embedder(Protocol):
    """Anything that turns product texts into vectors of unit length."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (texts, d), float32; an empty text is a zero vector."""
        ...


class CharacterNgrams:
    """TF-IDF of character 2- to 4-grams within words, reduced to 128 dimensions (LSA)."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer

        if not any(text.strip() for text in texts):
            return np.zeros((len(texts), 1), dtype=np.float32)
        grams = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, dtype=np.float32
        ).fit_transform(texts)
        dimensions = min(DIMENSIONS, *(size - 1 for size in grams.shape))
        if dimensions < 2:
            dense = grams.toarray()
        else:
            dense = TruncatedSVD(dimensions, random_state=0).fit_transform(grams)
        return _unit(np.asarray(dense, dtype=np.float32))


def clusters(text: NDArray[np.float32]) -> Ints:
    """A semantic cluster per row, about eight products in each, at most 1,000, shape (n,)."""
    from sklearn.cluster import MiniBatchKMeans

    wanted = min(MOST_CLUSTERS, max(1, len(text) // PRODUCTS_PER_CLUSTER))
    if wanted == 1:
        return np.zeros(len(text), dtype=np.int64)
    means = MiniBatchKMeans(wanted, random_state=0, n_init=1, batch_size=2048)
    return np.asarray(means.fit_predict(text), dtype=np.int64)


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)
    # Rows lie together, so that a memory-mapped row is read as one piece.
    return np.ascontiguousarray(unit, dtype=np.float32)
