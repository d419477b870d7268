"""The search from the left, against a scripted denoiser: what grows, what ends it, what an answer scores."""

import numpy as np
import pytest

from lacuna.model.sampling.beginnings import Beginning
from lacuna.model.sampling.in_order import ASKED_FOR, Growing, grow
from tests.model.scripted import MASK, SPELLINGS, VOCABULARY, Script


def any_answer(_tokens):
    return 1.0


def grown(script, *, canvas=8, width=4, head=b"", worth=any_answer, openings=(), alternatives=3, quoted=()):
    growing = Growing(canvas, width, alternatives, openings, quoted)
    return list(grow(script, Beginning(head, VOCABULARY), growing, worth))


def best(drafts):
    n = int(drafts.scores.argmax())
    return drafts.slots[n, : drafts.lengths[n]].tolist(), float(np.exp(drafts.scores[n]))


def test_a_canvas_grows_until_the_next_slot_may_not_exist():
    *_, last = grown(Script([5, 6, 7], [0.6], {3: 1.0}))
    assert last.lengths[0] == 3
    assert last.slots[0, :3].tolist() == [5, 6, 7]


def test_an_answer_scores_the_product_of_its_tokens_and_of_what_exists():
    *_, last = grown(Script([5, 6], [0.7, 0.6], {2: 0.75, 1: 0.25}), width=1)
    by_length = dict(zip(last.lengths.tolist(), last.scores.tolist(), strict=True))
    # Of slots 0, 1 and 2 the script says that they exist with 1, 0.75 and 0, whatever is committed.
    assert by_length[1] == pytest.approx(np.log(0.7 * 0.25), abs=1e-3)
    assert by_length[2] == pytest.approx(np.log(0.7 * 0.75 * 0.6), abs=1e-3)
    assert last.scores.tolist() == sorted(last.scores, reverse=True)


def test_a_beam_finds_what_the_likeliest_first_token_hides():
    class Misleading(Script):
        """The likeliest first token makes the second a guess; the other one makes it certain."""

        def __call__(self, slots, lengths):
            prediction = super().__call__(slots, lengths)
            for row, logits in zip(slots, prediction.logits, strict=True):
                logits[0, [5, 6]] = [2.2, 2.0]
                logits[1:, :] = 0.0
                logits[1:, 7] = 9.0 if row[0] == 6 else 0.0
            return prediction

    narrow, wide = (grown(Misleading([5], [0.5], {2: 1.0}), width=width)[-1] for width in (1, 4))
    assert narrow.slots[0, 0] == 5
    assert wide.slots[0, :2].tolist() == [6, 7]
    assert wide.scores[0] > narrow.scores[0]


def test_a_step_predicts_no_more_candidates_than_the_beam_is_wide_and_one_more_slot():
    script = Script([5, 6, 7], [0.3], {3: 0.5, 6: 0.5})
    grown(script, width=3)
    assert max(len(slots) for slots, _ in script.calls) == 3
    assert [slots.shape[1] for slots, _ in script.calls][:4] == [1, 2, 3, 4]
    assert all((lengths == 8).all() for _, lengths in script.calls)


def test_growing_begins_as_it_must_and_ends_no_sooner():
    *_, last = grown(Script([9, 9], [0.6], {1: 1.0}), head=b"pri")
    for slots, length in zip(last.slots, last.lengths, strict=True):
        assert b"".join(SPELLINGS[token] for token in slots[:length]).startswith(b"pri")


def test_a_token_that_begins_a_head_is_worth_what_goes_on_with_the_head_behind_it():
    """`p` is likelier than `print`, but `r` hardly ever follows it."""

    class Beginning(Script):
        def __call__(self, slots, lengths):
            prediction = super().__call__(slots, lengths)
            share = {0: {4: 0.6, 6: 0.3}, 1: {9: 0.9, 10: 0.01}}
            for slot, tokens in list(share.items())[: slots.shape[1]]:
                rest = (1 - sum(tokens.values())) / (len(SPELLINGS) - 4 - len(tokens))
                prediction.logits[:, slot, 4:] = np.log(rest)
                prediction.logits[:, slot, list(tokens)] = np.log(list(tokens.values()))
            return prediction

    *_, last = grown(Beginning([5], [0.5], {1: 0.9, 2: 0.1}), head=b"pr")
    through_p, pr = 0.6 * 0.01, (1 - 0.9) / 6
    assert best(last) == ([6], pytest.approx(0.9 * 0.3 / (0.3 + pr + through_p), rel=0.01))


