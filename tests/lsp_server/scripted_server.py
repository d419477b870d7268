"""The real server around a scripted infill: comments in the document say how it behaves. Run as a process.

SCRIPT_SOCKET names a Unix socket on which gated runs report and wait; SCRIPT_LOAD=gated|fails is for the loading.
"""

import json
import os
import socket

from lacuna.lsp_server.request import Answer, Candidate, Draft, Edit, Reason, Timings, Tokens
from lacuna.lsp_server.server import serve
from lacuna.syntax.errors import LacunaError

STEPS = 3


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


def infill(request):
    text = request.text
    gate = Gate() if "# gated" in text else None
    try:
        for step in range(STEPS):
            if gate:
                gate.report(f"step {step}")
                gate.wait()
            yield Draft(step=step, holes=tuple((None,) for _ in request.spans))
        if "# prints" in text:
            print("from some library")  # noqa: T201 (as a native library might)
        if "# fails" in text:
            raise LacunaError("The script says so.")
        if "# breaks" in text:
            raise RuntimeError(text)
        yield answer_to(request)
    except GeneratorExit:
        if gate:
            gate.report("closed")
        raise


def answer_to(request):
    offers = "# nothing" not in request.text
    new_texts = [f"filled_{i}()" for i in range(len(request.spans))]
    if "# lines" in request.text:
        new_texts = [f"{text}\nsecond line" for text in new_texts]
    if "# empty" in request.text:
        new_texts = ["" for _ in request.spans]
    if "# echo" in request.text:
        seen = {
            "text": request.text,
            "spans": [[span.start, span.end] for span in request.spans],
            "threshold": request.threshold,
            "language": request.language,
        }
        new_texts = [json.dumps(seen)] * len(request.spans)
    return Answer(
        edits=tuple(Edit(span, text) for span, text in zip(request.spans, new_texts, strict=True)) if offers else (),
        candidates=tuple((Candidate(text, confidence=0.9, parses=True),) for text in new_texts),
        reason=None if offers else Reason.BELOW_THRESHOLD,
        timings=Timings(parse=0, encode=0, steps=(), total=0),
        tokens=Tokens(context=0, encoded=0, slots=0),
        provider="scripted",
        model="scripted",
    )


def load():
    if os.environ.get("SCRIPT_LOAD") == "gated":
        gate = Gate()
        gate.report("loading")
        gate.wait()
    if os.environ.get("SCRIPT_LOAD") == "fails":
        raise LacunaError("The model does not match its hash.")
    return infill


if __name__ == "__main__":
    serve(load, version="1.2.3")
