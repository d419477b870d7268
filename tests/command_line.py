"""The command line run in this process, on a scripted infill instead of a model."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import pytest

from lacuna.cli import main
from lacuna.export.chunked.cache import ChunkCache
from lacuna.infill.opening import Apart, ModelOptions, OpenModel
from lacuna.infill.request import Answer, Candidate, Draft, Reason, Request, Timings, Tokens
from lacuna.model.denoiser import Sampling
from lacuna.workspace.changes import Edit
from tests.librarian import Librarian


@dataclass
class Scripted:
    """An infill that answers every hole in turn with the next of its texts, or offers nothing and says why."""

    texts: tuple[str, ...] = ("filled",)
    reason: Reason | None = None
    detail: str = ""
    tried: int | None = None
    """Holes that were answered before one was not good enough; by default all."""
    drafts: tuple[Draft, ...] = ()
    before_answer: Callable[[], object] = tuple
    librarian: Librarian | None = None
    requests: list[Request] = field(default_factory=list)
    options: list[ModelOptions] = field(default_factory=list)

    def open(self, options: ModelOptions) -> OpenModel:
        self.options.append(options)
        return OpenModel(self.infill, apart=self.apart, librarian=self.librarian)

    def apart(self) -> Apart:
        return Apart(self.infill, ChunkCache(), Sampling())

    def infill(self, request: Request) -> Generator[Draft, None, Answer]:
        self.requests.append(request)
        yield from self.drafts
        self.before_answer()
        texts = [self.texts[i % len(self.texts)] for i in range(len(request.spans))]
        return Answer(
            edits=() if self.reason else tuple(map(Edit, request.spans, texts)),
            candidates=tuple(
                (Candidate(text, 0.5, parses=True),) if n < (self.tried or len(texts)) else ()
                for n, text in enumerate(texts)
            ),
            reason=self.reason,
            detail=self.detail,
            timings=Timings(parse=1.0, encode=2.0, steps=(3.0, 4.0), total=10.0),
            tokens=Tokens(context=100, encoded=7, slots=32),
            provider="CPUExecutionProvider",
            model="scripted",
            threshold=0.25,
        )


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    out: bytes
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("fill", "a.py", model=Scripted(...))`."""
    monkeypatch.delenv("LACUNA_DEBUG", raising=False)

    def run(*arguments: object, model: Scripted | None = None) -> Ended:
        code = main.run([str(argument) for argument in arguments], (model or Scripted()).open)
        out, err = capsysbinary.readouterr()
        return Ended(code, out, err.decode())

    return run


@pytest.fixture
def scripted() -> type[Scripted]:
    return Scripted
