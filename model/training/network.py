"""The denoiser: one set of weights, entered as `encode`, `denoise` or, in the first phase of training, `causal`.

Letters of the shapes: R rows, B candidates (in training: noise levels), G holes, N slots of a canvas, X chunks,
T tokens of a chunk, W near keys on one side, M far keys, D width, A heads, K key heads, E width of a head.
Context never sees a hole, so its keys and values depend on a chunk's tokens alone and can be cached by content.
"""

from functools import partial
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lacuna.model.chunked.context import BEFORE_ANCHOR
from lacuna.model.chunked.hints import HINTS, STRENGTHS
from lacuna.model.dimensions import ROTARY_BASE, Dimensions
from lacuna.model.tokenizer import MASK, PAD
from lacuna.model.training.attention import kernel

BEFORE, AFTER, OWN = RELATIONS = range(3)
"""Relations of a key to a slot in global layers: context before or after it, its own canvas."""
MASKED, COMMITTED = range(2)
"""Roles of a slot; context has none, and neither have the tokens of the causal phase."""


class Near(NamedTuple):
    """Context that local layers see: W tokens to the left of each hole, then W to its right."""

    keys: Tensor  # (local layers, R, G, 2W, K, E), not rotated
    values: Tensor  # the same shape
    offsets: Tensor  # (R, G, 2W) token distance from the sentinel, negative to its left; 0 is no key


class Far(NamedTuple):
    """Context that global layers see: all of it."""

    keys: Tensor  # (global layers, R, M, K, E)
    values: Tensor  # the same shape
    offsets: Tensor  # (R, G, M) as in Near


