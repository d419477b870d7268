"""The baselines made ready: the n-gram model trained, both tuned on validation holes, and all of it kept on disk."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType

import numpy as np

from lacuna.benchmarks.evaluation import gate, held_out
from lacuna.benchmarks.evaluation.baselines import copier, guesses, ngram, two_sided
from lacuna.benchmarks.evaluation.baselines.guesses import Tuned, offered, tune
from lacuna.benchmarks.evaluation.baselines.ngram import NGram
from lacuna.benchmarks.evaluation.baselines.two_sided import TwoSided
from lacuna.benchmarks.evaluation.gate import is_sound, may_offer
from lacuna.benchmarks.evaluation.held_out import Hole
from lacuna.benchmarks.evaluation.progress import tracked
from lacuna.infill import ranking
from lacuna.model.corpus.files import Role, load
from lacuna.model.tokenizer import Tokenizer
from lacuna.syntax import check
from lacuna.syntax.errors import FileError
from lacuna.workspace import atomic

TUNING_SEED = 1
_TUNED_BY = (copier, gate, guesses, held_out, ngram, two_sided, check, ranking)


@dataclass(frozen=True, slots=True)
class Settled:
    """What was learnt from holes of the role validation."""

    holes: str
    """Digest of these holes."""
    shares: tuple[float, ...]
    """The document's share in the mixture of n-gram models, by the length of context seen."""
    ngram: Tuned
    copier: Tuned


@dataclass(frozen=True, slots=True)
class Baselines:
    ngram: Callable[[Hole], str]
    copier: Callable[[Hole], str]
    settled: Settled


def tuning_holes(folder: Path, count: int) -> tuple[Hole, ...]:
    return held_out.draw(load(folder, Role.VALIDATION), count, seed=TUNING_SEED)


def prepare(folder: Path, tokenizer_file: Path, work: Path, validation: tuple[Hole, ...]) -> Baselines:
    """Train and tune, or read from `work` what was trained and tuned on the same data by the same code."""
    tokenizer = Tokenizer.load(tokenizer_file)
    work.mkdir(parents=True, exist_ok=True)
    # What older code made is not read: both keys hold the code's own hash.
    trained_on = (_sha256(folder / f"{Role.TRAIN}.jsonl"), _sha256(tokenizer_file), str(ngram.ORDER), _source(ngram))
    tuned_by = [_source(module) for module in _TUNED_BY]
    model = _trained(folder, tokenizer, work / f"ngram-{_key(*trained_on)}.npz")
    key = _key(*trained_on, *tuned_by, held_out.digest(validation))
    settled = _settled(validation, model, tokenizer, work / f"tuned-{key}.json")
    two = TwoSided(model, tokenizer, settled.shares)
    return Baselines(
        ngram=lambda hole: offered(hole, two.guesses(hole), settled.ngram.weights, may_offer, is_sound),
        copier=lambda hole: offered(hole, copier.guesses(hole), settled.copier.weights, may_offer, is_sound),
        settled=settled,
    )


def _trained(folder: Path, tokenizer: Tokenizer, kept: Path) -> NGram:
    if not kept.exists():
        files = list(load(folder, Role.TRAIN))
        tokens = [
            np.array([ngram.EDGE, *tokenizer.encode_text(file.text)], dtype=np.int64)
            for file in tracked(files, "Reading the corpus")
        ]
        ngram.train(np.concatenate(tokens), tokenizer.size).save(kept)
    return NGram.load(kept)


def _settled(validation: tuple[Hole, ...], model: NGram, tokenizer: Tokenizer, kept: Path) -> Settled:
    if kept.exists():
        return _read(kept)
    even = TwoSided(model, tokenizer, two_sided.EVEN_MIX)
    evidence = [row for hole in tracked(validation, "Mixing n-grams") for row in even.evidence(hole)]
    two = TwoSided(model, tokenizer, two_sided.fit_shares(evidence))
    from_ngram = [two.guesses(hole) for hole in tracked(validation, "Tuning the n-gram model")]
    from_copier = [copier.guesses(hole) for hole in tracked(validation, "Tuning the copier")]
    settled = Settled(
        holes=held_out.digest(validation),
        shares=two.shares,
        ngram=tune(validation, from_ngram, two_sided.START, may_offer),
        copier=tune(validation, from_copier, copier.START, may_offer),
    )
    atomic.write(kept, json.dumps(asdict(settled), indent=2).encode() + b"\n")
    return settled


def _read(kept: Path) -> Settled:
    row = json.loads(kept.read_text(encoding="utf-8"))
    tuned = {name: Tuned(tuple(row[name]["weights"]), row[name]["exact"]) for name in ("ngram", "copier")}
    return Settled(holes=row["holes"], shares=tuple(row["shares"]), **tuned)


def _key(*parts: str) -> str:
    return hashlib.sha256(" ".join(parts).encode("ascii")).hexdigest()[:16]


def _source(module: ModuleType) -> str:
    assert module.__file__, f"{module} has no source"
    return _sha256(Path(module.__file__))


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from error
