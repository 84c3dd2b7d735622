from __future__ import annotations

import hashlib

import lightgbm
import numpy as np
import pytest

from recommender.ranking import artifact, ranker, rungs
from recommender.ranking.errors import ForeignFingerprint, UntrustedArtifact
from recommender.ranking.features.schema import NAMES, fingerprint
from recommender.ranking.linear import LinearRanker, hand_signed
from tests.ranking import lessons

TRAINING = lessons.training(30)
LTR = ranker.fit((TRAINING.features, TRAINING.labels, TRAINING.groups), rounds=15)
RANKERS = pytest.mark.parametrize(
    "scorer",
    [LTR, rungs.fit_linear(TRAINING), hand_signed(), rungs.fit_stacked(TRAINING)],
    ids=lambda s: s.policy,
)


def _verify(data: bytes, *, ledger: bytes | None = None, **changed):
    """``data`` against a ledger that was written for ``ledger`` (None: for the same bytes)."""
    told = data if ledger is None else ledger
    expected = {
        "sha256": hashlib.sha256(told).hexdigest(),
        "size": len(told),
        "fingerprint": fingerprint(),
        "golden": artifact.golden(LTR, TRAINING.features),
    } | changed
    return artifact.verify(data, **expected)


@pytest.fixture
def loaded(monkeypatch) -> list:
    """What was handed to LightGBM."""
    seen: list = []
    booster = lightgbm.Booster
    monkeypatch.setattr(lightgbm, "Booster", lambda **k: seen.append(k) or booster(**k))
    return seen


@RANKERS
def test_a_ranker_is_read_back_with_the_same_scores_and_bytes(scorer):
    data = artifact.dump(scorer)
    again = _verify(data, golden=artifact.golden(scorer, TRAINING.features))
    fresh = lessons.features(20, 5, seed=9)
    assert again.score(fresh).tobytes() == scorer.score(fresh).tobytes()
    assert (again.policy, again.fingerprint) == (scorer.policy, scorer.fingerprint)
    assert artifact.dump(again) == data == artifact.dump(scorer)


def test_a_whole_file_is_handed_to_lightgbm_once(loaded):
    _verify(artifact.dump(LTR))
    assert len(loaded) == 1


@pytest.mark.parametrize("kept", [0, 1, 20, 500, -1])
def test_a_truncated_file_never_reaches_lightgbm(loaded, kept):
    whole = artifact.dump(LTR)
    with pytest.raises(UntrustedArtifact, match=f"the ledger says {len(whole)}"):
        _verify(whole[:kept], ledger=whole)
    assert loaded == []


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.9])
def test_a_flipped_bit_never_reaches_lightgbm(loaded, share):
    whole = artifact.dump(LTR)
    at = int(share * len(whole))
    with pytest.raises(UntrustedArtifact, match="SHA-256"):
        _verify(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :], ledger=whole)
    assert loaded == []


def test_a_ranker_of_other_features_never_reaches_lightgbm(loaded):
    data = artifact.dump(LTR)
    with pytest.raises(ForeignFingerprint, match="train again before it may serve"):
        _verify(data, fingerprint="f" * 64)
    assert loaded == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"tree\nversion=v4\n",
        b"\xff\xfe binary",
        b'# basketwise {"kind": "ltr"}\ntree',
        b"# basketwise nonsense\ntree",
        b'# another shop {"kind": "ltr", "fingerprint": "x"}\ntree',
        b'# basketwise {"kind": "neural", "fingerprint": "x"}\ntree',
    ],
)
def test_what_is_no_ranker_is_refused_even_when_the_ledger_knows_it(loaded, data):
    with pytest.raises(UntrustedArtifact):
        _verify(data, fingerprint="x")
    assert loaded == []


def test_golden_rows_that_score_otherwise_are_refused():
    golden = artifact.golden(LTR, TRAINING.features)
    golden["scores"][3] += 1e-6
    with pytest.raises(UntrustedArtifact, match="1 of 17 golden rows score otherwise"):
        _verify(artifact.dump(LTR), golden=golden)


def test_a_score_that_is_not_a_number_is_refused():
    broken = LinearRanker(*(np.full(len(NAMES), value) for value in (0.0, 1.0, np.nan)))
    golden = artifact.golden(hand_signed(), TRAINING.features)
    with pytest.raises(UntrustedArtifact, match="17 of 17 golden rows"):
        _verify(artifact.dump(broken), golden=golden)


def test_golden_rows_are_spread_and_hold_one_that_knows_nothing():
    golden = artifact.golden(LTR, TRAINING.features)
    assert len(golden["rows"]) == len(golden["scores"]) == 17
    assert golden["rows"][0] == TRAINING.features[0].tolist()
    assert golden["rows"][15] == TRAINING.features[-1].tolist()
    assert golden["rows"][16] == [None] * len(NAMES)


def test_few_rows_are_golden_once_each():
    assert len(artifact.golden(LTR, TRAINING.features[:3])["rows"]) == 4
