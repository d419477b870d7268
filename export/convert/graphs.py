"""The network's two entries as graphs to be served: the same weights and sums as `network`, laid out for ONNX Runtime.

Letters as in `lacuna.model.training.network`, H = A / K. Here R is 1 and gone, and an encoded chunk has no padding.
What a candidate gets must not depend, in a single bit, on the batch beside it: 8-bit products round their inputs, so
the smallest difference would grow. Therefore context and canvases are summed apart, and slots that do not exist are
zeros at the end of a sum whose order is fixed (a product's, not a reduction's).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from onnx import TensorProto

from lacuna.export.convert.builder import Graph, Value, Weights
from lacuna.export.convert.precision import Precision
from lacuna.model.chunked.context import BEFORE_ANCHOR
from lacuna.model.chunked.hints import HINTS, STRENGTHS
from lacuna.model.dimensions import ROTARY_BASE, Dimensions
from lacuna.model.tokenizer import MASK, PAD
from lacuna.model.training.network import AFTER, BEFORE, COMMITTED, MASKED, OWN

EPSILON = float(np.finfo(np.float32).eps)
"""What torch's RMSNorm adds by default."""

State = Mapping[str, NDArray[np.float32]]
"""The network's `state_dict`."""
Turns = tuple[Value, Value]
"""Cosines and sines (..., E/2) of positions (...)."""
EMBEDDING = "embedding"
LAST = 2**31
"""The end of an axis."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Keys that all candidates see, those of context, in an attention."""

    scores: Value  # (K, B * H * Q, P)
    values: Value  # (K, P, E)


@dataclass(frozen=True, slots=True)
class Own:
    """Keys that one candidate sees alone, those of its canvas."""

    scores: Value  # (B, A, Q, P)
    values: Value  # (B, K, P, E)
    keys: Value  # P


@dataclass(frozen=True, slots=True)
class Folding:
    """All queries of all candidates, (B, A, Q, F), as the rows of one product, (K, B * H * Q, F), and back.

    For each candidate by itself, few rows as it has, ONNX Runtime would lay out the keys anew.
    """

    dims: Dimensions
    candidates: Value  # B
    queries: Value  # Q

    def fold(self, x: Value, width: int) -> Value:
        """`width` is F."""
        rows = x.reshape(0, self.dims.key_heads, -1, width)  # (B, K, H * Q, F)
        return rows.transpose(1, 0, 2, 3).reshape(0, -1, width)

    def unfold(self, x: Value, width: int) -> Value:
        rows = x.reshape(0, self.candidates, -1, width)  # (K, B, H * Q, F)
        return rows.transpose(1, 0, 2, 3).reshape(0, self.dims.heads, self.queries, width)