def test_an_answer_never_outgrows_its_canvas():
    *_, last = grown(Script([5], [0.8], {50: 1.0}), canvas=4)
    assert last.lengths.max() == 4


def test_every_step_shows_a_draft_and_the_last_has_no_masked_slot():
    drafts = grown(Script([5, 6, 7], [0.6], {3: 1.0}))
    assert [draft.step for draft in drafts] == list(range(1, len(drafts) + 1))
    assert all((draft.masked.sum(-1) == 1).all() for draft in drafts[:-1])
    assert not drafts[-1].masked.any()


def test_a_head_that_no_token_goes_on_with_leaves_nothing():
    *_, last = grown(Script([5], [0.6], {1: 1.0}), canvas=2, head=b"print(r")
    assert last.slots.shape == (0, 0)


def test_closing_it_makes_no_further_call():
    script = Script([5, 6, 7], [0.3], {3: 1.0})
    steps = grow(script, Beginning(b"", VOCABULARY), Growing(8, 4), any_answer)
    next(steps)
    steps.close()
    assert len(script.calls) == 1


def test_an_answer_that_is_worth_less_ends_a_search_later():
    """Ending after one token is likelier by far, but what is longer is worth ten times as much."""

    def script():
        return Script([5, 6, 7], [0.8], {1: 0.9, 3: 0.1})

    hasty = grown(script())[-1]
    patient = grown(script(), worth=lambda tokens: 1.0 if len(tokens) == 3 else 0.1)[-1]
    assert 3 not in hasty.lengths
    assert 3 in patient.lengths
    assert patient.lengths[0] == 1, "the likeliest still comes first: what is offered is decided elsewhere"


def test_a_search_for_one_answer_ends_where_nothing_open_can_beat_it():
    def script():
        return Script([5, 6, 7], [0.8], {1: 0.6, 3: 0.4})

    quick, thorough = script(), script()
    one, three = grown(quick, alternatives=1)[-1], grown(thorough, alternatives=3)[-1]
    assert len(quick.calls) == 2, "a token, and the end behind it"
    assert len(thorough.calls) > 2
    assert best(one) == best(three)


def test_worth_is_asked_only_of_what_could_be_among_the_best():
    asked = []

    def worth(tokens):
        asked.append(tokens.tolist())
        return 1.0

    *_, last = grown(Script([5, 6], [0.6], {1: 0.6, 2: 0.4}), worth=worth, alternatives=1)
    assert asked == [[], [5]], "the other tokens end later and are less likely than these"
    assert len(last.scores) > len(asked)


def test_a_search_ends_where_nothing_is_worth_much():
    script = Script([5, 6, 7], [0.6], {2: 0.99, 8: 0.01})
    grown(script, worth=lambda _tokens: 0.1)
    assert len(script.calls) < 8


# --- openings


def test_an_opening_that_is_asked_for_beats_what_is_likelier():
    script = Script([5, 6], [0.9, 0.9], {2: 1.0})
    assert best(grown(script)[-1])[0] == [5, 6]
    assert best(grown(script, openings=((8,), (9, 10)))[-1])[0] == [8, 6]


def test_an_opening_that_is_all_but_impossible_stays_so():
    script = Script([5, 6], [1 - 1e-7, 0.9], {2: 1.0})
    assert best(grown(script, openings=((8,),))[-1])[0] == [5, 6]


def test_scores_with_openings_are_the_probabilities_that_follow_from_them():
    """A first token of share s among openings and 1 - s elsewhere: the odds are ASKED_FOR times as high."""
    script = Script([5], [0.93], {1: 1.0})  # tokens 4 and 6 to 11 get 0.01 each
    *_, last = grown(script, width=8, openings=((8,), (9,)))
    share = {int(slots[0]): float(np.exp(score)) for slots, score in zip(last.slots, last.scores, strict=True)}
    whole = 0.98 + 0.02 * ASKED_FOR
    assert share[8] == pytest.approx(0.01 * ASKED_FOR / whole, rel=1e-3)
    assert share[5] == pytest.approx(0.93 / whole, rel=1e-3)
    assert sum(share.values()) == pytest.approx(1.0, abs=1e-2)


