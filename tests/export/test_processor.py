"""Products of 8-bit integers are exact on every processor, and what is said of the processor is what it has."""

import numpy as np
import onnxruntime
import pytest

from lacuna.export.artifact import WEIGHTS
from lacuna.export.convert.builder import Graph, Weights
from lacuna.export.convert.precision import EightBits
from lacuna.export.processor import SIGNED, UNSIGNED, processor
from lacuna.export.providers import CPU_NAME
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
    options = session_options(threads=1)
    data = bytes(weights.data)
    options.add_external_initializers_from_files_in_memory([WEIGHTS], [data], [len(data)])
    session = onnxruntime.InferenceSession(graph.serialised(), options, providers=[CPU_NAME])
    ones = np.ones((8, WIDTH), np.float32)
    (found,) = session.run(None, {"x": ones})
    np.testing.assert_allclose(found, sign * ones @ np.ones((WIDTH, 16), np.float32), rtol=1e-6)


@pytest.mark.parametrize(
    ("cpuinfo", "instructions", "products"),
    [
        (INTEL.format("avx avx2"), ("avx2",), UNSIGNED),
        (INTEL.format("avx2 avx512f"), ("avx2",), UNSIGNED),
        (INTEL.format("avx2 avx_vnni"), ("avx2", "avx_vnni"), SIGNED),
        (INTEL.format("avx2 avx512_vnni amx_int8"), ("avx2", "avx512_vnni", "amx_int8"), SIGNED),
        (INTEL.format("sse4_2"), (), UNSIGNED),
        (ARM.format("asimd asimddp"), ("asimddp",), SIGNED),
    ],
    ids=["AVX2", "AVX-512 without VNNI", "AVX-VNNI", "AMX", "SSE", "ARM"],
)
def test_what_a_processor_has_decides_the_form(tmp_path, cpuinfo, instructions, products) -> None:
    (tmp_path / "cpuinfo").write_text(cpuinfo)
    found = processor(tmp_path / "cpuinfo")
    assert (found.instructions, found.products) == (instructions, products)


def test_a_system_that_does_not_tell_is_no_error(tmp_path) -> None:
    found = processor(tmp_path / "missing")
    assert found.name
    assert found.instructions is None
    assert found.products.startswith("exact")
