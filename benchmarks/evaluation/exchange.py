"""How tests call a solution that runs in another process: plain values there and back, nothing else.

Whatever a solution does in its process, all that tests see of it are answers to their calls. It cannot say that they
passed, nor answer with an object that equals everything.
"""

import builtins
import inspect
import json
import math
import types
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, BinaryIO

Json = Any
Namespace = dict[str, Any]


class GoneError(BaseException):
    """The solution's process ended. No `Exception`: tests must not catch it."""


class SolutionSyntaxError(Exception):
    """The solution does not compile."""


ENDINGS = {"syntax": SolutionSyntaxError, "assertion": AssertionError, "memory": MemoryError, "exception": Exception}
"""How a solution may end before anything of it is called; any other way is to be gone."""


def encoded(value: object) -> Json:
    """Numbers, texts and what is made of them; anything else is a thing that equals nothing."""
    sent: Json
    match value:
        case None | bool() | str():
            sent = value
        case int():
            sent = int(value)
        case float():
            sent = float(value) if math.isfinite(value) else {"float": str(float(value))}
        case complex():
            sent = {"complex": [encoded(value.real), encoded(value.imag)]}
        case bytes():
            sent = {"bytes": value.hex()}
        case list():
            sent = [encoded(one) for one in value]
        case tuple() | set() | frozenset():
            kind = next(kind.__name__ for kind in (tuple, set, frozenset) if isinstance(value, kind))
            sent = {kind: [encoded(one) for one in value]}
        case dict():
            sent = {"dict": [[encoded(key), encoded(one)] for key, one in value.items()]}
        case _:
            sent = {"thing": None}
    return sent


def decoded(sent: Json) -> Any:  # noqa: ANN401 -- a value of the solution
    if isinstance(sent, list):
        return [decoded(one) for one in sent]
    if not isinstance(sent, dict):
        return sent
    ((kind, content),) = sent.items()
    return _MADE[kind](content) if kind in _MADE else object()


_MADE: Mapping[str, Callable[[Any], object]] = {
    "float": float,
    "complex": lambda parts: complex(*map(decoded, parts)),
    "bytes": bytes.fromhex,
    "tuple": lambda items: tuple(map(decoded, items)),
    "set": lambda items: set(map(decoded, items)),
    "frozenset": lambda items: frozenset(map(decoded, items)),
    "dict": lambda pairs: {decoded(key): decoded(one) for key, one in pairs},
}


# --- where the solution runs


def serve(solution: str, requests: BinaryIO, answers: BinaryIO) -> None:
    """Run the solution and answer calls of what it defines, until nobody calls any more."""
    known: Namespace = {"__name__": "solution"}
    ended = _run(compile_or_say(solution), known)
    for line in requests:
        asked = json.loads(line)
        answer = {"ended": ended} if ended else _answer(asked, known)
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def compile_or_say(text: str) -> types.CodeType | str:
    """The code, or how it ended."""
    try:
        return compile(text, "<task>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return "syntax"
    except (MemoryError, RecursionError):
        return "memory"


def _run(code: types.CodeType | str, known: Namespace) -> str:
    if isinstance(code, str):
        return code
    return ending(lambda: exec(code, known))  # noqa: S102 -- running what a model wrote is the point, confined


def ending(run: Callable[[], object]) -> str:
    """How it ended; nothing is its own end."""
    try:
        run()
    except SolutionSyntaxError:
        return "syntax"
    except AssertionError:
        return "assertion"
    except MemoryError:
        return "memory"
    except Exception:  # noqa: BLE001 -- the solution's, or that of its tests
        return "exception"
    except BaseException:  # noqa: BLE001 -- a way to leave
        return "died"
    return ""


def _answer(asked: Json, known: Mapping[str, object]) -> Json:
    if "names" in asked:
        return {"names": {name: _described(known[name]) for name in asked["names"] if name in known}}
    try:
        arguments, named = map(decoded, (asked["arguments"], asked["named"]))
        return {"value": encoded(known[asked["call"]](*arguments, **named))}  # type: ignore[operator]
    except BaseException as error:  # noqa: BLE001 -- whatever it is, it is the answer
        return {"raised": type(error).__name__}


def _described(value: object) -> Json:
    return {"function": None} if callable(value) else {"value": encoded(value)}


# --- where its tests run


def tested(tests: str, requests: BinaryIO, answers: BinaryIO) -> str:
    """How the tests ended that call the solution: "passed", or in another way."""
    code = compile_or_say(tests)
    if isinstance(code, str):
        return code
    solution = Solution(requests, answers)
    known: Namespace = {"__name__": "tests", "__builtins__": builtins}

    def run() -> None:
        known.update(solution.names(set(_names(code)) - vars(builtins).keys() - known.keys()))
        exec(code, known)  # noqa: S102 -- confined, too

    return ending(run) or "passed"


def _names(code: types.CodeType) -> Iterator[str]:
    """All that it may look up outside itself."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)


class Solution:
    """The other process, as the tests see it."""

    def __init__(self, requests: BinaryIO, answers: BinaryIO) -> None:
        self._requests, self._answers = requests, answers

    def names(self, wanted: AbstractSet[str]) -> Namespace:
        """What of these it defines, and no other name, whatever it sends: functions to be called there, and values."""
        answer = self._asked({"names": sorted(wanted)})
        if "ended" in answer:
            raise ENDINGS.get(answer["ended"], GoneError)
        described = answer["names"]
        return {name: self._usable(name, described[name]) for name in wanted & described.keys()}

    def _usable(self, name: str, described: Json) -> object:
        return decoded(described["value"]) if "value" in described else self._function(name)

    def _function(self, name: str) -> Callable[..., object]:
        def call(*arguments: object, **named: object) -> object:
            answer = self._asked({"call": name, "arguments": encoded(list(arguments)), "named": encoded(named)})
            if "value" in answer:
                return decoded(answer["value"])
            kind = getattr(builtins, str(answer["raised"]), Exception)
            if not (inspect.isclass(kind) and issubclass(kind, BaseException)):
                kind = Exception
            if not issubclass(kind, Exception):
                raise GoneError
            raise kind

        return call

    def _asked(self, message: Json) -> Json:
        try:
            self._requests.write(json.dumps(message).encode() + b"\n")
            self._requests.flush()
            line = self._answers.readline()
        except OSError:
            line = b""
        if not line:
            raise GoneError
        return json.loads(line)
