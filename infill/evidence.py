"""What the confidence in an answer rests on: what a calibration weighs."""

from collections.abc import Mapping

from lacuna.infill.places import Place
from lacuna.infill.quotes import Quotes
from lacuna.infill.ranking import Verdict
from lacuna.model.denoiser import SCORE
from lacuna.syntax.languages.language import Language
from lacuna.syntax.place_kind import place_kind

SOUND = "sound"
"""That nothing about the span is wrong any more, among what is known of an answer."""
LEAST = -30.0
"""Lower log-probabilities count as this one: what is less likely is as wrong."""


def of_place(place: Place, language: Language) -> dict[str, float]:
    """What all answers to a place have in common: its kind, and whether the text ends there."""
    text, span = place.scene.text, place.span
    known = {place_kind(text, language, span.start).value: 1.0}
    return known if text[span.end :].strip() else known | {"at the end": 1.0}


def of_answer(common: Mapping[str, float], score: float, verdict: Verdict, *, is_whole: bool) -> dict[str, float]:
    """What is known of an answer with a log-probability, at a place; at each kind of place it may tell more or less.

    `is_whole`: nobody asked, and the place is right behind a line that is whole.
    """
    score = max(LEAST, min(0.0, score))
    known = {SCORE: score, **common} | {f"{SCORE}, {name}": score for name in common}
    known |= {SOUND: 1.0} if verdict.is_sound else {}
    return known | ({"nothing is missing": 1.0} if is_whole else {})


def of_quotes(text: str, quotes: Quotes) -> dict[str, float]:
    """Which shares of the lines of other files that begin alike go on with a text, and otherwise."""
    so, otherwise = quotes.shares(text)
    return {"elsewhere so": so, "elsewhere otherwise": otherwise}
