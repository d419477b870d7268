"""From the sampler's drafts to texts: what each candidate says, and the forms in which it may stand there."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from lacuna.infill import ranking
from lacuna.infill.request import Request
from lacuna.model.sampling.any_order import Drafts
from lacuna.model.tokenizer import MASK, Tokenizer
from lacuna.syntax.spans import Span

Ints = NDArray[np.int64]


def best_so_far(drafts: Drafts, heads: Sequence[bytes], tokenizer: Tokenizer) -> tuple[tuple[str | None, ...], ...]:
    """Each hole's slots in the candidate that looks best, less what stands before the spans anyway."""
    best = int(drafts.scores.argmax())
    return tuple(
        tuple(_slots(row[:length], head, tokenizer))
        for row, length, head in zip(drafts.slots[best], drafts.lengths[best], heads, strict=True)
    )


def _slots(row: Sequence[int], head: bytes, tokenizer: Tokenizer) -> Iterator[str | None]:
    for token in row:
        if token == MASK:
            yield None
            continue
        spelling = tokenizer.spellings[token]
        yield spelling[len(head) :].decode("utf-8", "replace")
        head = head[len(spelling) :]


def in_all_forms(
    request: Request, answers: Sequence[tuple[tuple[str, ...], float]]
) -> Iterator[tuple[tuple[str, ...], float]]:
    """Each answer's first form, then the others, none twice and as sure as the surest answer that comes to it.

    Of two that are as sure and parse the first is offered.
    """
    formed = [(list(forms(request, texts)), confidence) for texts, confidence in answers]
    surest: dict[tuple[str, ...], float] = {}
    for texts, confidence in (
        *((first, confidence) for (first, *_), confidence in formed),
        *((other, confidence) for (_, *others), confidence in formed for other in others),
    ):
        surest[texts] = max(confidence, surest.get(texts, 0.0))
    yield from surest.items()


def forms(request: Request, texts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """An answer as it may stand there, then without what stands after it anyway, then with the line end it lacks."""

    def changed(form: Callable[[str, Span, str], str]) -> tuple[str, ...]:
        return tuple(form(request.text, span, text) for span, text in zip(request.spans, texts, strict=True))

    own = changed(ranking.off_indentation)
    yield own
    for form in (ranking.without_overlap, ranking.with_line_end):
        if (other := changed(form)) not in (own, texts):
            yield other


def answers(drafts: Drafts, heads: Sequence[bytes], tokenizer: Tokenizer) -> Iterator[tuple[tuple[str, ...], float]]:
    """Texts and score of each candidate; those that do not begin as they must, or are no text, are left out."""
    for slots, lengths, score in zip(drafts.slots, drafts.lengths, drafts.scores, strict=True):
        texts = None if np.isinf(score) else of(slots, lengths, heads, tokenizer)
        if texts is not None:
            yield texts, float(score)


def of(slots: Ints, lengths: Ints, heads: Sequence[bytes], tokenizer: Tokenizer) -> tuple[str, ...] | None:
    """What finished slots (G, N) of such lengths (G,) add to what stands there; None if that is no text."""
    rows = (tokenizer.decode(row[:length]) for row, length in zip(slots, lengths, strict=True))
    try:
        return tuple(row[len(head) :].decode("utf-8") for row, head in zip(rows, heads, strict=True))
    except UnicodeDecodeError:
        return None
