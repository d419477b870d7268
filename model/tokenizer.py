"""Byte-level BPE over one line at a time: lossless on any bytes, line ends are tokens of their own."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tokenizers import Regex, models, pre_tokenizers, trainers
from tokenizers import Tokenizer as Bpe

from lacuna.syntax.lines import split_lines
from lacuna.workspace import atomic

PAD, MASK, HOLE = 0, 1, 2
SPECIAL = 4
"""Ids below this have no spelling: no text can contain them (the fourth is spare)."""
LARGEST = 1 << 16
"""Ids: one is kept in 16 bits."""
LONGEST = 256
"""Bytes of a token."""


def _byte_alphabet() -> dict[int, str]:
    """Byte -> printable character, as GPT-2 does it: printable bytes stand for themselves."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + n) for n, byte in enumerate(others)}


ALPHABET = _byte_alphabet()
BYTES = {character: byte for byte, character in ALPHABET.items()}
SPACE, TAB, NEWLINE, RETURN = (ALPHABET[ord(c)] for c in " \t\n\r")
PUNCTUATION = r"!-/:-@\[-\^`{-~"
PIECES = "|".join(
    (
        f"[{NEWLINE}{RETURN}]",
        f"^(?:{SPACE}{SPACE}|{TAB})[{SPACE}{TAB}]*",  # a run of indentation
        f"{SPACE}?_*[A-Za-z]+",  # snake_case falls into its words
        f"{SPACE}?[0-9]{{1,2}}",
        f"{SPACE}?_+",
        f"{SPACE}?[{PUNCTUATION}]+",
        f"[{SPACE}{TAB}]+",
        f"{SPACE}?[^!-~{SPACE}{TAB}{NEWLINE}{RETURN}]+",  # all that is not ASCII
    )
)


def spelled(text: str) -> str:
    """The text's bytes, a printable character each: what the BPE entries are made of."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1").translate(ALPHABET)


class TokenizerError(ValueError):
    """What was read is no tokenizer of ours; the message goes on after the file's name."""


class Tokenizer:
    """Text to token ids and back. Ids 0..SPECIAL-1 are special, the rest are BPE entries."""

    def __init__(self, bpe: Bpe) -> None:
        self._bpe = bpe
        entries = sorted(bpe.get_vocab().items(), key=lambda entry: entry[1])
        self.spellings = [b""] * SPECIAL + [bytes(BYTES[c] for c in spelling) for spelling, _ in entries]
        (self.newline,) = self.encode("\n")

    @property
    def size(self) -> int:
        """How many ids there are, special ones included."""
        return len(self.spellings)

    def encode(self, line: str) -> tuple[int, ...]:
        """The tokens of (part of) one line."""
        return tuple(n + SPECIAL for n in self._bpe.encode(spelled(line)).ids)

    def encode_text(self, text: str) -> tuple[int, ...]:
        r"""The tokens of a text, each line by itself; every line end becomes "\n"."""
        first, *rest = split_lines(text)
        tokens = list(self.encode(first))
        for line in rest:
            tokens.append(self.newline)
            tokens.extend(self.encode(line))
        return tuple(tokens)

    def decode(self, tokens: Iterable[int]) -> bytes:
        """The bytes the tokens spell; special tokens spell nothing."""
        return b"".join(self.spellings[n] for n in tokens)

    def save(self, path: Path) -> None:
        """Write the tokenizer as one JSON file."""
        atomic.write(path, self._bpe.to_str(pretty=False).encode())

    @classmethod
    def load(cls, path: Path) -> "Tokenizer":
        """Read what `save` wrote; raise TokenizerError and OSError."""
        return cls.parsed(path.read_bytes())

    @classmethod
    def parsed(cls, data: bytes) -> "Tokenizer":
        """Read the bytes that `save` wrote, maybe of somebody who means harm; raise TokenizerError.

        Vocabulary and merges alone are taken, and the rest must be what every tokenizer of ours has: the library would
        run whatever else a file names.
        """
        try:
            table = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise TokenizerError("is not a tokenizer: it is not JSON") from error
        model = table.get("model") if isinstance(table, dict) else None
        if not isinstance(model, dict):
            raise TokenizerError("is not a tokenizer: it has no model")
        vocabulary = _vocabulary(model.pop("vocab", None))
        merges = _merges(model.pop("merges", None), vocabulary)
        ours = json.loads(_bpe(models.BPE()).to_str())
        for own, given in ((ours["model"], model), (ours | {"model": model}, table)):
            for name in given:
                if name not in own or given[name] != own[name]:
                    raise TokenizerError(f"is not a tokenizer of ours: it has another {name[:40]!r}")
        return cls(_bpe(models.BPE(vocabulary, merges)))

    @classmethod
    def train(cls, texts: Iterable[str], size: int) -> "Tokenizer":
        """Learn `size` ids (special ones included) from texts. Deterministic."""
        bpe = _bpe(models.BPE())
        trainer = trainers.BpeTrainer(
            vocab_size=size - SPECIAL,
            initial_alphabet=list(ALPHABET.values()),
            special_tokens=[],
            max_token_length=24,
            show_progress=False,
        )
        bpe.train_from_iterator(_spelled_lines(texts), trainer)
        return cls(bpe)


def _bpe(model: models.BPE) -> Bpe:
    bpe = Bpe(model)
    bpe.pre_tokenizer = pre_tokenizers.Split(Regex(PIECES), behavior="isolated")
    return bpe


def _vocabulary(table: Any) -> dict[str, int]:  # noqa: ANN401 -- it is yet to be seen what this is
    """Spellings and ids that leave out no byte and no id."""
    if not isinstance(table, dict) or len(table) > LARGEST - SPECIAL:
        raise TokenizerError("is not a tokenizer: it has no vocabulary of a sane size")
    if not all(type(number) is int for number in table.values()) or sorted(table.values()) != list(range(len(table))):
        raise TokenizerError("is not a tokenizer: its tokens are not numbered from 0")
    if not all(0 < len(spelling) <= LONGEST and BYTES.keys() >= set(spelling) for spelling in table):
        raise TokenizerError("is not a tokenizer: a token is no run of bytes")
    if not table.keys() >= BYTES.keys():
        raise TokenizerError("is not a tokenizer: a byte has no token")
    return table


def _merges(pairs: Any, vocabulary: dict[str, int]) -> list[tuple[str, str]]:  # noqa: ANN401 -- the same
    """Pairs of tokens that make a third."""
    if not isinstance(pairs, list) or len(pairs) > LARGEST:
        raise TokenizerError("is not a tokenizer: it has no merges of a sane number")
    found = []
    for pair in pairs:
        match pair:
            case [str(left), str(right)] if {left, right, left + right} <= vocabulary.keys():
                found.append((left, right))
            case _:
                raise TokenizerError("is not a tokenizer: a merge does not make a token of two")
    return found


def _spelled_lines(texts: Iterable[str]) -> Iterator[str]:
    yield spelled("\n")
    for text in texts:
        yield from map(spelled, filter(None, split_lines(text)))
