"""Attention of canvases to their contexts and to themselves, none of them padded, by a kernel that is compiled here.

A row of R * G padded canvases costs several times what stands in them, and scores written to memory cost more than the
products. On a processor that is most of a training step (docs/log/2026-12-01-no-slot-is-padded.md).
"""

import ctypes
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from lacuna.syntax.errors import ModelError

COMPILER = ("c++", "-O3", "-march=native", "-std=c++20", "-pthread", "-shared", "-fPIC")
# What lets sums and maxima be taken in vectors; not `-ffast-math`, which would round tiny numbers of torch to zero.
SUMS = ("-fassociative-math", "-fno-signed-zeros", "-fno-trapping-math", "-ffinite-math-only", "-fno-math-errno")
TILE = 32
LONGEST = 1 << 14
PARAMETERS = 8
NO_PARAMETERS = torch.zeros(0)


class Queries(NamedTuple):
    """(S, A, E) each; a global layer's, which are not rotated, have no second form."""

    left: Tensor
    """As what stands to the left of the hole, and the canvas, sees them."""
    right: Tensor | None = None


class Keys(NamedTuple):
    keys: Tensor  # (T, K, E)
    values: Tensor  # (T, K, E)


class Layer(ctypes.Structure):
    """The kernel's `Layer`."""

    _fields_ = (
        ("heads", ctypes.c_int64),
        ("key_heads", ctypes.c_int64),
        ("width", ctypes.c_int64),
        ("window", ctypes.c_int64),
        ("parameters", ctypes.c_void_p),
        ("own", ctypes.c_int64),
    )


@cache
def kernel() -> ctypes.CDLL:
    """Compile `attention.cpp` for this processor, in seconds; raises ModelError where no compiler does."""
    source = Path(__file__).with_suffix(".cpp")
    with tempfile.TemporaryDirectory(prefix="lacuna-") as folder:
        library = Path(folder) / "attention.so"
        try:
            subprocess.run([*COMPILER, *SUMS, source, "-o", library], check=True, capture_output=True)  # noqa: S603 -- ours
        except (OSError, subprocess.CalledProcessError) as error:
            said = getattr(error, "stderr", b"").decode(errors="replace").strip() or str(error)
            reason = said.splitlines()[0]
            raise ModelError(f"{source.name} cannot be compiled, so train without --compile: {reason}") from error
        return ctypes.CDLL(str(library))


def attend(
    queries: Queries, own: Keys, context: Keys | None, canvases: Tensor, window: int, relation: int, parameters: Tensor
) -> Tensor:
    """Attended values (S, A, E) of slots that lie canvas after canvas.

    canvases: (C, 6) its first slot and how many it has; whether they see only what is to their left; where its context
    lies among all tokens and how many they are; which of them stands for the hole. Canvases of one context follow
    another.
    window: tokens that are seen on either side of the hole, 0 for all. relation: to its own canvas.
    parameters: (8, A) of a global layer, three biases, three slopes, scale and null key; empty for a local one.
    Raises ValueError for what the kernel has no room for.
    """
    if queries.left.shape[-1] % TILE:
        raise ValueError(f"heads must be a multiple of {TILE} wide")
    if len(canvases) and int(canvases[:, [1, 4]].max()) >= LONGEST:
        raise ValueError(f"a context must have less than {LONGEST:,} tokens")
    nothing = own.keys.new_zeros(0, *own.keys.shape[1:])
    keys, values = context or (nothing, nothing)
    right = queries.left.new_zeros(0) if queries.right is None else queries.right
    layer = Layer(queries.left.shape[1], own.keys.shape[1], queries.left.shape[2], window, None, relation)
    found: Tensor = _Attend.apply(layer, canvases, parameters, queries.left, right, keys, values, *own)
    return found.type_as(queries.left)


class _Attend(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, layer: Layer, canvases: Tensor, parameters: Tensor, *given: Tensor) -> Tensor:  # noqa: ANN401 -- torch's
        halves = [x.bfloat16().contiguous() for x in given]
        parameters = parameters.float().contiguous()
        layer.parameters = parameters.data_ptr() or None
        attended = torch.empty_like(halves[0])
        sums = attended.new_empty(attended.shape[:2], dtype=torch.float32)
        kernel().forward(_pointer(attended), _pointer(sums), *_seen(halves, canvases, layer))
        ctx.save_for_backward(attended, sums, parameters, canvases, *halves)
        ctx.layer = layer
        return attended

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:  # noqa: ANN401 -- torch's
        attended, sums, parameters, canvases, *halves = ctx.saved_tensors
        found = [torch.zeros_like(x) for x in halves]
        tasks = len(canvases) * ctx.layer.key_heads if len(parameters) else 0
        of_parameters = sums.new_zeros(tasks, ctx.layer.heads, PARAMETERS)
        arrays = map(_pointer, (gradient.bfloat16().contiguous(), attended, sums))
        kernel().backward(_pointers([*found, of_parameters]), *arrays, *_seen(halves, canvases, ctx.layer))
        return None, None, of_parameters.sum(0).T if tasks else None, *found


def _seen(given: Sequence[Tensor], canvases: Tensor, layer: Layer) -> tuple[object, ...]:
    """The arguments that both passes have: inputs, canvases and how many they are, the layer, threads."""
    count = ctypes.c_int64(len(canvases))
    return _pointers(given), _pointer(canvases), count, ctypes.byref(layer), ctypes.c_int64(torch.get_num_threads())


def _pointers(tensors: Sequence[Tensor]) -> ctypes.Array[ctypes.c_void_p]:
    return (ctypes.c_void_p * len(tensors))(*(tensor.data_ptr() or None for tensor in tensors))


def _pointer(tensor: Tensor) -> ctypes.c_void_p:
    return ctypes.c_void_p(tensor.data_ptr())
