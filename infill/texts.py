"""From drafts to texts: what each candidate says, and the forms in which it may be written into the document."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from lacuna.infill import ranking
from lacuna.infill.places import Place
from lacuna.model.denoiser import Ints, Vocabulary
from lacuna.model.sampling.drafts import Drafts


@dataclass(frozen=True, slots=True)
class Written:
    """What a finished candidate adds to what stands before its place."""

    text: str
    score: float
    """Log-probability."""
    is_full: bool
    """It fills its canvas: nothing says that it ends there."""


def best_so_far(drafts: Drafts, head: bytes, vocabulary: Vocabulary) -> tuple[str | None, ...]:
    """The slots of the candidate that looks best, less what stands before the place anyway; none without one."""
    if not len(drafts.scores):
        return ()
    best = int(drafts.scores.argmax())
    return tuple(_slots(drafts.slots[best, : drafts.lengths[best]], head, vocabulary))


def _slots(row: Ints, head: bytes, vocabulary: Vocabulary) -> Iterator[str | None]:
    for token in row:
        if token == vocabulary.mask:
            yield None
            continue
        spelling = vocabulary.spellings[token]
        yield spelling[len(head) :].decode("utf-8", "replace")
        head = head[len(spelling) :]


def written(drafts: Drafts, head: bytes, vocabulary: Vocabulary, canvas: int) -> Iterator[Written]:
    """What each finished candidate says; those that are no text are left out."""
    for slots, length, score in zip(drafts.slots, drafts.lengths, drafts.scores, strict=True):
        text = said(slots[:length], head, vocabulary)
        if text is not None:
            yield Written(text, float(score), is_full=length == canvas)


def said(tokens: Ints, head: bytes, vocabulary: Vocabulary) -> str | None:
    """What tokens add to the head that stands there; None if that is no text."""
    try:
        return vocabulary.spelled(tokens)[len(head) :].decode("utf-8")
    except UnicodeDecodeError:
        return None


def in_all_forms(place: Place, answers: Iterable[Written]) -> Iterator[Written]:
    """Yield each answer's first form, then the others; a text that comes up twice has the higher score.

    The order matters: of two equally good ones, the first is offered.
    """
    formed = [[replace(answer, text=form) for form in forms(place, answer.text)] for answer in answers]
    best: dict[str, Written] = {}
    for answer in (*(first for first, *_ in formed), *(other for _, *others in formed for other in others)):
        known = best.setdefault(answer.text, answer)
        best[answer.text] = replace(known, score=max(known.score, answer.score))
    yield from best.values()


def forms(place: Place, text: str) -> Iterator[str]:
    """An answer as it may stand there, then without what stands after it anyway, then with the line end it lacks."""
    document, span = place.scene.text, place.span
    text = ranking.without_doubled_blank(document, span, text)
    own = ranking.off_indentation(document, span, text)
    yield own
    for form in (ranking.without_overlap, ranking.with_line_end):
        if (other := form(document, span, text)) not in (own, text):
            yield other
