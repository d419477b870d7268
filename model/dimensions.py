"""The sizes of a denoiser: what its recipe says, its manifest repeats and its graphs are built from."""

from dataclasses import dataclass

ROTARY_BASE = 10_000.0
"""Base of the frequencies by which rotary embeddings turn queries and keys (Su et al. 2021)."""


@dataclass(frozen=True, slots=True)
class Dimensions:
    """Sizes of a denoiser; every `global_every`-th layer is global."""

    vocabulary: int
    width: int
    layers: int
    heads: int
    key_heads: int
    hidden: int
    global_every: int = 3
    near: int = 128
    """Context tokens that local layers see on either side of a hole."""
    bigrams: int = 32_749
    """Rows of the table of hashed bigrams, best a prime."""
    trigrams: int = 65_521
    ngram_width: int = 64

    @property
    def head_width(self) -> int:
        return self.width // self.heads

    def is_global(self, layer: int) -> bool:
        return layer % self.global_every == self.global_every - 1

    @property
    def local_layers(self) -> tuple[int, ...]:
        return tuple(n for n in range(self.layers) if not self.is_global(n))

    @property
    def global_layers(self) -> tuple[int, ...]:
        return tuple(n for n in range(self.layers) if self.is_global(n))
