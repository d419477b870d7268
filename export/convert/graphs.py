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
from lacuna.model.context import BEFORE_ANCHOR
from lacuna.model.dimensions import Dimensions
from lacuna.model.hints import HINTS, STRENGTHS
from lacuna.model.tokenizer import MASK, PAD
from lacuna.model.training.network import AFTER, BEFORE, COMMITTED, MASKED, OTHER, OWN, ROTARY_BASE

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
class Part:
    """Some of the keys of an attention."""

    scores: Value  # (..., A, Q, P)
    values: Value  # (..., K, P, E)
    keys: Value  # P


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

    def attend(self, context: Sequence[Part], own: Part, null: Value | None, lead: int, queries: Value) -> Value:
        """Softmax over the scores of all parts: the values (..., A, Q, E) that it weighs."""
        op = self.graph.op
        top = own.scores.max(-1)
        for part in context:
            top = op("Max", top, part.scores.max(-1))
        if null is not None:
            top = op("Max", top, null)
        # A column of ones sums the weights in the product's order: padding at the end makes no difference.
        ones = op("Pad", own.values, self.graph.constant([*[0] * (2 * lead + 5), 1]), 1.0)  # (..., K, P, E + 1)
        summed = self.mix(op("Exp", own.scores - top), ones, lead, own.keys, queries)
        mixed = summed.part(-1, 0, self.dims.head_width)
        total = summed.part(-1, self.dims.head_width, LAST)
        for part in context:
            weights = op("Exp", part.scores - top)
            mixed = mixed + self.mix(weights, part.values, lead, part.keys, queries)
            total = total + weights.sum(-1)
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
            scores = scores + (net.line(n, distance, BEFORE) + no_later)
            null = op(
                "Expand", net.per_head(n, "null", 2), graph.concat(0, graph.constant([1]), T, graph.constant([1]))
            )
            weights_ = op("Softmax", graph.concat(-1, scores, null), axis=-1)
            weights_ = op("Slice", weights_, graph.constant([0]), T, graph.constant([-1]))
        else:
            q, k = net.rotate(q, turns) * dims.head_width**-0.5, net.rotate(k, turns)
            weights_ = op("Softmax", net.scores(q, k.transpose(0, 2, 1), 0, T) + no_later, axis=-1)
        x = net.finish(x, net.mix(weights_, v, 0, T, T).transpose(1, 0, 2), n, 1)
    shape = (dims.layers, "T", dims.key_heads, dims.head_width)
    graph.output(graph.concat(0, *keys), "keys", *shape)
    graph.output(graph.concat(0, *values), "values", *shape)
    return graph.serialised()


