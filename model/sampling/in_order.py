"""The search that fills a canvas from the left, a token a step: a beam of candidates, each as long as it turns out.

Pure numpy. It knows nothing of text: what a finished candidate is worth is said by its caller, who closes the
generator to cancel.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lacuna.model.denoiser import Floats, Ints, Prediction
from lacuna.model.sampling.beginnings import Beginning
from lacuna.model.sampling.drafts import Drafts

OPENINGS = 4
"""So many candidates that begin with an opening go on beside the others."""

ASKED_FOR = 1000.0
"""Where openings are asked for, the odds that an answer begins with one are raised so many times."""

HOPELESS = 0.01
"""An alternative so much less likely than the best finished candidate is not looked for."""


@dataclass(frozen=True, slots=True)
class Growing:
    """The bounds of a search: how long answers may get, how many grow at once, how many are wanted."""

    canvas: int
    """Slots: the longest answer."""
    width: int
    """Candidates of the beam."""
    alternatives: int = 1
    """Finished candidates to look for. The search stops where no open candidate can become one of them."""
    openings: tuple[tuple[int, ...], ...] = ()
    """Tokens, fewer than the canvas has slots, that the answer is likely to begin with, though it may not seem so."""
    quoted: tuple[tuple[int, ...], ...] = ()
    """Whole answers, shorter than the canvas, that are judged whether the search meets them or not."""


Predict = Callable[[Ints, Ints], Prediction]
"""Slots (B, N) and lengths (B,) of canvases -> a prediction in order; as `lacuna.model.denoiser.Seen.continued`."""

Worth = Callable[[Ints], float]
"""What the tokens (N,) of a finished candidate count, from 0 to 1: the less fit to be offered, the less."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    tokens: tuple[int, ...]
    score: float
    """Log-probability of the tokens and, where it is finished, of its end."""
    is_finished: bool = False
    is_opened: bool = False
    """Begins with an opening that was asked for."""


def grow(predict: Predict, beginning: Beginning, growing: Growing, worth: Worth) -> Iterator[Drafts]:
    """Fill a canvas from the left by beam search; yields the open candidates after each step, at last the finished.

    A candidate extends by its likeliest tokens, or ends where the next slot is unlikely to exist. Those that begin with
    an opening grow beside the others. The last drafts are finished, the likeliest first; none (B = 0) if nothing can be
    written. A score is a log-probability given the head: its share of whatever the search met that begins so.
    """
    # 1. The empty candidate, those with an opening, and whole answers
    beam, quoted = _given(predict, beginning, growing)
    known = {candidate.tokens for candidate in beam}
    done: list[_Candidate] = []
    values: list[float] = []
    empty = beam[0]
    begun = -math.inf if beginning.rest(()) else empty.score  # the log-probability of all that was met with the head
    for step in itertools.count(1):
        # 2. How each candidate can go on
        slots, lengths = _canvases(beam, beginning, growing)
        prediction = predict(slots, lengths)
        found = list[_Candidate]()
        for candidate, logits, existence in zip(beam, prediction.logits, prediction.existence, strict=True):
            at, rest = len(candidate.tokens), beginning.rest(candidate.tokens)
            logs = _token_logs(logits[at], at, rest, beginning)
            if rest:
                begun = np.logaddexp(begun, candidate.score + _log_sum(logs[beginning.completes(rest)]))
            found += _continued(candidate, logs, None if rest else float(existence[at]), beginning, growing)
        # 3. What ended raises the bar for what has not
        ends = [grown for grown in found if grown.is_finished and grown.tokens not in growing.quoted]
        for ended in sorted((*quoted, *ends) if step == 1 else ends, key=_likeliest_first):
            done.append(ended)
            if ended.score > _bar(values, growing.alternatives):  # else it cannot move the bar, whatever it is worth
                values.append(ended.score + math.log(worth(np.array(ended.tokens, np.int64))))
        bar = _bar(values, growing.alternatives)
        # 4. The best of the rest go on
        open_ = sorted((grown for grown in found if not grown.is_finished), key=_likeliest_first)
        free = [grown for grown in open_ if not grown.is_opened and grown.tokens not in known]
        opened = [grown for grown in open_ if grown.is_opened]
        beam = [grown for grown in free[: growing.width] + opened[: growing.width] if grown.score > bar]
        if not beam:
            break
        yield _drafts(step, beam, beginning, growing)
    given_head = [replace(ended, score=ended.score + empty.score - begun) for ended in done]
    yield _finished(step, sorted(given_head, key=_likeliest_first), beginning)


def _likeliest_first(candidate: _Candidate) -> float:
    return -candidate.score


def _bar(values: Sequence[float], alternatives: int) -> float:
    """Log-probability that a candidate must exceed to be among the best, given those of finished ones."""
    best = sorted(values, reverse=True)
    if not best:
        return -math.inf
    hopeless = best[0] + math.log(HOPELESS)
    return max(hopeless, best[alternatives - 1]) if len(best) >= alternatives else hopeless


