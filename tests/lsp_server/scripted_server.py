"""The real server around a scripted infill: comments in the document say how it behaves. Run as a process.

SCRIPT_SOCKET names a Unix socket on which gated runs report and wait; SCRIPT_LOAD=gated|fails|vanishes|breaks|native is
for the loading, SCRIPT_BUDGET the seconds that an automatic completion may take (by default many, for busy machines).
`test/held` tells what the server holds.
"""

import ctypes
import json
import os
import socket
import time
from dataclasses import replace

import numpy as np

from lacuna.infill.request import Answer, Candidate, Draft, Left, Model, Reason, Timings, Tokens
from lacuna.lsp_server.server import build, run
from lacuna.lsp_server.session import Session
from lacuna.lsp_server.worker import Worker
from lacuna.syntax.errors import LacunaError
from lacuna.workspace.changes import Edit

STEPS = 3
CHUNKS = 2
CONFIDENCES = (0.9, 0.8, 0.7, 0.6, 0.5, 0.05)
USUAL = 0.4


class Gate:
    """Reports what begins and waits until the test lets it; each run has a connection of its own."""

    def __init__(self):
        self._connection = socket.socket(socket.AF_UNIX)
        self._connection.connect(os.environ["SCRIPT_SOCKET"])
        self._permits = self._connection.makefile("rb")

    def report(self, event):
        self._connection.sendall(f"{event}\n".encode())

    def wait(self):
        self._permits.readline()


warmed = set()


def warm(request):
    gate = Gate() if "# gated" in request.text else None
    for chunk in range(CHUNKS):
        if gate:
            gate.report(f"chunk {chunk}")
            gate.wait()
        yield CHUNKS - chunk
    warmed.add(request.text)


def infill(request):
    text = request.text
    if "# cold" in text and text not in warmed and not request.is_patient:
        return replace(answer_to(request), edits=(), reason=Reason.WARMING)
    gate = Gate() if "# gated" in text else None
    try:
        for step in range(STEPS):
            if gate:
                gate.report(f"step {step}")
                gate.wait()
            yield Draft(step, tuple((*["fil"] * step, None) for _ in request.spans))
        if "# prints" in text:
            print("from some library")  # noqa: T201 (as a native library might)
        if "# fails" in text:
            raise LacunaError("The script says so.")
        if "# breaks" in text:
            raise RuntimeError(text)
        return answer_to(request)
    except GeneratorExit:
        if gate:
            gate.report("closed")
        raise


def answer_to(request):
    offers = "# nothing" not in request.text
    new_texts = [f"filled_{i}()" for i in range(len(request.spans))]
    if "counted" in request.text:
        new_texts = [f"filled_{i}({request.alternatives})" for i in range(len(request.spans))]
    if "# lines" in request.text:
        new_texts = [f"{text}\nsecond line" for text in new_texts]
    if "# empty" in request.text:
        new_texts = ["" for _ in request.spans]
    if "# echo" in request.text:
        seen = {
            "text": request.text,
            "spans": [[span.start, span.end] for span in request.spans],
            "threshold": request.threshold,
            "scope": request.scope,
            "language": request.language,
        }
        new_texts = [json.dumps(seen)] * len(request.spans)
    if "# beside" in request.text:
        new_texts = [json.dumps(request.beside)] * len(request.spans)
    left = ()
    if request.is_partial and "# some" in request.text:  # one in two
        left = tuple(Left(i, Reason.BELOW_THRESHOLD, "0.21 of 0.35") for i in range(1, len(new_texts), 2))
    open_ones = {one.hole for one in left}
    alternatives = [[text] for text in new_texts]
    if "# several" in request.text:
        alternatives = [[f"{text}.{n}" for n in ("one", "two", "two", "three", "four", "five")] for text in new_texts]
        new_texts = [first for first, *_ in alternatives]
    return Answer(
        edits=tuple(
            Edit(span, text)
            for i, (span, text) in enumerate(zip(request.spans, new_texts, strict=True))
            if offers and i not in open_ones
        ),
        candidates=tuple(
            tuple(
                Candidate(text, confidence, parses=True) for text, confidence in zip(texts, CONFIDENCES, strict=False)
            )
            for texts in alternatives
        ),
        reason=None if offers else Reason.BELOW_THRESHOLD,
        timings=Timings(parse=0, encode=0, steps=(), total=0),
        tokens=Tokens(context=0, encoded=0, slots=0),
        provider="scripted",
        model="scripted",
        threshold=0.85 if "doubtful" in request.text else USUAL,
        left=left if offers else tuple(Left(i, Reason.NO_PARSE, "") for i in range(len(new_texts))),
    )


class Librarian:
    """Other files are their texts; one that `# hangs` is never read to its end."""

    def tokens(self, text):
        if "# hangs" in text:
            time.sleep(600)
        return np.array([ord(character) for character in text], np.uint16)

    def library(self, files):
        return Shelf(["".join(map(chr, tokens)) for tokens in files])


class Shelf:
    def __init__(self, texts):
        self._texts = texts

    def seen_from(self, nearest):
        return [self._texts[n] for n in nearest]


loaded = 0


def load():
    global loaded  # noqa: PLW0603 (a process is one script)
    loaded += 1
    how = os.environ.get("SCRIPT_LOAD")
    if how == "gated":
        gate = Gate()
        gate.report("loading")
        gate.wait()
    if how == "fails" or (how == "vanishes" and loaded > 1):
        raise LacunaError("The model does not match its hash.")
    if how == "native":
        ctypes.CDLL(None).sleep(600)  # nothing of Python's ends that
    if how == "breaks":
        raise ModuleNotFoundError("No module named 'onnxruntime'")
    return Model("scripted", "NoneExecutionProvider", infill, warm, Librarian())


def held(session: Session, _):
    """How many things the server keeps between requests."""
    return {
        "answers": len(session.protocol._request_futures),  # noqa: SLF001 (what is looked for is a leak)
        "offers": len(session.offers),
        "waiting": len(session.inference.worker._waiting),  # noqa: SLF001
        "documents": len(session.documents),
    }


def fails(_: Session, params):
    raise ZeroDivisionError(params)


def main():
    session = build(Worker(load), version="1.2.3")
    session.inference.budget = float(os.environ.get("SCRIPT_BUDGET", "600"))
    session.feature("test/held")(held)
    session.feature("test/fails")(fails)
    run(session)


if __name__ == "__main__":
    main()