def test_an_opening_has_one_prediction_of_its_own_and_is_not_grown_twice():
    script = Script([5, 6, 7], [0.5, 0.9, 0.9], {3: 1.0})
    *_, last = grown(script, openings=((5, 6),))
    assert script.calls[0][0].tolist() == [[5, 6]]
    answers = [tuple(slots[:size]) for slots, size in zip(last.slots, last.lengths, strict=True)]
    assert len(answers) == len(set(answers))
    assert MASK not in script.calls[0][0]


def test_an_opening_must_begin_as_its_hole_does():
    *_, last = grown(Script([6, 9], [0.6, 0.9], {2: 1.0}), head=b"p", openings=((5, 7), (8, 9)))
    assert np.isfinite(last.scores).all()
    assert 8 not in last.slots[:, 0]
    assert best(last)[0] == [5, 7]


# --- whole answers


def scores(drafts):
    rows = zip(drafts.slots, drafts.lengths, drafts.scores, strict=True)
    answers = [(tuple(slots[:size].tolist()), float(score)) for slots, size, score in rows]
    assert len(answers) == len(dict(answers)), "no answer is there twice"
    return dict(answers)


def test_a_whole_answer_is_judged_though_the_search_does_not_meet_it():
    script = Script([5, 6], [0.9, 0.9], {2: 0.9, 3: 0.1})
    alone, beside = (scores(grown(script, width=1, quoted=quoted)[-1]) for quoted in ((), ((8, 9, 5),)))
    rare = 0.1 / 7  # of each token but the likeliest
    assert beside.pop((8, 9, 5)) == pytest.approx(np.log(rare * rare * rare * 0.1), abs=1e-2)
    assert beside == alone


def test_a_whole_answer_that_the_search_meets_too_is_there_once_with_the_same_score():
    script = Script([5, 6], [0.7, 0.6], {2: 0.75, 1: 0.25})
    alone, beside = (scores(grown(script, quoted=quoted)[-1]) for quoted in ((), ((5, 6), (5,))))
    assert beside == pytest.approx(alone, abs=1e-4)


def test_whole_answers_and_openings_have_one_prediction_together():
    script = Script([5, 6, 7], [0.5, 0.9, 0.9], {3: 1.0})
    grown(script, openings=((8,),), quoted=((5, 6, 7), (9,)))
    slots, _ = script.calls[0]
    assert slots.tolist() == [[8, MASK, MASK, MASK], [5, 6, 7, MASK], [9, MASK, MASK, MASK]]


def test_a_whole_answer_that_is_likely_leaves_less_to_look_for():
    alone, beside = (Script([5, 6, 7, 8, 9, 10], [0.9], {6: 1.0}) for _ in range(2))
    grown(alone, alternatives=1)
    grown(beside, alternatives=1, quoted=((5, 6, 7, 8, 9, 10),))
    rows = [sum(len(slots) for slots, _ in script.calls) for script in (alone, beside)]
    assert rows[1] < rows[0]


def test_a_whole_answer_must_begin_as_its_hole_does():
    *_, last = grown(Script([6, 9], [0.6, 0.9], {2: 1.0}), head=b"p", quoted=((8, 9),))
    assert (8, 9) not in scores(last)


def test_openings_count_for_whole_answers_as_for_others():
    script = Script([5, 6], [0.5, 0.5], {2: 0.9, 1: 0.1})
    quoted = (8, 6), (5, 6)
    alone, beside = (scores(grown(script, openings=((8,),), quoted=some)[-1]) for some in ((), quoted))
    assert beside[8, 6] == pytest.approx(alone[8, 6], abs=1e-4)
    assert beside[5, 6] - beside[8, 6] == pytest.approx(np.log(7 / ASKED_FOR), abs=1e-3)
