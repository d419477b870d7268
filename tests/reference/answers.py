"""300 holes with the embedded model's answers, as made on one kind of processor; made anew when run as a script."""

import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lacuna.export.artifact import embedded
from lacuna.export.chunked.engine import Engine
from lacuna.export.processor import form, processor
from lacuna.infill.infill import infill
from lacuna.infill.request import Request, answered
from lacuna.syntax.spans import Span

FILE = Path(__file__).with_name("answers.jsonl.gz")


@dataclass(frozen=True)
class Hole:
    """What is filled, and with what: the best candidate, offered or not."""

    text: str
    """Without what stood in the hole."""
    at: int
    answer: str | None
    confidence: float


def rows() -> list[dict]:
    """A header with the kind of processor, then a document a row, its holes as [start, end, answer, confidence]."""
    with gzip.open(FILE, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def holes() -> Iterator[Hole]:
    for row in rows()[1:]:
        for start, end, answer, confidence in row["holes"]:
            yield Hole(row["text"][:start] + row["text"][end:], start, answer, confidence)


def answer(engine: Engine, text: str, at: int) -> tuple[str | None, float]:
    last = answered(infill(engine, Request(text, "python", (Span(at, at),), threshold=0.0)))
    (candidates,) = last.candidates
    best = candidates[0] if candidates else None
    return (best.text, best.confidence) if best else (None, 0.0)


def main() -> None:
    """Answer the holes anew and write the file."""
    engine = Engine.load(embedded(), threads=1)
    _, *documents = rows()
    for row in documents:
        for hole in row["holes"]:
            text, confidence = answer(engine, row["text"][: hole[0]] + row["text"][hole[1] :], hole[0])
            hole[2:] = [text, round(confidence, 6)]
    name, instructions = processor()
    header = {"processor": name, "instructions": instructions, "products": form()}
    data = "".join(json.dumps(row) + "\n" for row in (header, *documents)).encode()
    FILE.write_bytes(gzip.compress(data, mtime=0))


if __name__ == "__main__":
    sys.exit(main())
