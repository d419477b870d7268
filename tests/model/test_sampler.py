"""The sampler against a scripted denoiser: what is committed when, how lengths are chosen, what an answer scores."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lacuna.model.sampler import (
    Beginnings,
    Prediction,
    Sampling,
    by_confidence,
    denoise,
    left_to_right,
    length_logs,
    likeliest,
)
from lacuna.model.tokenizer import MASK, SPECIAL

VOCABULARY = 12
SPELLINGS = (b"", b"", b"", b"", b"p", b"pr", b"print", b"in", b"t", b"(", b"r", b")")


class Script:
    """A denoiser that knows the answers: slot i of hole g is answers[g][i], with a probability of its own."""

    def __init__(self, answers, probabilities, lengths):
        self.answers, self.probabilities, self.lengths = answers, probabilities, lengths
        self.calls = []

    def __call__(self, slots, lengths):
        self.calls.append((slots.copy(), lengths.copy()))
        _, holes, canvas = slots.shape
        logits = np.zeros((*slots.shape, VOCABULARY), np.float32)
        logits[..., :SPECIAL] = 50.0  # never to be chosen, and no part of any probability
        existence = np.zeros(slots.shape, np.float32)
        for g, slot in itertools.product(range(holes), range(canvas)):
            p = self.probabilities[g][min(slot, len(self.probabilities[g]) - 1)]
            token = self.answers[g][min(slot, len(self.answers[g]) - 1)]
            logits[:, g, slot, token] = np.log(p / (1 - p) * (VOCABULARY - SPECIAL - 1))
            survival = sum(share for length, share in self.lengths[g].items() if length > slot)
            existence[:, g, slot] = np.log(max(survival, 1e-6) / max(1 - survival, 1e-6))
        return Prediction(logits, existence)


SURE = by_confidence(0.9)


def run(script, *, canvas=8, lengths=1, policy=SURE, beginnings=None):
    holes = len(script.answers)
    begins = Beginnings(beginnings or [b""] * holes, SPELLINGS)
    return list(denoise(script, begins, holes, Sampling(canvas, lengths, policy)))


def test_sure_slots_are_committed_at_once_and_the_answer_has_the_likeliest_length():
    drafts = run(Script([[5, 6, 7]], [[0.95]], [{3: 0.8, 2: 0.2}]))
    assert drafts[-1].slots.tolist() == [[[5, 6, 7]]]
    assert len(drafts) == 1


def test_unsure_slots_are_committed_one_a_step_surest_first():
    drafts = run(Script([[5, 6, 7]], [[0.3, 0.5, 0.4]], [{3: 1.0}]))
    seen = [draft.slots[0, 0].tolist() for draft in drafts]
    assert seen == [[MASK, MASK, MASK], [MASK, 6, MASK], [MASK, 6, 7], [5, 6, 7]]


def test_left_to_right_is_the_autoregressive_order():
    drafts = run(Script([[5, 6, 7]], [[0.3, 0.99, 0.4]], [{3: 1.0}]), policy=left_to_right)
    assert [int((draft.slots != MASK).sum()) for draft in drafts] == [0, 1, 2, 3]
    assert drafts[1].slots[0, 0, 0] == 5


def test_an_answer_scores_the_product_of_its_length_and_tokens():
    drafts = run(Script([[5, 6]], [[0.5, 0.8]], [{2: 0.75, 1: 0.25}]))
    assert np.exp(drafts[-1].scores[0]) == pytest.approx(0.75 * 0.5 * 0.8, rel=1e-4)


def test_several_lengths_are_denoised_as_one_batch():
    script = Script([[5, 6, 7]], [[0.95]], [{3: 0.5, 1: 0.3, 2: 0.2}])
    drafts = run(script, lengths=3)
    assert drafts[-1].lengths.tolist() == [[3], [1], [2]]
    assert [row[0, :n].tolist() for row, n in zip(drafts[-1].slots, (3, 1, 2), strict=True)] == [[5, 6, 7], [5], [5, 6]]


def test_several_holes_are_filled_jointly_in_the_same_steps():
    script = Script([[5, 6], [7, 8, 9]], [[0.5], [0.5]], [{2: 1.0}, {3: 1.0}])
    drafts = run(script)
    assert [row[:n].tolist() for row, n in zip(drafts[-1].slots[0], (2, 3), strict=True)] == [[5, 6], [7, 8, 9]]
    assert all(slots.shape[:2] == (1, 2) for slots, _ in script.calls)


def test_an_empty_answer_needs_no_second_step():
    script = Script([[5]], [[0.5]], [{0: 0.9, 1: 0.1}])
    (draft,) = run(script)
    assert draft.lengths.tolist() == [[0]]
    assert np.exp(draft.scores[0]) == pytest.approx(0.9, rel=1e-3)


def test_the_network_never_sees_a_canvas_without_slots():
    script = Script([[5], [6, 7]], [[0.5], [0.5]], [{0: 1.0}, {2: 1.0}])
    run(script)
    assert all((lengths >= 1).all() for _, lengths in script.calls)


def test_closing_it_makes_no_further_call():
    script = Script([[5, 6, 7]], [[0.3]], [{3: 1.0}])
    steps = denoise(script, Beginnings([b""], SPELLINGS), 1, Sampling(8, 1, by_confidence(0.9)))
    next(steps)
    steps.close()
    assert len(script.calls) == 1


@given(arrays(np.float32, (2, 5), elements=st.floats(-8, 8, width=32)))
def test_length_probabilities_are_a_distribution(existence):
    assert np.exp(length_logs(existence)).sum(-1) == pytest.approx(np.ones(2), abs=1e-5)


def test_lengths_from_existence_match_the_closed_form():
    shares = np.array([0.1, 0.2, 0.4, 0.3])  # of lengths 0, 1, 2, 3 or more
    survival = 1 - np.cumsum(shares)[:3]
    logs = length_logs(np.log(survival / (1 - survival))[None].astype(np.float32))
    assert np.exp(logs[0]) == pytest.approx(shares, abs=1e-5)


@given(arrays(np.float32, (3, 4), elements=st.floats(-6, 0, width=32)), st.integers(1, 6))
def test_the_likeliest_combinations_are_those_of_an_exhaustive_search(logs, count):
    lengths, scores = likeliest(logs, count)
    sums = (sum(map(float, row)) for row in itertools.product(*logs))
    every = sorted(sums, reverse=True)
    assert scores == pytest.approx(every[:count], abs=1e-4)
    assert len({tuple(row) for row in lengths.tolist()}) == count


@given(
    arrays(np.float32, (2, 3, 6), elements=st.floats(0.0078125, 1, width=32)), arrays(bool, (2, 3, 6)), st.floats(0, 1)
)
def test_a_policy_commits_masked_slots_only_and_at_least_one(probability, masked, threshold):
    for policy in (by_confidence(threshold), left_to_right):
        chosen = policy(probability, masked)
        assert not (chosen & ~masked).any()
        assert (chosen.any(-1) == masked.any(-1)).all()


def spelled(drafts, candidate=0):
    return b"".join(SPELLINGS[token] for token in drafts.slots[candidate, 0, : drafts.lengths[candidate, 0]])


def test_an_answer_begins_with_what_stands_before_the_cursor():
    drafts = run(Script([[10, 9, 11]], [[0.95]], [{3: 1.0}]), beginnings=[b"pri"])
    assert spelled(drafts[-1]).startswith(b"pri")


def test_what_fits_is_weighed_by_itself():
    """Of "pr" and "print", both of which fit and neither of which was likely, each gets its share of one."""
    drafts = run(Script([[10, 9]], [[0.93, 0.95]], [{2: 1.0}]), beginnings=[b"p"])
    assert np.exp(drafts[-1].scores[0]) == pytest.approx(1 / 3 * 0.95, rel=1e-3)  # "p", "pr", "print" are alike


def test_a_beginning_of_several_tokens_is_spelled_from_the_left():
    drafts = run(Script([[5, 7, 8, 9]], [[0.9]], [{4: 1.0}]), beginnings=[b"print("])
    assert spelled(drafts[-1]) == b"print("
    assert [int((draft.slots != MASK).sum()) for draft in drafts][:3] == [1, 2, 3]


def test_a_candidate_too_short_for_its_beginning_scores_nothing():
    script = Script([[5, 7, 8]], [[0.9]], [{1: 0.6, 3: 0.4}])
    drafts = run(script, lengths=2, beginnings=[b"print"], policy=left_to_right)[-1]
    by_length = dict(zip(drafts.lengths[:, 0].tolist(), drafts.scores.tolist(), strict=True))
    assert by_length[1] == -np.inf
    assert np.isfinite(by_length[3])


def test_a_candidate_that_three_finished_ones_beat_is_not_denoised_further():
    script = Script([[5, 6, 7, 8, 9, 10]], [[0.95, 0.95, 0.95, 0.3]], [{1: 0.3, 2: 0.3, 3: 0.3, 6: 0.1}])
    drafts = run(script, lengths=4)
    assert sorted(drafts[-1].lengths[:, 0].tolist()) == [1, 2, 3]
    assert len(script.calls) == 1


def test_an_unfinished_candidate_that_leads_is_denoised_to_its_end():
    script = Script([[5, 6, 7, 8]], [[0.95, 0.95, 0.95, 0.8]], [{4: 0.97, 1: 0.01, 2: 0.01, 3: 0.01}])
    drafts = run(script, lengths=4)
    best = int(drafts[-1].scores.argmax())
    assert drafts[-1].lengths[best].tolist() == [4]
    assert drafts[-1].slots[best, 0].tolist() == [5, 6, 7, 8]
