"""The training text: documents, and the same text as one long row of tokens."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from lacuna.model.tokenizer import Tokenizer
from lacuna.model.training import corpus
from lacuna.model.training.distributions import Role

TOKENIZER = "tokenizer.json"
TOKENIZER_BYTES = 24_000_000
"""The tokenizer learns from so much of the corpus, evenly taken."""


@dataclass(frozen=True, slots=True)
class Documents:
    """Texts with \\n line ends, and their tokens one after the other."""

    texts: tuple[str, ...]
    tokens: NDArray[np.uint16]


def tokenizer_of(run: Path, folder: Path, size: int) -> Tokenizer:
    """The run's tokenizer, learned from the corpus in `folder` if it has none yet."""
    path = run / TOKENIZER
    if not path.exists():
        texts = [file.text for file in corpus.load(folder, Role.TRAIN)]
        every = max(1, round(sum(map(len, texts)) / TOKENIZER_BYTES))
        run.mkdir(parents=True, exist_ok=True)
        Tokenizer.train(texts[::every], size).save(path)
    return Tokenizer.load(path)


def documents_of(run: Path, folder: Path, tokenizer: Tokenizer) -> Documents:
    """The corpus' training files; their tokens are kept in the run's folder."""
    texts = tuple(file.text for file in corpus.load(folder, Role.TRAIN))
    path = run / "tokens.npy"
    if not path.exists():
        rows = [np.array(tokenizer.encode_text(text + "\n"), np.uint16) for text in track(texts, "tokenising")]
        temporary = run / "tokens.partial.npy"
        np.save(temporary, np.concatenate(rows))
        temporary.replace(path)
    return Documents(texts, np.load(path, mmap_mode="r"))
