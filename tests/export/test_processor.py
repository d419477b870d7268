"""Products of 8-bit integers are exact on every processor, and what is said of the processor is what it has."""

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper

from lacuna.export.artifact import WEIGHTS
from lacuna.export.convert.builder import Graph, Weights
from lacuna.export.convert.precision import EightBits
from lacuna.export.processor import PRODUCT, form, processor
from lacuna.export.providers import CPU_NAME, CUDA_NAME
from lacuna.export.sessions import session_options

WIDTH = 512
INTEL, ARM = "vendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Xeon(R)\nflags\t\t: fpu {}\n", "Features\t: fp {}\n"


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_products_of_the_largest_numbers_are_exact(sign: float) -> None:
    """Where pairs of 8-bit products are added in 16 bits, 255 * 127 twice is 32,767."""
    weights = Weights()
    graph = Graph("product", weights)
    x = graph.input("x", np.float32, "rows", WIDTH)
    graph.output(EightBits().product(x, "matrix", np.full((16, WIDTH), sign, np.float32)), "y", "rows", 16)
    options = session_options(CPU_NAME, threads=1)
    data = bytes(weights.data)
    options.add_external_initializers_from_files_in_memory([WEIGHTS], [data], [len(data)])
    session = onnxruntime.InferenceSession(graph.serialised(), options, providers=[CPU_NAME])
    ones = np.ones((8, WIDTH), np.float32)
    (found,) = session.run(None, {"x": ones})
    np.testing.assert_allclose(found, sign * ones @ np.ones((WIDTH, 16), np.float32), rtol=1e-6)


def test_the_probe_is_what_onnx_makes_of_one_product() -> None:
    x, w, y = (
        helper.make_tensor_value_info(name, kind, None)
        for name, kind in (("x", TensorProto.UINT8), ("w", TensorProto.INT8), ("y", TensorProto.INT32))
    )
    graph = helper.make_graph([helper.make_node("MatMulInteger", ["x", "w"], ["y"])], "g", [x, w], [y])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 10)], ir_version=5)
    assert model.SerializeToString(deterministic=True) == PRODUCT


def is_unsigned(options: onnxruntime.SessionOptions) -> bool:
    try:
        return options.get_session_config_entry("session.x64quantprecision") == "1"
    except RuntimeError:  # it has none
        return False


@pytest.mark.parametrize("overflow", [False, True])
def test_only_a_processor_whose_sums_overflow_pays_for_the_other_form(monkeypatch, overflow) -> None:
    monkeypatch.setattr("lacuna.export.sessions.overflows", lambda: overflow)
    monkeypatch.setattr("lacuna.export.processor.overflows", lambda: overflow)
    assert is_unsigned(session_options(CPU_NAME, None)) is overflow
    assert not is_unsigned(session_options(CUDA_NAME, None))
    assert form().startswith("unsigned" if overflow else "signed")


@pytest.mark.parametrize(
    ("cpuinfo", "instructions"),
    [
        (INTEL.format("avx avx2 avx512f"), ("avx2",)),
        (INTEL.format("avx2 avx_vnni"), ("avx2", "avx_vnni")),
        (INTEL.format("avx2 avx512_vnni amx_int8"), ("avx2", "avx512_vnni", "amx_int8")),
        (INTEL.format("sse4_2"), ()),
        (ARM.format("asimd asimddp"), ("asimddp",)),
    ],
    ids=["AVX2", "AVX-VNNI", "AMX", "SSE", "ARM"],
)
def test_instructions_are_those_that_the_system_names(tmp_path, cpuinfo, instructions) -> None:
    (tmp_path / "cpuinfo").write_text(cpuinfo)
    assert processor(tmp_path / "cpuinfo")[1] == instructions


def test_a_system_that_does_not_tell_is_no_error(tmp_path) -> None:
    name, instructions = processor(tmp_path / "missing")
    assert name
    assert instructions is None
