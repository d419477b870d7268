"""What an artifact from elsewhere may claim of itself: sizes that fit each other, and within which it can be run."""

from collections.abc import Iterator

from lacuna.model.denoiser import Sampling
from lacuna.model.dimensions import Dimensions

MIB = 1 << 20
MANIFEST_BYTES = 1 * MIB
TOKENIZER_BYTES = 16 * MIB
WEIGHTS_BYTES = 1024 * MIB

# The least and the most of each.
DIMENSIONS = {
    "vocabulary": (4 + 256, 1 << 16),  # each byte has a token; a token is kept in 16 bits
    "width": (2, 1 << 14),
    "layers": (1, 256),
    "heads": (1, 256),
    "key_heads": (1, 256),
    "hidden": (1, 1 << 17),
    "global_every": (1, 256),
    "near": (1, 4096),
    "bigrams": (1, 1 << 24),
    "trigrams": (1, 1 << 24),
    "ngram_width": (1, 1 << 14),
}
KEYS = 1 << 30
"""Numbers in the keys of all tokens that are seen at once, had each head its own."""
SLOTS = 2048
"""In a batch of canvases, each with a logit for every token."""
SAMPLING = {"canvas": (1, 1024), "blocks": (1, 64), "candidates": (1, 64), "budget": (0, 1 << 17), "threshold": (0, 1)}


def complaints(dimensions: Dimensions, sampling: Sampling) -> Iterator[str]:
    """What is out of bounds, as sentences go on after "the manifest"."""
    for of, bounds in ((dimensions, DIMENSIONS), (sampling, SAMPLING)):
        for name, (least, most) in bounds.items():
            if not least <= getattr(of, name) <= most:
                yield f"has a {name} that is not between {least} and {most:,}"
    if dimensions.width % (2 * dimensions.heads or 1) or dimensions.heads % (dimensions.key_heads or 1):
        yield "has heads that do not share its width"
    if dimensions.global_every > dimensions.layers:
        yield "has no global layer"
    seen = sampling.budget + 2 * dimensions.near
    if seen * dimensions.layers * dimensions.width > KEYS or sampling.candidates * sampling.canvas > SLOTS:
        yield "describes a model that does not fit into memory"