def _given(predict: Predict, beginning: Beginning, growing: Growing) -> tuple[list[_Candidate], list[_Candidate]]:
    """The candidate without tokens with the OPENINGS likeliest of those with an opening, and the whole answers.

    That there is an opening raises its odds ASKED_FOR times; the scores are the probabilities that follow.
    """
    asked = [
        *(_Candidate(opening, 0.0, is_opened=True) for opening in growing.openings),
        *(_Candidate(answer, 0.0, is_finished=True) for answer in growing.quoted),
    ]
    if not asked:
        return [_Candidate((), 0.0)], []
    slots, lengths = _canvases(asked, beginning, growing)
    prediction = predict(slots[:, : max(len(one.tokens) + one.is_finished for one in asked)], lengths)
    scored = []
    for candidate, logits, existence in zip(asked, prediction.logits, prediction.existence, strict=True):
        score = 0.0
        for at, token in enumerate(candidate.tokens):
            rest = beginning.rest(candidate.tokens[:at])
            score += float(_token_logs(logits[at], at, rest, beginning)[token])
            if not rest:
                score += _log_sigmoid(float(existence[at]))
        if candidate.is_finished:
            score += _log_sigmoid(-float(existence[len(candidate.tokens)]))
        scored.append(replace(candidate, score=score))
    whole = math.log1p(sum(math.exp(one.score) for one in scored if one.is_opened) * (ASKED_FOR - 1))
    given = [replace(one, score=one.score + _raised(one, growing.openings) - whole) for one in scored]
    possible = sorted((one for one in given if math.isfinite(one.score)), key=_likeliest_first)
    opened = [one for one in possible if one.is_opened][:OPENINGS]
    return [_Candidate((), -whole), *opened], [one for one in possible if one.is_finished]


def _raised(candidate: _Candidate, openings: Sequence[tuple[int, ...]]) -> float:
    """By how much the log-odds of an answer are raised: where it begins with an opening."""
    is_asked_for = any(candidate.tokens[: len(opening)] == opening for opening in openings)
    return math.log(ASKED_FOR) if is_asked_for else 0.0


def _continued(
    candidate: _Candidate, logs: NDArray[np.float64], existence: float | None, beginning: Beginning, growing: Growing
) -> Iterator[_Candidate]:
    """The ways in which a candidate can go on with tokens of log-probabilities (V,); with no existence it must."""
    score = candidate.score
    if existence is not None:
        ends = _log_sigmoid(-existence)
        if math.isfinite(ends):
            yield replace(candidate, score=score + ends, is_finished=True)
        score += _log_sigmoid(existence)
    for token in _likeliest(logs, growing.width):
        total = score + float(logs[token])
        tokens = (*candidate.tokens, int(token))
        is_full = len(tokens) == growing.canvas  # it has no slot behind it that might say where the answer ends
        if math.isfinite(total) and not (is_full and beginning.rest(tokens)):
            yield replace(candidate, tokens=tokens, score=total, is_finished=is_full)


def _token_logs(logits: Floats, at: int, rest: bytes, beginning: Beginning) -> NDArray[np.float64]:
    """Logits (V,) -> log-probabilities of what may come next where `rest` of the head is to come.

    What comes first goes on with the head for sure. Later that is to be seen: tokens that begin a head are mostly
    followed by something else, and who takes them for sure prefers them to the one token that it is.
    """
    open_ = logits.astype(np.float64)  # a copy
    beginning.admit(open_, b"" if at else rest)
    logs = open_ - _log_sum(open_)
    beginning.admit(logs, rest)
    return logs


def _log_sum(logs: NDArray[np.float64]) -> float:
    """The logarithm of a sum, of its terms' logarithms (N,)."""
    top = float(logs.max(initial=-math.inf))
    return top + math.log(np.exp(logs - top).sum()) if math.isfinite(top) else -math.inf


def _likeliest(logs: NDArray[np.float64], count: int) -> Ints:
    """The tokens of highest log-probability (V,), the best first; of equal ones the first."""
    least = np.partition(logs, -count)[-count]  # linear, unlike sorting all of them
    able = np.flatnonzero(logs >= least)
    return able[np.argsort(-logs[able], kind="stable")[:count]]


def _canvases(beam: Sequence[_Candidate], beginning: Beginning, growing: Growing) -> tuple[Ints, Ints]:
    """Slots (B, N) up to the longest candidate's first masked one, and the lengths (B,) of their canvases."""
    slots = np.full((len(beam), 1 + max(len(one.tokens) for one in beam)), beginning.vocabulary.mask, np.int64)
    for row, candidate in zip(slots, beam, strict=True):
        row[: len(candidate.tokens)] = candidate.tokens
    return slots, np.full(len(beam), growing.canvas, np.int64)


def _drafts(step: int, beam: Sequence[_Candidate], beginning: Beginning, growing: Growing) -> Drafts:
    """Open candidates, each with one masked slot at its end."""
    slots, _ = _canvases(beam, beginning, growing)
    lengths = np.array([len(one.tokens) + 1 for one in beam], np.int64)
    return Drafts(step, slots, lengths, _scores(beam), beginning.vocabulary.mask)


def _finished(step: int, done: Sequence[_Candidate], beginning: Beginning) -> Drafts:
    lengths = np.array([len(one.tokens) for one in done], np.int64)
    slots = np.full((len(done), int(lengths.max(initial=0))), beginning.vocabulary.mask, np.int64)
    for row, candidate in zip(slots, done, strict=True):
        row[: len(candidate.tokens)] = candidate.tokens
    return Drafts(step, slots, lengths, _scores(done), beginning.vocabulary.mask)


def _scores(candidates: Sequence[_Candidate]) -> Floats:
    return np.array([one.score for one in candidates], np.float32)


def _log_sigmoid(x: float) -> float:
    return float(-np.logaddexp(0.0, -x))
