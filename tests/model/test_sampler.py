"""The sampler against a scripted denoiser: what is committed when, how lengths are chosen, what an answer scores."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lacuna.model.sampling.any_order import (
    Beginnings,
    Prediction,
    Sampling,
    by_confidence,
    denoise,
    finished,
    left_to_right,
    length_logs,
    likeliest,
    masked,
)
from lacuna.model.sampling.in_order import ASKED_FOR, Growing, grow
from lacuna.model.tokenizer import MASK, SPECIAL

VOCABULARY = 12
SPELLINGS = (b"", b"", b"", b"", b"p", b"pr", b"print", b"in", b"t", b"(", b"r", b")")


class Script:
    """A denoiser that knows the answers: slot i of hole g is answers[g][i], with a probability of its own."""

    def __init__(self, answers, probabilities, lengths):
        self.answers, self.probabilities, self.lengths = answers, probabilities, lengths
        self.calls = []
        self.orders = []

    def __call__(self, slots, lengths, *, in_order=False):
        self.calls.append((slots.copy(), lengths.copy()))
        self.orders.append(in_order)
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


def test_of_a_length_that_is_known_no_other_is_tried():
    script = Script([[5, 6, 7]], [[0.5]], [{1: 1.0}])
    known = masked(np.array([[3]]), np.zeros(1, np.float32))
    *_, last = finished(script, known, Beginnings([b""], SPELLINGS), left_to_right)
    assert last.slots.tolist() == [[[5, 6, 7]]]
    assert (last.step, last.scores[0]) == (3, pytest.approx(np.log(0.5**3)))
    assert all(lengths.tolist() == [[3]] for _, lengths in script.calls)


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


# --- growing from the left


def any_answer(_slots, _lengths):
    return 1.0


def grown(
    script,
    *,
    canvas=8,
    width=4,
    beginnings=None,
    in_order=False,
    lengths=None,
    worth=any_answer,
    openings=(),
    alternatives=3,
):
    holes = len(script.answers)
    most = np.full((1, holes), canvas) if lengths is None else np.array([lengths])
    growing = Growing(
        width, in_order, is_length_known=lengths is not None, openings=openings, alternatives=alternatives
    )
    return list(grow(script, Beginnings(beginnings or [b""] * holes, SPELLINGS), most, growing, worth))


def test_a_canvas_grows_until_the_next_slot_may_not_exist():
    *_, last = grown(Script([[5, 6, 7]], [[0.6]], [{3: 1.0}]))
    assert last.lengths[0].tolist() == [3]
    assert last.slots[0, 0, :3].tolist() == [5, 6, 7]


def test_a_grown_answer_scores_the_product_of_its_tokens_and_of_what_exists():
    *_, last = grown(Script([[5, 6]], [[0.7, 0.6]], [{2: 0.75, 1: 0.25}]), width=1)
    lengths = {int(n): float(score) for (n,), score in zip(last.lengths, last.scores, strict=True)}
    # Of slots 0, 1 and 2 the script says that they exist with 1, 0.75 and 0, whatever is committed.
    assert lengths[1] == pytest.approx(np.log(0.7 * 0.25), abs=1e-3)
    assert lengths[2] == pytest.approx(np.log(0.7 * 0.75 * 0.6), abs=1e-3)
    assert last.scores.tolist() == sorted(last.scores, reverse=True)


def test_a_beam_finds_what_the_likeliest_first_token_hides():
    class Misleading(Script):
        """The likeliest first token makes the second a guess; the other one makes it certain."""

        def __call__(self, slots, lengths, *, in_order=False):
            prediction = super().__call__(slots, lengths, in_order=in_order)
            logits = prediction.logits
            for b in range(len(slots)):
                logits[b, 0, 0, [5, 6]] = [2.2, 2.0]
                logits[b, 0, 1] = 0.0
                logits[b, 0, 1, 7] = 9.0 if slots[b, 0, 0] == 6 else 0.0
            return prediction

    narrow, wide = (grown(Misleading([[5]], [[0.5]], [{2: 1.0}]), width=width)[-1] for width in (1, 4))
    assert narrow.slots[0, 0, :2].tolist()[0] == 5
    assert wide.slots[0, 0, :2].tolist() == [6, 7]
    assert wide.scores[0] > narrow.scores[0]


def test_what_is_sure_is_committed_in_one_step():
    script = Script([[5, 6, 7, 8]], [[0.99]], [{4: 1.0}])
    *_, last = grown(script)
    assert last.slots[0, 0, :4].tolist() == [5, 6, 7, 8]
    assert len(script.calls) == 2, "one to commit, one to see that nothing follows"


def test_a_step_predicts_no_more_candidates_than_the_beam_is_wide():
    script = Script([[5, 6, 7]], [[0.3]], [{3: 0.5, 6: 0.5}])
    grown(script, width=3)
    assert max(len(slots) for slots, _ in script.calls) == 3


def test_holes_grow_one_after_the_other_and_see_each_other():
    script = Script([[5, 6], [7]], [[0.6], [0.6]], [{2: 1.0}, {1: 1.0}])
    *_, last = grown(script)
    assert last.lengths[0].tolist() == [2, 1]
    assert last.slots[0, 0, :2].tolist() == [5, 6]
    assert last.slots[0, 1, :1].tolist() == [7]


def test_growing_begins_as_it_must_and_ends_no_sooner():
    *_, last = grown(Script([[9, 9]], [[0.6]], [{1: 1.0}]), beginnings=[b"pri"])
    for slots, lengths in zip(last.slots, last.lengths, strict=True):
        spelled = b"".join(SPELLINGS[token] for token in slots[0, : lengths[0]])
        assert spelled.startswith(b"pri")


def test_an_answer_never_outgrows_its_canvas():
    *_, last = grown(Script([[5]], [[0.8]], [{50: 1.0}]), canvas=4)
    assert last.lengths.max() == 4


def test_every_step_shows_a_draft_and_the_last_has_no_masked_slot():
    drafts = grown(Script([[5, 6, 7]], [[0.6]], [{3: 1.0}]))
    assert [draft.step for draft in drafts] == list(range(1, len(drafts) + 1))
    assert all(draft.masked.any() for draft in drafts[:-1])
    assert not drafts[-1].masked.any()


@pytest.mark.parametrize("holes", [1, 2])
def test_in_order_the_answer_is_the_same_from_fewer_predicted_slots(holes):
    def script():
        return Script([[5, 6, 7], [8, 9]][:holes], [[0.6], [0.7]][:holes], [{3: 0.9, 1: 0.1}, {2: 1.0}][:holes])

    whole, ordered = script(), script()
    (*_, last), (*_, ordered_last) = grown(whole), grown(ordered, in_order=True)
    assert all(ordered.orders)
    assert not any(whole.orders)
    assert ordered_last.scores == pytest.approx(last.scores)
    assert ordered_last.slots.tolist() == last.slots.tolist()
    assert [slots.shape[-1] for slots, _ in ordered.calls][:4] == [1, 2, 3, 4]
    assert all(slots.shape[-1] == 8 for slots, _ in whole.calls)


def test_in_order_nothing_is_committed_ahead():
    """What is predicted further right was never shown the tokens between."""
    script = Script([[5, 6, 7, 8]], [[0.99]], [{4: 1.0}])
    *_, last = grown(script, in_order=True)
    assert last.slots[0, 0, :4].tolist() == [5, 6, 7, 8]
    assert len(script.calls) == 5, "one for each token, and one to see that nothing follows"


@pytest.mark.parametrize("in_order", [False, True])
def test_a_canvas_of_known_length_is_filled_whatever_exists(in_order):
    *_, last = grown(Script([[5, 6, 7]], [[0.6]], [{1: 1.0}]), in_order=in_order, lengths=[3])
    assert {int(n) for (n,) in last.lengths} == {3}
    assert last.slots[0, 0, :3].tolist() == [5, 6, 7]
    assert last.scores[0] == pytest.approx(3 * np.log(0.6), abs=1e-3)


def test_an_answer_that_is_worth_less_ends_a_search_later():
    """Ending after one token is likelier by far, but what is longer is worth ten times as much."""

    def for_long(_slots, lengths):
        return 1.0 if lengths[0] == 3 else 0.1

    def script():
        return Script([[5, 6, 7]], [[0.8]], [{1: 0.9, 3: 0.1}])

    hasty, patient = grown(script(), worth=any_answer)[-1], grown(script(), worth=for_long)[-1]
    assert 3 not in hasty.lengths
    assert 3 in patient.lengths
    assert patient.lengths[0] == 1, "the likeliest still comes first: what is offered is decided elsewhere"


def test_a_search_for_one_answer_ends_where_nothing_open_can_beat_it():
    def script():
        return Script([[5, 6, 7]], [[0.8]], [{1: 0.6, 3: 0.4}])

    quick, thorough = script(), script()
    one, three = grown(quick, alternatives=1)[-1], grown(thorough, alternatives=3)[-1]
    assert len(quick.calls) == 2, "a token, and the end behind it"
    assert len(thorough.calls) > 2
    assert best(one) == best(three)


def test_worth_is_asked_only_of_what_could_be_among_the_best():
    asked = []

    def worth(slots, lengths):
        asked.append(slots[0, : lengths[0]].tolist())
        return 1.0

    *_, last = grown(Script([[5, 6]], [[0.6]], [{1: 0.6, 2: 0.4}]), worth=worth, alternatives=1)
    assert asked == [[], [5]], "the other tokens end later and are less likely than these"
    assert len(last.scores) > len(asked)


def test_a_search_ends_where_nothing_is_worth_much():
    script = Script([[5, 6, 7]], [[0.6]], [{2: 0.99, 8: 0.01}])
    grown(script, worth=lambda _slots, _lengths: 0.1)
    assert len(script.calls) < 8


# --- openings


def best(drafts):
    n = int(drafts.scores.argmax())
    return drafts.slots[n, 0, : drafts.lengths[n, 0]].tolist(), float(np.exp(drafts.scores[n]))


def test_an_opening_that_is_asked_for_beats_what_is_likelier():
    script = Script([[5, 6]], [[0.9, 0.9]], [{2: 1.0}])
    assert best(grown(script, in_order=True)[-1])[0] == [5, 6]
    assert best(grown(script, in_order=True, openings=((8,), (9, 10)))[-1])[0] == [8, 6]


def test_an_opening_that_is_all_but_impossible_stays_so():
    script = Script([[5, 6]], [[1 - 1e-7, 0.9]], [{2: 1.0}])
    assert best(grown(script, in_order=True, openings=((8,),))[-1])[0] == [5, 6]


def test_scores_with_openings_are_the_probabilities_that_follow_from_them():
    """A first token of share s among openings and 1 - s elsewhere: the odds are ASKED_FOR times as high."""
    script = Script([[5]], [[0.93]], [{1: 1.0}])  # tokens 4 and 6 to 11 get 0.01 each
    *_, last = grown(script, in_order=True, width=8, openings=((8,), (9,)))
    share = {int(slots[0, 0]): float(np.exp(score)) for slots, score in zip(last.slots, last.scores, strict=True)}
    whole = 0.98 + 0.02 * ASKED_FOR
    assert share[8] == pytest.approx(0.01 * ASKED_FOR / whole, rel=1e-3)
    assert share[5] == pytest.approx(0.93 / whole, rel=1e-3)
    assert sum(share.values()) == pytest.approx(1.0, abs=1e-2)


def test_an_opening_has_one_prediction_of_its_own_and_is_not_grown_twice():
    script = Script([[5, 6, 7]], [[0.5, 0.9, 0.9]], [{3: 1.0}])
    *_, last = grown(script, in_order=True, openings=((5, 6),))
    assert script.calls[0][0].tolist() == [[[5, 6]]]
    answers = [tuple(slots[0, :size]) for slots, (size,) in zip(last.slots, last.lengths, strict=True)]
    assert len(answers) == len(set(answers))


def test_an_opening_must_begin_as_its_hole_does():
    *_, last = grown(
        Script([[6, 9]], [[0.6, 0.9]], [{2: 1.0}]), in_order=True, beginnings=[b"p"], openings=((5, 7), (8, 9))
    )
    assert np.isfinite(last.scores).all()
    assert 8 not in last.slots[:, 0, 0]
    assert last.slots[int(last.scores.argmax()), 0, :2].tolist() == [5, 7]


def test_openings_are_for_growing_in_order():
    with pytest.raises(AssertionError):
        Growing(4, in_order=False, openings=((5,),))
