"""A run's training text: documents, their tokens in one long row, the tokenizer; the run's folder keeps both."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lacuna.model.corpus.files import REPORT, CorpusError, Role, SourceFile, load
from lacuna.model.corpus.others import Others
from lacuna.model.tokenizer import Tokenizer
from lacuna.model.training.progress import shown
from lacuna.model.training.recipe import RecipeError
from lacuna.workspace import atomic

TOKENIZER = "tokenizer.json"
TOKENS, STARTS = "tokens.npy", "starts.npy"
TOKENIZER_CHARACTERS = 24_000_000
"""Characters of the corpus, evenly taken, that the tokenizer learns from, about."""


@dataclass(frozen=True)
class Documents:
    r"""Files whose lines end in \n, and their tokens one after the other."""

    files: tuple[SourceFile, ...]
    tokens: NDArray[np.uint16]
    starts: NDArray[np.int64]
    """(files + 1,) where each one's tokens begin, and where the last's end."""

    @cached_property
    def texts(self) -> tuple[str, ...]:
        return tuple(file.text for file in self.files)

    @cached_property
    def others(self) -> Others:
        return Others(self.files, self.tokens, self.starts)


def keep_report(run: Path, folder: Path) -> None:
    """Keep the corpus' report with the run; raises CorpusError if the run was begun with other training text."""
    report = (folder / REPORT).read_bytes()
    kept = run / REPORT
    name = f"{Role.TRAIN}.jsonl"
    if kept.exists() and _outputs(kept)[name] != _outputs(folder / REPORT)[name]:
        raise CorpusError(f"{run} was begun with another corpus than {folder}: train in another folder.")
    run.mkdir(parents=True, exist_ok=True)
    atomic.write(kept, report)


def tokenizer_of(run: Path, folder: Path, size: int) -> Tokenizer:
    """Load the run's tokenizer; if it has none yet, learn one from the corpus in `folder`."""
    path = run / TOKENIZER
    if not path.exists():
        texts = [file.text for file in load(folder, Role.TRAIN)]
        every = max(1, round(sum(map(len, texts)) / TOKENIZER_CHARACTERS))
        run.mkdir(parents=True, exist_ok=True)
        Tokenizer.train(texts[::every], size).save(path)
    tokenizer = Tokenizer.load(path)
    if tokenizer.size > size:
        raise RecipeError(f"the tokenizer in {run} is larger than the recipe's vocabulary: train in another folder")
    return tokenizer


def keep_tokenizer(run: Path, content: bytes) -> None:
    """Let the run use a tokenizer that is there already; raises RecipeError if it was begun with another."""
    path = run / TOKENIZER
    if path.exists():
        if path.read_bytes() != content:
            raise RecipeError(f"{run} was begun with another tokenizer: train in another folder")
        return
    run.mkdir(parents=True, exist_ok=True)
    atomic.write(path, content)


def documents_of(run: Path, folder: Path, tokenizer: Tokenizer) -> Documents:
    """Load the corpus' training files; their tokens are kept in the run's folder."""
    files = tuple(load(folder, Role.TRAIN))
    if not files:
        raise CorpusError(f"The corpus in {folder} has no training text.")
    tokens, starts = run / TOKENS, run / STARTS
    if not (tokens.exists() and starts.exists()):
        made = tokenised(files, tokenizer)
        for path, array in ((starts, made.starts), (tokens, made.tokens)):
            with atomic.replacing(path) as written:
                np.save(written, array)
    return Documents(files, np.load(tokens, mmap_mode="r"), np.load(starts))


def tokenised(files: tuple[SourceFile, ...], tokenizer: Tokenizer) -> Documents:
    """Tokenise files, sorted by package."""
    rows = []
    with shown("tokenising", len(files)) as show:
        for n, file in enumerate(files):
            rows.append(np.array(tokenizer.encode_text(file.text + "\n"), np.uint16))
            show(n + 1, "")
    return Documents(files, np.concatenate(rows), np.cumsum([0, *map(len, rows)]))


def _outputs(report: Path) -> dict[str, str]:
    outputs: dict[str, str] = json.loads(report.read_text(encoding="utf-8"))["outputs"]
    return outputs
