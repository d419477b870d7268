"""Which holes are filled at once, and what is seen then: what was filled before is text like any other."""

from dataclasses import dataclass, replace
from typing import Self

from lacuna.export.chunked.engine import Engine
from lacuna.infill.request import Request
from lacuna.model.chunked import chunks, context
from lacuna.model.chunked.chunks import Chunked
from lacuna.model.chunked.healing import heads, healed
from lacuna.syntax.check import filled
from lacuna.syntax.spans import Span


@dataclass(frozen=True, slots=True)
class Turn:
    """Some of a request's holes."""

    request: Request
    """For these alone, in the text that has what was filled before."""
    chunked: Chunked
    """With these and the holes still to come, in this order."""
    chosen: tuple[int, ...]
    """Chunks that are seen."""
    all_heads: tuple[bytes, ...]
    """What each of these holes begins with."""

    @property
    def heads(self) -> tuple[bytes, ...]:
        """What each of the turn's own holes begins with."""
        return self.all_heads[: len(self.request.spans)]

    @classmethod
    def after(cls, engine: Engine, request: Request, done: tuple[str, ...], count: int) -> Self:
        """The `count` holes that come after those that got the texts `done`."""
        text = filled(request.text, request.spans[: len(done)], done)
        longer = len(text) - len(request.text)
        spans = tuple(Span(span.start + longer, span.end + longer) for span in request.spans[len(done) :])
        grown = healed(text, spans)
        chunked = chunks.cut(text, grown, engine.tokenizer)
        told = request.as_long_as
        return cls(
            replace(
                request,
                text=text,
                spans=spans[:count],
                as_long_as=told and told[len(done) : len(done) + count],
            ),
            chunked,
            context.choose(chunked, engine.manifest.defaults.budget, engine.manifest.dimensions.near),
            heads(text, spans, grown),
        )
