"""Trees with plans for them, made by hand: several rules, all outcomes, line ends, and texts that mean harm."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lacuna.refactor.plan import (
    FORMAT,
    Alternative,
    Blank,
    Entry,
    Footer,
    Header,
    Outcome,
    Part,
    PlannedFile,
    RuleNote,
    Site,
    Skipped,
    Verdict,
)
from lacuna.refactor.planfile import line_of
from lacuna.workspace.changes import sha256

RULES = (
    RuleNote("annotations", "A function says which types it takes and gives.", "a1" * 32),
    RuleNote("print-to-logging", "A library logs; only a program prints.", "b2" * 32),
)
ANNOTATIONS, LOGGING = (rule.name for rule in RULES)
SCRIPT = "</script><script>document.title = 'harmed'</script><!--"
IMAGE = "<img src=x onerror=\"document.title = 'harmed'\">"
OVERRIDE = "\u202e"
SCREEN = "\x1b]0;harmed\x07\x1b[2J"

LEDGER = '''"""Books are kept here."""

import sys


class Ledger:
    def __init__(self, name):
        self.name = name
        self.entries = []

    def add(self, entry):
        print("adding", entry)
        self.entries.append(entry)

    def balance(self):
        return sum(entry.amount for entry in self.entries)


def main(arguments):
    ledger = Ledger(arguments[0])
    print(ledger.balance())
    return 0
'''
DOS = "import os\r\n\r\n\r\ndef grüße(name):\r\n    print('Grüße', name)\r\n    return os.sep"
"""CRLF, text beyond ASCII, no final line end; written with a byte order mark."""
HARM = f"def f(x):\n    return '{SCRIPT}{IMAGE}{OVERRIDE}'\n"
HARM_PATH = "harm/<img src=x onerror=alert(1)>.py"


@dataclass(frozen=True, slots=True)
class Sample:
    tree: Path
    plan: Path
    entries: tuple[Entry, ...]

    def file(self, path: str) -> PlannedFile:
        (found,) = (entry for entry in self.entries if isinstance(entry, PlannedFile) and entry.path == path)
        return found


def part(text: str, around: str, new: str, *answers: tuple[str, float], old: str = "") -> Part:
    """Where `around` holds a "|", `old` behind it becomes `new`, whose "…" are blanks with the answers in turn."""
    before, after = around.split("|")
    start = text.index(before + after) + len(before)
    assert text.startswith(old, start)
    pieces, blanks = new.split("…"), []
    made = pieces[0]
    for piece, (answer, confidence) in zip(pieces[1:], answers, strict=True):
        others = Alternative("object", confidence / 2, ("object is too wide",)), Alternative("Any", confidence / 4)
        blanks.append(Blank(len(made), len(made + answer), (Alternative(answer, confidence), *others)))
        made += answer + piece
    return Part(start, start + len(old), old, made, tuple(blanks))


def site(text: str, rule: str, *parts: Part, outcome: Outcome = Outcome.KEPT, reason: str = "") -> Site:
    answers = [blank.candidates[0].confidence for one in parts for blank in one.blanks]
    confidence = None
    if answers:
        confidence = 1.0
        for answer in answers:
            confidence *= answer
    is_gated = outcome is Outcome.GATED
    verdicts = (Verdict("parses", is_passed=True), Verdict("names", not is_gated, reason if is_gated else ""))
    seen = next((one for one in parts if one.old), parts[-1])
    return Site(rule, text.count("\n", 0, seen.start) + 1, parts, confidence, outcome, reason, verdicts)


def ledger_sites() -> tuple[Site, ...]:
    text = LEDGER
    needs = part(text, "import |sys", "logging\nimport ")
    return (
        site(
            text,
            ANNOTATIONS,
            part(text, "__init__(self, name|)", ": …", ("str", 0.91)),
            part(text, "name)|:", " -> None"),
        ),
        site(
            text,
            ANNOTATIONS,
            part(text, "add(self, entry|)", ": …", ("Entri", 0.44)),
            outcome=Outcome.GATED,
            reason="Entri is bound nowhere",
        ),
        site(
            text,
            LOGGING,
            needs,
            part(
                text,
                '        |print("adding", entry)',
                'logging.info("adding %s", …)',
                ("entry", 0.88),
                old='print("adding", entry)',
            ),
        ),
        site(
            text,
            ANNOTATIONS,
            part(text, "balance(self)|", " -> …", ("float", 0.21)),
            outcome=Outcome.LOW,
            reason="0.21 of 0.35",
        ),
        site(
            text,
            ANNOTATIONS,
            part(text, "main(arguments|)", ": …", ("list[str]", 0.83)),
            part(text, "main(arguments)|", " -> …", ("int", 0.97)),
        ),
        site(
            text,
            LOGGING,
            needs,
            part(
                text,
                "    |print(ledger.balance())",
                "logging.info(…)",
                ("ledger.balance()", 0.62),
                old="print(ledger.balance())",
            ),
        ),
        site(
            text,
            LOGGING,
            part(text, "    |print(ledger", "logging.debug", old="print"),
            outcome=Outcome.OVERLAPS,
            reason="print-to-logging writes there, too",
        ),
        site(text, ANNOTATIONS, part(text, "return |0", "0", old="0"), outcome=Outcome.LEFT, reason="it is a value"),
    )


def dos_sites() -> tuple[Site, ...]:
    text = DOS
    needs = part(text, "|import os", "import logging\n")
    return (
        site(text, ANNOTATIONS, part(text, "grüße(name|)", ": …", ("str", 0.9)), outcome=Outcome.EMPTY),
        site(text, LOGGING, needs, part(text, "    |print(", "logging.info", old="print")),
        site(
            text, ANNOTATIONS, part(text, "|return os.sep", "x = …\n    return x", ("os.sep", 0.5), old="return os.sep")
        ),
    )


def harm_sites() -> tuple[Site, ...]:
    text = HARM
    harmful = f"{SCRIPT}{IMAGE}{OVERRIDE}{SCREEN}"
    made = part(text, "f(x|)", ": …", ("int", 0.5))
    answers = (Alternative("int", 0.5, (harmful,)), Alternative(harmful, 0.1))
    return (
        replace(
            site(text, ANNOTATIONS, replace(made, blanks=(replace(made.blanks[0], candidates=answers),))), rule=harmful
        ),
        site(text, ANNOTATIONS, part(text, "    |return", f"'{harmful}'\n    return", old="return")),
        site(
            text,
            ANNOTATIONS,
            part(text, "f(x)|:", " -> …", ("str", 0.1)),
            outcome=Outcome.GATED,
            reason=f"{harmful}\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n::error::harmed",
        ),
    )


def write(tree: Path, texts: dict[str, bytes], sites: dict[str, tuple[Site, ...]], *others: Entry) -> Sample:
    for path, data in texts.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_bytes(data)
    entries = (*(PlannedFile(path, sha256(texts[path]), sites[path]) for path in texts), *others)
    plan = tree.with_name(f"{tree.name}.jsonl")
    write_plan(plan, tree, entries)
    return Sample(tree, plan, entries)


def write_plan(plan: Path, tree: Path, entries: Sequence[Entry], footer: Footer | None = None) -> None:
    header = Header(FORMAT, "0.1.0", str(tree), "cd" * 32, RULES, {"paths": "."})
    last = footer or Footer(is_complete=True, files=len(entries))
    plan.write_text("".join(map(line_of, (header, *entries, last))), encoding="ascii")


def sample(tree: Path) -> Sample:
    return write(
        tree,
        {"ledger.py": LEDGER.encode(), "süß/dos.py": b"\xef\xbb\xbf" + DOS.encode(), HARM_PATH: HARM.encode()},
        {"ledger.py": ledger_sites(), "süß/dos.py": dos_sites(), HARM_PATH: harm_sites()},
        Skipped("build/generated.py", "generated"),
        Skipped("slow.py", "it ran out of its 30 seconds", is_failure=True),
    )


def many(tree: Path, files: int) -> Sample:
    """Eight sites a file."""
    names = [f"package_{n % 7}/module_{n}.py" for n in range(files)]
    return write(tree, dict.fromkeys(names, LEDGER.encode()), dict.fromkeys(names, ledger_sites()))
