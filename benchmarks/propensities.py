"""Do logged propensities help a ranker beside LightGBM's ``position=``? Where truth is known.

    DATA_DIR=<a prepared store> python -m benchmarks.propensities [visits] [fresh] [seed …]

Shoppers of ``prove_learning`` see slates that the written weights order, with the store's own share
of exploration, and look at place p with probability 1/p. LambdaMART learns from the same slates in
several ways, and whole fresh lists are judged by true utility (NDCG@10). Prints means over seeds,
and the paired difference to ``position=`` alone with its 95 % interval over lists and seeds.
"""

from __future__ import annotations

import os
import sys
import time

import django
import numpy as np

MOST = (2.0, 3.0, 10.0, 100.0)


def main(slates: int, fresh: int, seeds: list[int]) -> None:
    from recommender.proof import world
    from recommender.proof.curve import Exam, learned_from
    from recommender.ranking.metrics import paired_difference

    store = world.read()
    marks: dict[str, list[np.ndarray]] = {}
    for seed in seeds:
        start = time.perf_counter()
        training = learned_from(store.scenes(slates, seed=seed), seed=seed, biased=True)
        exam = Exam.of(store.scenes(fresh, seed=10_000 + seed), seed=10_000 + seed)
        p = training.rows["propensity"].to_numpy()
        print(
            f"seed {seed}: {len(training)} informative slates, {np.mean(p < 0.5):.1%} of the rows "
            f"explored, {time.perf_counter() - start:.0f} s",
            flush=True,
        )
        for name, ranker in _variants(training, seed):
            marks.setdefault(name, []).append(exam.marks(ranker)[0])
    shoppers = np.arange(len(seeds) * fresh)
    base = np.concatenate(marks["position="])
    print("\n| LambdaMART | NDCG@10 | against `position=` |\n|---|---|---|")
    for name, values in marks.items():
        own = np.concatenate(values)
        rng = np.random.default_rng(0)
        mean, low, high = paired_difference(own, base, shoppers, rng=rng)
        print(f"| {name} | {own.mean():.3f} | {mean:+.3f} [{low:+.3f}, {high:+.3f}] |")


def _variants(training, seed):
    weights, positions = training.row_weights(), training.positions()
    propensity = training.rows["propensity"].to_numpy()
    yield "plain", _fitted(training, weights, None, seed)
    yield "position=", _fitted(training, weights, positions, seed)
    for most in MOST:
        inverse = np.minimum(1.0 / propensity, most)
        overall = inverse / inverse.mean()
        starts = np.cumsum(training.groups) - training.groups
        means = np.add.reduceat(inverse, starts) / training.groups
        inside = inverse / np.repeat(means, training.groups)
        for words, own in (("", overall), (", within the slate", inside)):
            name = f"1/propensity, at most {most:g}{words}"
            yield f"position= and {name}", _fitted(training, weights * own, positions, seed)
        name = f"1/propensity, at most {most:g}"
        yield name, _fitted(training, weights * overall, None, seed)


def _fitted(training, weights, positions, seed):
    """As ``rungs`` does: rounds by the newest fifth, then all slates."""
    from recommender.ranking import ranker, rungs

    cut = len(training) - round(len(training) * rungs.LATER_SHARE)
    earlier = np.arange(len(training)) < cut
    first = np.repeat(earlier, training.groups)
    before, later = training.slates(earlier), training.slates(~earlier)
    probe = ranker.fit(
        (before.features, before.labels, before.groups),
        later=(later.features, later.labels, later.groups),
        weights=weights[first],
        positions=None if positions is None else positions[first],
        later_positions=None if positions is None else positions[~first],
        seed=seed,
    )
    return ranker.fit(
        (training.features, training.labels, training.groups),
        weights=weights,
        positions=positions,
        rounds=max(rungs.FEWEST_ROUNDS, probe.booster.num_trees()),
        seed=seed,
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    given = [int(value) for value in sys.argv[1:]]
    slates, fresh, *seeds = given or [2500, 200, 1, 2, 3]
    main(slates, fresh, seeds)