class Layer(nn.Module):
    """Pre-norm attention with grouped, normalised queries and keys; then SwiGLU."""

    def __init__(self, dims: Dimensions) -> None:
        super().__init__()
        self.dims = dims
        key_width = dims.key_heads * dims.head_width
        self.attention_norm = nn.RMSNorm(dims.width)
        self.query = nn.Linear(dims.width, dims.width, bias=False)
        self.key = nn.Linear(dims.width, key_width, bias=False)
        self.value = nn.Linear(dims.width, key_width, bias=False)
        self.out = nn.Linear(dims.width, dims.width, bias=False)
        self.query_norm = nn.RMSNorm(dims.head_width)
        self.key_norm = nn.RMSNorm(dims.head_width)
        self.hidden_norm = nn.RMSNorm(dims.width)
        self.gate = nn.Linear(dims.width, dims.hidden, bias=False)
        self.up = nn.Linear(dims.width, dims.hidden, bias=False)
        self.down = nn.Linear(dims.hidden, dims.width, bias=False)

    def project(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(..., D) -> queries (..., A, E), keys and values (..., K, E); nothing rotated yet."""
        h = self.attention_norm(x)
        q = self.query_norm(self.query(h).unflatten(-1, (self.dims.heads, self.dims.head_width)))
        return q, *self.keys_values(x)

    def keys_values(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(..., D) -> keys and values (..., K, E), which is all that `encode` needs of the last layer."""
        h = self.attention_norm(x)
        k = self.key_norm(self.key(h).unflatten(-1, (self.dims.key_heads, self.dims.head_width)))
        return k, self.value(h).unflatten(-1, (self.dims.key_heads, self.dims.head_width))

    def finish(self, x: Tensor, attended: Tensor) -> Tensor:
        """Residual (..., D) and attended values (..., A, E) -> the layer's output (..., D)."""
        x = x + self.out(attended.flatten(-2))
        h = self.hidden_norm(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class GlobalBias(nn.Module):
    """Tells a global layer, which rotates nothing, where keys stand: by relation and log-distance.

    Scores grow with the logarithm of how many keys are seen, so that attention stays sharp in long files; and there is
    a null key, for a query that no key concerns.
    """

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(len(RELATIONS), heads))
        self.slope = nn.Parameter(torch.full((len(RELATIONS), heads), -0.2))
        self.scale = nn.Parameter(torch.full((heads,), 1 / 6))
        self.null = nn.Parameter(torch.zeros(heads))

    def forward(self, relation: Tensor, distance: Tensor) -> Tensor:
        """Relations and token distances (...) -> biases (..., A)."""
        # One-hot products: their gradient is a product too, that of an index a slow scatter.
        relations = torch.arange(len(RELATIONS), device=relation.device)
        one_hot = (relation.unsqueeze(-1) == relations).float()  # (..., len(RELATIONS))
        return one_hot @ self.bias + torch.log1p(distance.float()).unsqueeze(-1) * (one_hot @ self.slope)

    def softmax(self, scores: tuple[Tensor, ...], biases: tuple[Tensor, ...], count: Tensor) -> tuple[Tensor, ...]:
        """Turn scores (R, A, ..., keys) into weights of the same shapes, over the keys of all parts together.

        biases: for each part, -inf where a key is not seen. count: (R, 1, ...) keys seen by each query.
        The null key's weight is left out, so that the others may add up to less than 1.
        """
        heads = (-1, *[1] * (count.ndim - 1))
        scale = self.scale.view(heads) * torch.log(count + 2).unsqueeze(-1)  # (R, A, ..., 1)
        biased = [part * scale + bias for part, bias in zip(scores, biases, strict=True)]
        null = self.null.view(heads).expand(*biased[0].shape[:-1], 1)
        weights = torch.cat([*biased, null], -1).softmax(-1)
        return weights[..., :-1].split([part.shape[-1] for part in scores], -1)


class Denoiser(nn.Module):
    """Predicts tokens and existence of slots, from a context that never sees them."""

    def __init__(self, dims: Dimensions) -> None:
        super().__init__()
        self.dims = dims
        self.embedding = nn.Embedding(dims.vocabulary, dims.width)
        self.smear = nn.Parameter(torch.zeros(dims.width))
        self.bigrams = nn.Embedding(dims.bigrams, dims.ngram_width)
        self.trigrams = nn.Embedding(dims.trigrams, dims.ngram_width)
        self.ngrams = nn.Linear(2 * dims.ngram_width, dims.width, bias=False)
        self.hint = nn.Embedding(HINTS * STRENGTHS, dims.width)
        self.role = nn.Embedding(2, dims.width)
        self.layers = nn.ModuleList(Layer(dims) for _ in range(dims.layers))
        self.biases = nn.ModuleDict({str(n): GlobalBias(dims.heads) for n in dims.global_layers})
        self.norm = nn.RMSNorm(dims.width)
        self.existence = nn.Linear(dims.width, 1)
        exponent = torch.arange(0, dims.head_width, 2, dtype=torch.float32) / dims.head_width
        self.is_ragged = False
        """Whether infilling goes through `ragged`, whose attention multiplies in bfloat16."""
        self.register_buffer("frequencies", ROTARY_BASE**-exponent, persistent=False)
        self._initialise()

    def _initialise(self) -> None:
        for name, p in self.named_parameters():
            if name.endswith(("out.weight", "down.weight")):
                nn.init.zeros_(p)
            elif p.ndim == 2 and name.startswith("layers"):
                nn.init.normal_(p, std=p.shape[1] ** -0.5)
        for table in (self.embedding, self.bigrams, self.trigrams):
            nn.init.normal_(table.weight, std=0.02)
        nn.init.zeros_(self.ngrams.weight)
        nn.init.zeros_(self.hint.weight)
        nn.init.zeros_(self.role.weight)  # after the causal phase a committed slot is a token like any other

    def embed(self, tokens: Tensor) -> Tensor:
        """(..., BEFORE_ANCHOR + P) -> (..., P, D): each token, the one before it, and the n-grams that end with it.

        Tables of hashed n-grams cost memory, not time: what a 3-gram model knows need not be computed.
        """
        first, second, third = tokens[..., :-2], tokens[..., 1:-1], tokens[..., 2:]
        bigram = (second * self.dims.vocabulary + third) % self.dims.bigrams
        trigram = ((first * self.dims.vocabulary + second) * self.dims.vocabulary + third) % self.dims.trigrams
        ngrams = torch.cat([self.bigrams(bigram), self.trigrams(trigram)], -1)
        return self.embedding(third) + self.smear * self.embedding(second) + self.ngrams(ngrams)

    def hinted(self, hints: Tensor, strengths: Tensor) -> Tensor:
        """Hints and their strengths (..., P, HINTS) -> the sum of the hinted tokens' embeddings, gated (..., P, D)."""
        gates = self.hint(strengths + STRENGTHS * torch.arange(HINTS, device=strengths.device))
        return (gates * self.embedding(hints)).sum(-2)

    # ------------------------------------------------------------------ entries

    def encode(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Chunks (X, T), padded with PAD -> keys and values (layers, X, T, K, E), keys not rotated.

        A token attends to those before it in its chunk, as in the causal phase (docs/log says what that gained).
        """
        # 1. Tokens in a row without padding, which then costs attention only and not the matrix products
        X, T = tokens.shape
        valid = tokens != PAD  # (X, T)
        flat = valid.flatten().nonzero().squeeze(1)  # (valid,)
        x = self.embed(F.pad(tokens, (BEFORE_ANCHOR, 0), value=PAD)).flatten(0, 1)[flat]  # (valid, D)
        no_hints = flat.new_full((HINTS,), PAD)
        x = x + self.hinted(no_hints, torch.zeros_like(no_hints))

        def pad(y: Tensor) -> Tensor:  # (valid, h, E) -> (X, T, h, E)
            return y.new_zeros(X * T, *y.shape[1:]).index_copy(0, flat, y).unflatten(0, (X, T))

        # 2. Who sees whom
        position = torch.arange(T, device=tokens.device)
        offset = position - position.unsqueeze(1)  # (query, key)
        mask = (valid[:, None, None, :] & (offset <= 0)).expand(X, 1, T, T)

        # 3. Layers; of the last one, only keys and values are ever used
        keys, values = [], []
        for n, layer in enumerate(self.layers):
            if n == self.dims.layers - 1:
                k, v = map(pad, layer.keys_values(x))
                keys.append(k)
                values.append(v)
                break
            q, k, v = map(pad, layer.project(x))
            keys.append(k)
            values.append(v)
            if self.dims.is_global(n):
                attended = self._attend_globally(n, q, k, v, offset, mask)
            else:
                attended = _attend(self._rotate(q, position), self._rotate(k, position), v, mask)
            x = layer.finish(x, attended.flatten(0, 1)[flat])
        return torch.stack(keys), torch.stack(values)

    def denoise(
        self,
        slots: Tensor,
        lengths: Tensor,
        hints: tuple[Tensor, Tensor],
        near: Near,
        far: Far,
        ordered: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Predict all slots of all holes at once.

        slots (R, B, G, BEFORE_ANCHOR + 1 + N): the context tokens left of the hole, the last of which is the anchor,
        then the canvas' token ids, MASK where masked.
        lengths (R, B, G): slots of each canvas, the rest is padding.
        hints: with their strengths, (R, B, G, 1 + N, HINTS) each, of what follows the anchor and each slot.
        ordered (B,), for training alone: whether a slot sees of its canvas only what is to its left, so that each true
        token can be predicted from those before it.
        Returns hidden states (R, B, G, N, D), for `logits`, and existence logits (R, B, G, N). Both are read one place
        to the left of the slot they speak of, as in the causal phase: what was learned there holds here at once.
        """
        # 1. Canvases with their anchors
        R, B, G, N, _ = hints[0].shape  # N counts the anchor from here on
        W = near.offsets.shape[-1] // 2
        role = torch.where(slots[..., BEFORE_ANCHOR:] == MASK, MASKED, COMMITTED)
        x = self.embed(slots) + self.hinted(*hints) + self.role(role)  # (R, B, G, N, D)
        # From here on B comes after G: the candidates of a hole are but more queries of the same keys.
        x, lengths = x.transpose(1, 2).contiguous(), lengths.transpose(1, 2)  # (R, G, B, N, D), (R, G, B)
        slot = torch.arange(N, device=slots.device) - 1  # the anchor stands at -1
        is_slot = slot < lengths.unsqueeze(-1)  # (R, G, B, N)
        from_right = slot - (lengths.unsqueeze(-1) - 1)  # (R, G, B, N) the last slot stands at 0
        if ordered is None:
            ordered = torch.zeros(B, dtype=torch.bool, device=slots.device)
        is_visible = ~ordered.view(B, 1, 1) | (slot <= slot.unsqueeze(1))  # (B, query, key)
        is_own = is_slot[:, None, :, :, None, :] & is_visible  # (R, 1, G, B, N, N)

        # 2. Keys that local layers see: [left context | right context | own canvas]
        is_near = (near.offsets != 0)[:, None, :, None, None, :].expand(R, 1, G, B, N, 2 * W)
        near_mask = torch.cat([is_near, is_own], -1)

        # 3. Keys that global layers see: [far context | own canvas]
        is_far = far.offsets != 0  # (R, G, M)
        far_relation = (far.offsets > 0).long() * AFTER
        distance = (slot - slot.unsqueeze(1)).abs()  # (N, N)
        own = torch.full_like(distance, OWN)
        count = is_far.sum(-1)[:, None, :, None, None] + is_own.sum(-1)  # (R, 1, G, B, N)

        # 4. Layers
        for n, layer in enumerate(self.layers):
            q, k, v = layer.project(x)  # (R, G, B, N, A, E), (R, G, B, N, K, E) twice
            if self.dims.is_global(n):
                at = self.dims.global_layers.index(n)
                bias = self.biases[str(n)]
                to_context = _scores(q.flatten(1, 3), far.keys[at]).unflatten(2, (G, B, N))  # (R, A, G, B, N, M)
                context_bias = bias(far_relation, far.offsets.abs()).permute(0, 3, 1, 2)  # (R, A, G, M)
                context_bias = _where_seen(is_far.unsqueeze(1), context_bias)[:, :, :, None, None, :]
                own_bias = _where_seen(is_own, bias(own, distance).movedim(-1, 0)[:, None, None])  # (R, A, G, B, N, N)
                to_own = _scores(q, k).permute(0, 3, 1, 2, 4, 5)  # (R, A, G, B, N, N)
                to_context, to_own = bias.softmax((to_context, to_own), (context_bias, own_bias), count)
                attended = _mix(to_context.flatten(2, 4), far.values[at]).unflatten(1, (G, B, N))
                attended = attended + _mix(to_own.permute(0, 2, 3, 1, 4, 5), v)
            else:
                at = self.dims.local_layers.index(n)
                # To the right, text stands at its distance from the canvas' end, however long that is. The queries are
                # rotated a second time, as seen from there: keys are the same for canvases of all lengths.
                near_k = self._rotate(near.keys[at], near.offsets)  # (R, G, 2W, K, E)
                left_k, right_k = near_k.chunk(2, -3)
                from_left = self._rotate(q, slot)
                own_scores = _scores(from_left, self._rotate(k, slot))  # (R, G, B, A, N, N)
                to_near, to_own = self.local_softmax(
                    _scores(from_left.flatten(2, 3), left_k).unflatten(3, (B, N)).transpose(1, 2),
                    _scores(self._rotate(q, from_right).flatten(2, 3), right_k).unflatten(3, (B, N)).transpose(1, 2),
                    own_scores.permute(0, 3, 1, 2, 4, 5),
                    near_mask,
                )  # (R, A, G, B, N, keys)
                attended = _mix(to_near.transpose(1, 2).flatten(3, 4), near.values[at]).unflatten(2, (B, N))
                attended = attended + _mix(to_own.permute(0, 2, 3, 1, 4, 5), v)
            x = layer.finish(x, attended)
        x = self.norm(x[..., :-1, :]).transpose(1, 2)  # (R, B, G, N, D), the anchor gone
        return x, self.existence(x).squeeze(-1)

    def causal(self, tokens: Tensor, hints: tuple[Tensor, Tensor], window: int = 256) -> Tensor:
        """Text (R, BEFORE_ANCHOR + T), hints and strengths (R, T, HINTS) -> hidden states (R, T, D).

        A state predicts the token after it. Local layers see `window` tokens, a token's own among them.
        """
        R, T, _ = hints[0].shape
        position = torch.arange(T, device=tokens.device)
        offset = position - position.unsqueeze(1)  # (query, key)
        past = (offset <= 0).expand(R, 1, T, T)
        return self.attended(self.embed(tokens) + self.hinted(*hints), past & (offset > -window), past)

    def causal_loss(self, text: Tensor, hints: tuple[Tensor, Tensor]) -> Tensor:
        """Text (R, BEFORE_ANCHOR + T + 1), hints as in `causal` -> mean cross-entropy of the last T tokens."""
        logits = self.logits(self.causal(text[:, :-1], hints))  # (R, T, V)
        return F.cross_entropy(logits.flatten(0, 1), text[:, BEFORE_ANCHOR + 1 :].flatten())

    def attended(self, x: Tensor, local: Tensor, whole: Tensor) -> Tensor:
        """Rows (R, T, D) -> hidden states (R, T, D); masks (R, 1, T, T) say which keys local and global layers see."""
        position = torch.arange(x.shape[1], device=x.device)
        offset = position - position.unsqueeze(1)  # (query, key)
        for n, layer in enumerate(self.layers):
            q, k, v = layer.project(x)
            if self.dims.is_global(n):
                attended = self._attend_globally(n, q, k, v, offset, whole)
            else:
                attended = _attend(self._rotate(q, position), self._rotate(k, position), v, local)
            x = layer.finish(x, attended)
        return self.norm(x)

    def local_softmax(self, left: Tensor, right: Tensor, own: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Scores (..., N, W) twice and (..., N, N), visibility (..., N, 2W + N) -> weights (..., 2W), (..., N)."""
        scores = torch.cat([left, right, own], -1) * self.dims.head_width**-0.5
        weights = scores.masked_fill(~mask, float("-inf")).softmax(-1)
        return weights.split([2 * left.shape[-1], own.shape[-1]], -1)

    def _attend_globally(self, n: int, q: Tensor, k: Tensor, v: Tensor, offset: Tensor, mask: Tensor) -> Tensor:
        """A global layer over rows: (R, T, A, E), (R, T, K, E) twice, offsets (T, T), mask (R, 1, T, T) -> values."""
        bias = self.biases[str(n)]
        biases = bias(torch.where(offset > 0, AFTER, BEFORE), offset.abs()).permute(2, 0, 1)  # (A, T, T)
        (weights,) = bias.softmax((_scores(q, k),), (_where_seen(mask, biases),), mask.sum(-1))
        return _mix(weights, v)

    def logits(self, hidden: Tensor) -> Tensor:
        """Hidden states (..., D) -> logits over the vocabulary (..., V), tied to the embedding."""
        return F.linear(hidden, self.embedding.weight)

    def _rotate(self, x: Tensor, position: Tensor) -> Tensor:
        """Rotary embedding (Su et al. 2021, half-split form) of x (..., P, h, E) at positions (..., P)."""
        return self.turn(x, *self.angles(position))

    def angles(self, position: Tensor) -> tuple[Tensor, Tensor]:
        """Positions (..., P) -> cosines and sines (..., P, 1, E/2)."""
        angle = (position.unsqueeze(-1).float() * self.frequencies).unsqueeze(-2)
        return angle.cos(), angle.sin()

    def turn(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """Turn x (..., P, h, E) by angles (..., P, 1, E/2)."""
        a, b = x.chunk(2, -1)
        return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


def fuse(network: Denoiser, precision: torch.dtype) -> None:
    """Let torch.compile fuse what is not a matrix product; needs a C++ compiler.

    The causal phase, of one shape, as a whole; of infilling steps, no two of one shape, the parts without attention.
    Not on CUDA: there these took longer to compile than they can save in a run of minutes (docs/log).
    In bfloat16 attention is left to `ragged`. Raises ModelError where the kernel of that cannot be compiled.
    """
    network.causal_loss = torch.compile(network.causal_loss, dynamic=False)  # type: ignore[method-assign]
    if network.smear.is_cuda:
        return
    torch._dynamo.config.recompile_limit = 32  # noqa: SLF001 -- its public name; one code for each number of dimensions
    for name in ("project", "keys_values", "finish"):
        fused = torch.compile(getattr(Layer, name), dynamic=True)
        for layer in network.layers:
            setattr(layer, name, partial(fused, layer))
    softmax = torch.compile(GlobalBias.softmax, dynamic=True)
    for bias in network.biases.values():
        bias.softmax = partial(softmax, bias)
    for name in ("local_softmax", "turn"):
        setattr(network, name, torch.compile(getattr(network, name), dynamic=True))
    if precision is torch.bfloat16:
        kernel()
        network.is_ragged = True


def _where_seen(mask: Tensor, bias: Tensor) -> Tensor:
    """The bias where a key is seen, else minus infinity."""
    return torch.where(mask, bias, float("-inf"))


def _scores(q: Tensor, k: Tensor) -> Tensor:
    """Queries (..., Q, A, E) and keys (..., P, K, E) -> products (..., A, Q, P); A/K queries share a key."""
    grouped = q.transpose(-3, -2).unflatten(-3, (k.shape[-2], -1)).flatten(-3, -2)  # (..., K, A/K * Q, E)
    products = grouped @ k.movedim(-3, -1)  # (..., K, A/K * Q, P)
    return products.unflatten(-2, (-1, q.shape[-3])).flatten(-4, -3)


def _mix(weights: Tensor, v: Tensor) -> Tensor:
    """Weights (..., A, Q, P) and values (..., P, K, E) -> (..., Q, A, E)."""
    grouped = weights.unflatten(-3, (v.shape[-2], -1)).flatten(-3, -2)  # (..., K, A/K * Q, P)
    mixed = grouped @ v.transpose(-3, -2)  # (..., K, A/K * Q, E)
    return mixed.unflatten(-2, (-1, weights.shape[-2])).flatten(-4, -3).transpose(-3, -2)


def _attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    """Scaled dot products: (R, Q, A, E), (R, P, K, E) twice, visibility (R, 1, Q, P) -> (R, Q, A, E).

    Written out: on a processor the backward pass of torch's own takes several times as long (docs/log).
    """
    scores = _scores(q, k) * q.shape[-1] ** -0.5
    return _mix(scores.masked_fill(~mask, float("-inf")).softmax(-1), v)