def denoise(dims: Dimensions, state: State, precision: Precision, weights: Weights) -> bytes:
    """One prediction for all slots of all holes, in several candidates: `Denoiser.denoise`, holes jointly.

    slots (B, G, N), lengths (B, G), ordered () (whether a slot sees of the canvases only what is to its left in its
    own), anchors (G, BEFORE_ANCHOR + 1), hints, strengths (B, G, 1 + N, HINTS), near_keys, near_values (local layers,
    G, 2W, K, E), near_offsets (G, 2W), far_keys, far_values (global layers, M, K, E), far_offsets (G, M) -> logits
    (B, G, N, V), existence (B, G, N).
    """
    graph = Graph("denoise", weights)
    op, net = graph.op, Network(dims, state, precision, graph)
    A, K, E, W = dims.heads, dims.key_heads, dims.head_width, dims.near
    local, whole = dims.local_layers, dims.global_layers
    slots = graph.input("slots", np.int64, "B", "G", "N")
    lengths = graph.input("lengths", np.int64, "B", "G")
    ordered = graph.input("ordered", np.bool_)
    anchors = graph.input("anchors", np.int64, "G", BEFORE_ANCHOR + 1)
    hints = graph.input("hints", np.int64, "B", "G", "P", HINTS)
    strengths = graph.input("strengths", np.int64, "B", "G", "P", HINTS)
    near_keys = graph.input("near_keys", np.float32, len(local), "G", 2 * W, K, E)
    near_values = graph.input("near_values", np.float32, len(local), "G", 2 * W, K, E)
    near_offsets = graph.input("near_offsets", np.int64, "G", 2 * W)
    far_keys = graph.input("far_keys", np.float32, len(whole), "M", K, E)
    far_values = graph.input("far_values", np.float32, len(whole), "M", K, E)
    far_offsets = graph.input("far_offsets", np.int64, "G", "M")
    B, G = slots.size(0), slots.size(1)
    anchors = op("Expand", anchors, graph.concat(0, B, G, graph.constant([1])))
    tokens = graph.concat(2, anchors, slots)
    slots = tokens.part(2, BEFORE_ANCHOR, LAST)
    N = slots.size(2)  # counts the anchor from here on
    M, GN = far_offsets.size(1), G * N
    wide = graph.constant([W])

    def absent(where: Value) -> Value:
        return op("Where", where, -np.inf, 0.0)

    # 1. What stands in the slots
    role = op("Where", (slots == MASK).expand_dims(-1), net.role(MASKED), net.role(COMMITTED))
    x = net.embed(tokens) + net.hinted(hints, strengths) + role  # (B, G, N, D)
    slot = N.range() - 1  # the anchor stands at -1
    no_slot = absent(op("Not", slot < lengths.expand_dims(-1)))  # (B, G, N)

    # 2. What local layers need: their scores are (B, G, A, N, keys)
    left = net.turns(slot)  # (N, E/2)
    right = net.turns(
        (slot - (lengths - 1).expand_dims(-1)).expand_dims(2)
    )  # (B, G, 1, N, E/2), counted from the right
    near = net.turns(near_offsets.expand_dims(1))  # (G, 1, 2W, E/2)
    no_left, no_right = absent(near_offsets == 0).expand_dims(1, 2).halves(-1, W)  # (G, 1, 1, W)
    is_later = slot > slot.expand_dims(1)  # (N, N) of a query's slot, a key's
    no_own = no_slot.expand_dims(2, 3) + absent(op("And", ordered, is_later))  # (B, G, 1, N, N)

    # 3. What global layers need: their scores are (B, A, GN, M) and (B, A, GN, GN)
    is_after = far_offsets > 0  # (G, M)
    far_distance = op("Log", op("Abs", far_offsets).floats() + 1.0)
    no_far = absent(far_offsets == 0)
    canvases = graph.concat(0, G, N)
    hole = op("Expand", G.range().expand_dims(1), canvases).reshape(-1)
    place = op("Expand", slot, canvases).reshape(-1)
    is_own = hole == hole.expand_dims(1)  # (GN, GN)
    canvas_distance = op("Log", op("Abs", place - place.expand_dims(1)).floats() + 1.0)
    is_unseen = op("Or", op("Not", is_own), place > place.expand_dims(1))  # (GN, GN) in order
    no_canvas = no_slot.reshape(B, 1, 1, GN) + absent(op("And", ordered, is_unseen))  # (B, 1, GN, GN)
    far_count = op("Cast", op("Not", far_offsets == 0), to=TensorProto.INT64).sum(-1).reshape(-1)  # (G,)
    in_order = (far_count.expand_dims(1) + slot + 2).expand_dims(0)  # (1, G, N) keys that a slot sees then
    seen = op("Where", ordered, in_order, (far_count + lengths.sum(-1) + G).expand_dims(2))  # (B, G, N)
    count = op("Log", seen.floats() + 2.0).expand_dims(1, 4)  # (B, 1, G, N, 1)

    for n in range(dims.layers):
        q, k, v = net.project(x, n, 3)  # (B, G, N, A, E), (B, G, N, K, E) twice
        if dims.is_global(n):
            at = whole.index(n)
            q = q.transpose(0, 3, 1, 2, 4) * (net.per_head(n, "scale", 3) * count)  # (B, A, G, N, E)
            far_k, far_v = (
                far_keys.at(at).transpose(1, 2, 0),
                far_values.at(at).transpose(1, 0, 2),
            )  # (K, E, M), (K, M, E)
            far_bias = net.bias(n, is_after, far_distance, (AFTER, BEFORE)) + no_far  # (A, G, M)
            far = net.scores(q, far_k, 1, G, N) + far_bias.expand_dims(2)  # (B, A, G, N, M)
            k = k.reshape(0, -1, K, E).transpose(0, 2, 3, 1)  # (B, K, E, GN)
            v = v.reshape(0, -1, K, E).transpose(0, 2, 1, 3)  # (B, K, GN, E)
            own = net.scores(q, k, 1, GN) + net.bias(n, is_own, canvas_distance, (OWN, OTHER)) + no_canvas
            far_part = Part(far.reshape(0, A, GN, M), far_v, M)
            mixed = net.attend([far_part], Part(own, v, GN), net.per_head(n, "null", 2), 1, GN)  # (B, A, GN, E)
            attended = mixed.reshape(0, A, G, N, E).transpose(0, 2, 3, 1, 4)
        else:
            at = local.index(n)
            near_k = net.rotate(near_keys.at(at).transpose(0, 2, 1, 3), near)  # (G, K, 2W, E)
            before_k, after_k = near_k.transpose(0, 1, 3, 2).halves(-1, W)  # (G, K, E, W)
            before_v, after_v = near_values.at(at).transpose(0, 2, 1, 3).halves(2, W)  # (G, K, W, E)
            q, k, v = (t.transpose(0, 1, 3, 2, 4) for t in (q * E**-0.5, k, v))  # (B, G, A or K, N, E)
            from_left = net.rotate(q, left)
            before = net.scores(from_left, before_k, 2, N) + no_left  # (B, G, A, N, W)
            after = net.scores(net.rotate(q, right), after_k, 2, N) + no_right
            own = net.scores(from_left, net.rotate(k, left).transpose(0, 1, 2, 4, 3), 2, N) + no_own
            context = [Part(before, before_v, wide), Part(after, after_v, wide)]
            attended = net.attend(context, Part(own, v, N), None, 2, N).transpose(0, 1, 3, 2, 4)
        x = net.finish(x, attended, n, 3)
    # What is said of a slot is read one place to its left.
    x = net.normalise(x, "norm").part(2, 0, -1)
    weight, bias = state["existence.weight"][0], state["existence.bias"]
    existence = (x * graph.weight("existence.weight", weight)).sum(-1) + graph.weight("existence.bias", bias)
    graph.output(net.logits(x), "logits", "B", "G", "N", dims.vocabulary)
    graph.output(existence.reshape(0, 0, 0), "existence", "B", "G", "N")
    return graph.serialised()
