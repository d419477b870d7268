"""What clients of llama.cpp ask and read: `/infill`, and `/v1/completions` with a suffix. Knows no HTTP."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lacuna.infill.request import Answer
from lacuna.lsp_server.settings import MOST_ALTERNATIVES
from lacuna.syntax.errors import UsageError

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A text before and one behind the cursor, and what is wanted between them."""

    before: str
    after: str
    alternatives: int
    is_streamed: bool
    is_context: bool
    """The client wants nothing yet: it sends what it may ask about later."""
    fields: tuple[str, ...] = ()
    """The paths of those parts of the answer that are read; by default all."""


@dataclass(frozen=True, slots=True)
class Filled:
    """Texts, best first, none if nothing is offered; the answer that they are of, if one was inferred."""

    texts: tuple[str, ...]
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a path's requests are read and its answers written."""

    read: Callable[[Json], Wanted]
    """Fails with a UsageError."""
    write: Callable[[Wanted, Filled], Json]
    end: str
    """What ends a stream."""


def _text(body: Json, name: str) -> str:
    value = body.get(name) or ""
    if not isinstance(value, str):
        raise UsageError(f"{name} should be a text.")
    return value


def _number(body: Json, name: str, default: int) -> int:
    value = body.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int):
        raise UsageError(f"{name} should be a whole number.")
    return value


def _read_infill(body: Json) -> Wanted:
    fields = body.get("response_fields") or ()
    if not isinstance(fields, list | tuple) or not all(isinstance(field, str) for field in fields):
        raise UsageError("response_fields should be a list of texts.")
    return Wanted(
        before=_text(body, "input_prefix") + _text(body, "prompt"),
        after=_text(body, "input_suffix"),
        alternatives=1,
        is_streamed=body.get("stream") is True,
        is_context=_number(body, "n_predict", -1) == 0,
        fields=tuple(fields),
    )


def _write_infill(wanted: Wanted, filled: Filled) -> Json:
    answer = filled.answer
    whole: dict[str, object] = {
        "content": filled.texts[0] if filled.texts else "",
        "stop": True,
        "truncated": False,
        "model": answer.model if answer else "",
        "tokens_cached": answer.tokens.context - answer.tokens.encoded if answer else 0,
    }
    timings = _timings(answer) if answer else {}
    if wanted.fields:
        flat = whole | {f"timings/{name}": value for name, value in timings.items()}
        return {field: flat[field] for field in wanted.fields if field in flat}
    return whole | {"timings": timings}


def _timings(answer: Answer) -> dict[str, float]:
    """Milliseconds, as llama.cpp names them: reading the context is its prompt, writing its prediction."""
    parts = (
        ("prompt", answer.tokens.encoded, answer.timings.encode),
        (
            "predicted",
            len(answer.timings.steps),
            sum(answer.timings.steps),
        ),
    )
    told: dict[str, float] = {}
    for name, count, milliseconds in parts:
        told[f"{name}_n"] = count
        told[f"{name}_ms"] = milliseconds
        told[f"{name}_per_token_ms"] = milliseconds / count if count else 0.0
        told[f"{name}_per_second"] = 1000 * count / milliseconds if milliseconds else 0.0
    return told


def _read_completions(body: Json) -> Wanted:
    most = _number(body, "n", 1)
    if not 1 <= most <= MOST_ALTERNATIVES:
        raise UsageError(f"n should be from 1 to {MOST_ALTERNATIVES}.")
    return Wanted(
        before=_text(body, "prompt"),
        after=_text(body, "suffix"),
        alternatives=most,
        is_streamed=body.get("stream") is True,
        is_context=_number(body, "max_tokens", 1) == 0,
    )


def _write_completions(_: Wanted, filled: Filled) -> Json:
    answer = filled.answer
    read, written = (answer.tokens.context, len(answer.timings.steps)) if answer else (0, 0)
    return {
        "id": f"cmpl-{time.time_ns()}",
        "object": "text_completion",
        "created": int(time.time()),
        "model": answer.model if answer else "",
        "choices": [
            {"index": index, "text": text, "logprobs": None, "finish_reason": "stop"}
            for index, text in enumerate(filled.texts or ("",))
        ],
        "usage": {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written},
    }


DIALECTS: Mapping[str, Dialect] = {
    "/infill": Dialect(_read_infill, _write_infill, end=""),
    "/v1/completions": Dialect(_read_completions, _write_completions, end="data: [DONE]\n\n"),
}