@dataclass(frozen=True, slots=True)
class Network:
    """Parts of the network that both graphs are made of."""

    dims: Dimensions
    state: State
    precision: Precision
    graph: Graph

    def linear(self, x: Value, name: str) -> Value:
        return self.precision.product(x, name, self.state[f"{name}.weight"])

    def normalise(self, x: Value, name: str) -> Value:
        """RMSNorm in the form that ONNX Runtime fuses."""
        mean = self.graph.op("Pow", x, 2.0).mean(-1) + EPSILON
        return x / self.graph.op("Sqrt", mean) * self.graph.weight(name, self.state[f"{name}.weight"])

    def look_up(self, ids: Value, table: str) -> Value:
        """(...) -> rows of a table (..., width)."""
        return self.precision.rows(ids, table, self.state[f"{table}.weight"])

    def embed(self, tokens: Value) -> Value:
        """(..., BEFORE_ANCHOR + P) -> (..., P, D): each token, those before it, and the n-grams that end with it."""
        first, second, third = (tokens.part(-1, start, end) for start, end in ((0, -2), (1, -1), (2, LAST)))
        bigram = second * self.dims.vocabulary + third
        trigram = first * self.dims.vocabulary**2 + bigram
        tables = (("bigrams", bigram, self.dims.bigrams), ("trigrams", trigram, self.dims.trigrams))
        ngrams = self.graph.concat(-1, *(self.look_up(self.graph.op("Mod", n, rows), name) for name, n, rows in tables))
        smear = self.graph.weight("smear", self.state["smear"])
        return self.look_up(third, EMBEDDING) + smear * self.look_up(second, EMBEDDING) + self.linear(ngrams, "ngrams")

    def hinted(self, hints: Value, strengths: Value) -> Value:
        """Hints and their strengths (..., P, HINTS) -> what they add to (..., P, D)."""
        gates = self.graph.weight("hint", self.state["hint.weight"])
        rows = strengths + self.graph.weight("hint rows", STRENGTHS * np.arange(HINTS))
        added = self.graph.op("Gather", gates, rows, axis=0) * self.look_up(hints, EMBEDDING)  # (..., P, HINTS, D)
        return self.graph.op("Squeeze", added.sum(-2), self.graph.constant([-2]))

    def no_hints(self) -> Value:
        """What the lack of hints adds (D,)."""
        lacking = self.state["hint.weight"][::STRENGTHS].sum(0) * self.state[f"{EMBEDDING}.weight"][PAD]
        return self.graph.weight("no hints", lacking)

    def logits(self, x: Value) -> Value:
        """Hidden states (..., D) -> (..., V)."""
        return self.linear(x, EMBEDDING)

    def role(self, role: int) -> Value:
        """Its embedding (D,)."""
        return self.graph.weight(f"role {role}", self.state["role.weight"][role])

    def project(self, x: Value, layer: int, lead: int) -> tuple[Value, Value, Value]:
        """(..., D) of `lead` + 1 dimensions -> queries (..., A, E), keys and values (..., K, E)."""
        name = f"layers.{layer}"
        h = self.normalise(x, f"{name}.attention_norm")
        shape = (*[0] * lead, -1, self.dims.head_width)
        q, k, v = (self.linear(h, f"{name}.{part}").reshape(*shape) for part in ("query", "key", "value"))
        return self.normalise(q, f"{name}.query_norm"), self.normalise(k, f"{name}.key_norm"), v

    def finish(self, x: Value, attended: Value, layer: int, lead: int) -> Value:
        """Residual (..., D) and attended values (..., A, E) -> the layer's output (..., D)."""
        name = f"layers.{layer}"
        x = x + self.linear(attended.reshape(*[0] * lead, self.dims.width), f"{name}.out")
        h = self.normalise(x, f"{name}.hidden_norm")
        gate = self.linear(h, f"{name}.gate")
        return x + self.linear(gate * self.graph.op("Sigmoid", gate) * self.linear(h, f"{name}.up"), f"{name}.down")

    def turns(self, position: Value) -> Turns:
        angle = position.floats().expand_dims(-1) * self.graph.weight("frequencies", self.frequencies)
        return self.graph.op("Cos", angle), self.graph.op("Sin", angle)

    @property
    def frequencies(self) -> NDArray[np.float32]:
        exponent = torch.arange(0, self.dims.head_width, 2, dtype=torch.float32) / self.dims.head_width
        return (ROTARY_BASE**-exponent).numpy()  # torch's power: numpy's differs in the last bit

    def rotate(self, x: Value, turns: Turns) -> Value:
        """Rotary embedding, half-split, of x (..., P, E)."""
        cos, sin = turns
        a, b = x.halves(-1, self.dims.head_width // 2)
        return self.graph.concat(-1, a * cos - b * sin, a * sin + b * cos)

    def line(self, layer: int, distance: Value, relation: int) -> Value:
        """The bias (A, ., .) of a global layer at log-distances (., .)."""
        return self.per_head(layer, "bias", 2, relation) + distance * self.per_head(layer, "slope", 2, relation)

    def bias(self, layer: int, holds: Value, distance: Value, relations: tuple[int, int]) -> Value:
        """The same, where the first relation holds or else the second."""
        return self.graph.op("Where", holds, *(self.line(layer, distance, relation) for relation in relations))

    def per_head(self, layer: int, part: str, after: int, relation: int | None = None) -> Value:
        """(A, 1, ...): a global layer's number for each head, and `after` dimensions of 1."""
        numbers = self.state[f"biases.{layer}.{part}"]
        numbers = numbers if relation is None else numbers[relation]
        return self.graph.weight(f"biases.{layer}.{part}.{relation}.{after}", numbers.reshape(-1, *[1] * after))

    def scores(self, q: Value, k: Value, lead: int, *queries: Value) -> Value:
        """Queries (..., A, Q, E), keys (..., K, E, P) -> products (..., A, *queries, P); sizes multiply to Q."""
        rows = q.reshape(*[0] * lead, self.dims.key_heads, -1, self.dims.head_width)
        return (rows @ k).reshape(*[0] * lead, self.dims.heads, *queries, -1)

    def mix(self, weights: Value, v: Value, lead: int, keys: Value, *queries: Value) -> Value:
        """Weights (..., A, Q, P) and values (..., K, P, F) -> (..., A, *queries, F); P is `keys`."""
        rows = weights.reshape(*[0] * lead, self.dims.key_heads, -1, keys)
        return (rows @ v).reshape(*[0] * lead, self.dims.heads, *queries, -1)

    def softmax(self, scores: Value, v: Value, null: Value | None) -> Value:
        """Scores (A, T, T) and values (K, T, E) -> what each query attends to (A, T, E)."""
        op, size = self.graph.op, v.size(1)
        top = scores.max(-1)
        if null is not None:
            top = op("Max", top, null)
        summed = self.mix(op("Exp", scores - top), self.with_ones(v), 0, size, size)
        mixed, total = summed.part(-1, 0, self.dims.head_width), summed.part(-1, self.dims.head_width, LAST)
        return mixed / (total if null is None else total + op("Exp", null - top))

    def with_ones(self, v: Value) -> Value:
        """Values (..., P, E) with a column of ones (..., P, E + 1): a product with weights then sums these, too.

        In the product's order, which is the same on every processor (a reduction's is not), and which padding at the
        end does not change.
        """
        return self.graph.op("Pad", v, self.graph.constant([0, 1]), 1.0, self.graph.constant([-1]))

    def attend(self, context: Sequence[Shared], own: Own, null: Value | None, folding: Folding) -> Value:
        """Softmax over the scores of all keys: the values (B, A, Q, E) that it weighs."""
        op, width = self.graph.op, self.dims.head_width
        top = own.scores.max(-1)
        for part in context:
            top = op("Max", top, folding.unfold(part.scores.max(-1), 1))
        if null is not None:
            top = op("Max", top, null)
        summed = self.mix(op("Exp", own.scores - top), self.with_ones(own.values), 1, own.keys, folding.queries)
        mixed, total = summed.part(-1, 0, width), summed.part(-1, width, LAST)
        folded = folding.fold(top, 1)
        for part in context:
            weights = op("Exp", part.scores - folded)
            mixed = mixed + folding.unfold(weights @ part.values, width)
            total = total + folding.unfold(weights.sum(-1), 1)
        if null is not None:
            total = total + op("Exp", null - top)
        return mixed / total


def encode(dims: Dimensions, state: State, precision: Precision, weights: Weights) -> bytes:
    """Chunk of tokens (T,) -> keys, values (layers, T, K, E), keys not rotated."""
    graph = Graph("encode", weights)
    op, net = graph.op, Network(dims, state, precision, graph)
    tokens = graph.input("tokens", np.int64, "T")
    T = tokens.size(0)
    position = T.range()
    offset = position - position.expand_dims(1)  # (query, key)
    distance = op("Log", op("Abs", offset).floats() + 1.0)
    turns = net.turns(position)
    count = op("Log", (position + 3).floats()).expand_dims(1)  # (T, 1) of 2 more than the keys that a token sees
    no_later = op("Where", offset > 0, -np.inf, 0.0)
    x = net.embed(op("Pad", tokens, graph.constant([BEFORE_ANCHOR, 0]), PAD)) + net.no_hints()  # (T, D)
    keys, values = [], []
    for n in range(dims.layers):
        q, k, v = net.project(x, n, 1)  # (T, A, E), (T, K, E) twice
        keys.append(k.expand_dims(0))
        values.append(v.expand_dims(0))
        if n == dims.layers - 1:
            break  # the last layer's queries are never read; ONNX Runtime drops them
        q, k, v = (t.transpose(1, 0, 2) for t in (q, k, v))  # (A, T, E), (K, T, E) twice
        if dims.is_global(n):
            scores = net.scores(q * (net.per_head(n, "scale", 2) * count), k.transpose(0, 2, 1), 0, T)  # (A, T, T)
            attended = net.softmax(scores + (net.line(n, distance, BEFORE) + no_later), v, net.per_head(n, "null", 2))
        else:
            q, k = net.rotate(q, turns) * dims.head_width**-0.5, net.rotate(k, turns)
            attended = net.softmax(net.scores(q, k.transpose(0, 2, 1), 0, T) + no_later, v, None)
        x = net.finish(x, attended.transpose(1, 0, 2), n, 1)
    shape = (dims.layers, "T", dims.key_heads, dims.head_width)
    graph.output(graph.concat(0, *keys), "keys", *shape)
    graph.output(graph.concat(0, *values), "values", *shape)
    return graph.serialised()


def denoise(dims: Dimensions, state: State, precision: Precision, weights: Weights) -> bytes:
    """One prediction for all slots of the canvas of a hole, in several candidates: `Denoiser.denoise`.

    tokens (B, BEFORE_ANCHOR + N): what stands in N places of each canvas, MASK where masked, after the tokens before
    them. The first place is the anchor's, or comes after a past: `past` (B,) places of that canvas, the anchor's among
    them, that were denoised before, their past_keys and past_values (layers, B, K, P, E) padded to P.
    lengths (B,): slots of each canvas. ordered (): a slot sees only what is to its left in its canvas; there is no past
    without it. hints, strengths (B, N, HINTS). near_keys (2 local layers, K, E, W), near_values (2 local layers, K, W,
    E), near_offsets (2W,), far_keys (global layers, K, E, M), far_values (global layers, K, M, E), far_offsets (M,): as
    in `lacuna.export.chunked.engine.Context`.

    Returns logits (B, N, V) and existence (B, N) of the slot after each place, and keys and values (layers, B, K, N,
    E), those of local layers rotated, to be a past.
    """
    graph = Graph("denoise", weights)
    op, net = graph.op, Network(dims, state, precision, graph)
    A, K, E, W = dims.heads, dims.key_heads, dims.head_width, dims.near
    local, whole = dims.local_layers, dims.global_layers
    tokens = graph.input("tokens", np.int64, "B", "T")
    past = graph.input("past", np.int64, "B")
    past_keys = graph.input("past_keys", np.float32, dims.layers, "B", K, "P", E)
    past_values = graph.input("past_values", np.float32, dims.layers, "B", K, "P", E)
    lengths = graph.input("lengths", np.int64, "B")
    ordered = graph.input("ordered", np.bool_)
    hints = graph.input("hints", np.int64, "B", "N", HINTS)
    strengths = graph.input("strengths", np.int64, "B", "N", HINTS)
    near_keys = graph.input("near_keys", np.float32, 2 * len(local), K, E, W)
    near_values = graph.input("near_values", np.float32, 2 * len(local), K, W, E)
    near_offsets = graph.input("near_offsets", np.int64, 2 * W)
    far_keys = graph.input("far_keys", np.float32, len(whole), K, E, "M")
    far_values = graph.input("far_values", np.float32, len(whole), K, "M", E)
    far_offsets = graph.input("far_offsets", np.int64, "M")
    B, N, P = hints.size(0), hints.size(1), past_keys.size(3)
    M, C = far_offsets.size(0), P + N  # C counts the keys of a canvas
    folding = Folding(dims, B, N)

    def absent(where: Value) -> Value:
        return op("Where", where, -np.inf, 0.0)

    # 1. What stands in the slots; the anchor stands at -1
    is_mask = tokens.part(1, BEFORE_ANCHOR, LAST) == MASK
    role = op("Where", is_mask.expand_dims(-1), net.role(MASKED), net.role(COMMITTED))
    x = net.embed(tokens) + net.hinted(hints, strengths) + role  # (B, N, D)
    slot = past.expand_dims(1) + N.range() - 1  # (B, N)
    before_now = op("Where", P.range() < past.expand_dims(1), P.range() - 1, LAST)  # (B, P)
    key_slot = graph.concat(1, before_now, slot)  # (B, C)
    is_later = op("And", ordered, key_slot.expand_dims(1) > slot.expand_dims(2))  # (B, N, C) of a query's, a key's
    no_slot = absent(op("Not", key_slot < lengths.expand_dims(1)))  # (B, C)
    no_own = no_slot.expand_dims(1, 2) + absent(is_later).expand_dims(1)  # (B, 1, N, C)

    # 2. What local layers need: their scores are (B, A, N, keys)
    left = net.turns(slot.expand_dims(1))  # (B, 1, N, E/2)
    right = net.turns((slot - (lengths - 1).expand_dims(1)).expand_dims(1))  # (B, 1, N, E/2)
    no_left, no_right = absent(near_offsets == 0).halves(-1, W)  # (W,)

    # 3. What global layers need: their scores are (B, A, N, M) and (B, A, N, C)
    is_after = far_offsets > 0  # (M,)
    far_distance = op("Log", op("Abs", far_offsets).floats() + 1.0)
    no_far = absent(far_offsets == 0)
    apart = op("Abs", key_slot.expand_dims(1) - slot.expand_dims(2)).expand_dims(1)  # (B, 1, N, C)
    canvas_distance = op("Log", apart.floats() + 1.0)
    far_count = op("Cast", op("Not", far_offsets == 0), to=TensorProto.INT64).sum(-1)  # (1,)
    in_order = far_count + (slot + 2)  # (B, N) keys that a slot sees then
    seen = op("Where", ordered, in_order, (far_count + lengths + 1).expand_dims(1))
    count = op("Log", seen.floats() + 2.0).expand_dims(1, 3)  # (B, 1, N, 1)

    keys, values = [], []
    for n in range(dims.layers):
        q, k, v = net.project(x, n, 2)  # (B, N, A, E), (B, N, K, E) twice
        q, k, v = (t.transpose(0, 2, 1, 3) for t in (q, k, v))  # (B, A or K, N, E)
        if not dims.is_global(n):
            k = net.rotate(k, left)
        keys.append(k.expand_dims(0))
        values.append(v.expand_dims(0))
        k, v = graph.concat(2, past_keys.at(n), k), graph.concat(2, past_values.at(n), v)  # (B, K, C, E)
        if dims.is_global(n):
            at = whole.index(n)
            q = q * (net.per_head(n, "scale", 2) * count)
            far_bias = net.bias(n, is_after, far_distance, (AFTER, BEFORE)) + no_far  # (A, 1, M)
            far = (folding.fold(q, E) @ far_keys.at(at)).reshape(0, B, A // K, N, M)
            far = far + far_bias.reshape(K, 1, A // K, 1, M)
            context = [Shared(far.reshape(0, -1, M), far_values.at(at))]
            own = net.scores(q, k.transpose(0, 1, 3, 2), 1, N) + net.line(n, canvas_distance, OWN) + no_own
            attended = net.attend(context, Own(own, v, C), net.per_head(n, "null", 2), folding)  # (B, A, N, E)
        else:
            before_at, after_at = 2 * local.index(n), 2 * local.index(n) + 1
            q = q * E**-0.5
            from_left = net.rotate(q, left)
            before = folding.fold(from_left, E) @ near_keys.at(before_at) + no_left  # (K, rows, W)
            after = folding.fold(net.rotate(q, right), E) @ near_keys.at(after_at) + no_right
            own = net.scores(from_left, k.transpose(0, 1, 3, 2), 1, N) + no_own
            context = [Shared(before, near_values.at(before_at)), Shared(after, near_values.at(after_at))]
            attended = net.attend(context, Own(own, v, C), None, folding)
        x = net.finish(x, attended.transpose(0, 2, 1, 3), n, 2)
    x = net.normalise(x, "norm")
    weight, bias = state["existence.weight"][0], state["existence.bias"]
    existence = (x * graph.weight("existence.weight", weight)).sum(-1) + graph.weight("existence.bias", bias)
    graph.output(net.logits(x), "logits", "B", "N", dims.vocabulary)
    graph.output(existence.reshape(0, 0), "existence", "B", "N")
    shape = (dims.layers, "B", K, "N", E)
    graph.output(graph.concat(0, *keys), "keys", *shape)
    graph.output(graph.concat(0, *values), "values", *shape)
    return graph.serialised()
