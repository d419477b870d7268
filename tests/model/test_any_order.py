"""Sampling in any order, against a scripted denoiser: what is committed when, and what an answer scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lacuna.model.sampling.any_order import by_confidence, finished, masked
from lacuna.model.sampling.beginnings import Beginning
from tests.model.scripted import MASK, SPELLINGS, VOCABULARY, Script

SURE = by_confidence(0.9)


def run(script, *lengths, policy=SURE, head=b""):
    begun = masked(np.array(lengths), np.zeros(len(lengths), np.float32), MASK)
    return list(finished(script, begun, Beginning(head, VOCABULARY), policy))


def spelled(drafts, candidate=0):
    return b"".join(SPELLINGS[token] for token in drafts.slots[candidate, : drafts.lengths[candidate]])


def test_sure_slots_are_committed_at_once():
    (draft,) = run(Script([5, 6, 7], [0.95], {3: 1.0}), 3)
    assert draft.slots.tolist() == [[5, 6, 7]]


def test_unsure_slots_are_committed_one_a_step_surest_first():
    drafts = run(Script([5, 6, 7], [0.3, 0.5, 0.4], {3: 1.0}), 3)
    assert [draft.slots[0].tolist() for draft in drafts] == [[MASK, 6, MASK], [MASK, 6, 7], [5, 6, 7]]


def test_an_answer_scores_the_product_of_its_tokens():
    *_, last = run(Script([5, 6], [0.5, 0.8], {2: 1.0}), 2)
    assert np.exp(last.scores[0]) == pytest.approx(0.5 * 0.8, rel=1e-4)
    assert last.step == 2


def test_several_lengths_are_denoised_as_one_batch():
    script = Script([5, 6, 7], [0.95], {3: 1.0})
    *_, last = run(script, 3, 1, 2)
    assert [row[:n].tolist() for row, n in zip(last.slots, (3, 1, 2), strict=True)] == [[5, 6, 7], [5], [5, 6]]
    assert len(script.calls) == 1


def test_the_network_never_sees_a_canvas_without_slots():
    script = Script([5], [0.5], {1: 1.0})
    run(script, 0, 2)
    assert all((lengths >= 1).all() for _, lengths in script.calls)


def test_closing_it_makes_no_further_call():
    script = Script([5, 6, 7], [0.3], {3: 1.0})
    steps = finished(script, masked(np.array([3]), np.zeros(1, np.float32), MASK), Beginning(b"", VOCABULARY), SURE)
    next(steps)
    steps.close()
    assert len(script.calls) == 1


@given(arrays(np.float32, (2, 6), elements=st.floats(0.0078125, 1, width=32)), arrays(bool, (2, 6)), st.floats(0, 1))
def test_a_policy_commits_masked_slots_only_and_at_least_one(probability, is_masked, threshold):
    chosen = by_confidence(threshold)(probability, is_masked)
    assert not (chosen & ~is_masked).any()
    assert (chosen.any(-1) == is_masked.any(-1)).all()


def test_what_fits_is_weighed_by_itself():
    """Tokens that fit the head share a probability of one, however unlikely each was before."""
    *_, last = run(Script([10, 9], [0.93, 0.95], {2: 1.0}), 2, head=b"p")
    assert np.exp(last.scores[0]) == pytest.approx(1 / 3 * 0.95, rel=1e-3)  # "p", "pr", "print" are alike


def test_a_beginning_of_several_tokens_is_spelled_from_the_left():
    drafts = run(Script([5, 7, 8, 9], [0.9], {4: 1.0}), 4, head=b"print(")
    assert spelled(drafts[-1]) == b"print("
    assert [int((draft.slots != MASK).sum()) for draft in drafts][:3] == [1, 2, 3]


def test_a_candidate_too_short_for_its_beginning_scores_nothing():
    *_, last = run(Script([5, 7, 8], [0.9], {3: 1.0}), 1, 3, head=b"print")
    assert last.scores[0] == -np.inf
    assert np.isfinite(last.scores[1])


def test_a_candidate_that_three_finished_ones_beat_is_not_denoised_further():
    script = Script([5, 6, 7, 8, 9, 10], [0.95, 0.95, 0.95, 0.3], {6: 1.0})
    *_, last = run(script, 1, 2, 3, 6)
    assert sorted(last.lengths.tolist()) == [1, 2, 3]
    assert len(script.calls) == 1


def test_an_unfinished_candidate_that_leads_is_denoised_to_its_end():
    script = Script([5, 6, 7, 8], [0.95, 0.95, 0.95, 0.8], {4: 1.0})
    begun = masked(np.array([4, 1, 2, 3]), np.log(np.array([0.97, 0.01, 0.01, 0.01], np.float32)), MASK)
    *_, last = finished(script, begun, Beginning(b"", VOCABULARY), SURE)
    best = int(last.scores.argmax())
    assert last.slots[best].tolist() == [5, 6, 7, 8]
