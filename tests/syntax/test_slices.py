"""Slices of a source go with its tree, though the parser's binding keeps a reference to each."""

import gc
import tracemalloc

from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.parsing import parse
from lacuna.syntax.queries import captured


def test_what_was_parsed_and_queried_leaves_memory_with_its_tree():
    text = "def some(name):\n    raise NotImplementedError\n" * 2_000  # several slices
    captured(parse(text, PYTHON).tree.root_node, PYTHON, "stub.raised")  # what is made once
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(5):
            parsed = parse(text, PYTHON)
            assert captured(parsed.tree.root_node, PYTHON, "stub.raised")
            del parsed
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < len(text)


def test_texts_of_other_lengths_parse_the_same():
    for text in ("", "x", "x = 1\n", "x = 1\n" * 5_000, "é = 'ü'\n" * 3_000):
        parsed = parse(text, PYTHON)
        assert parsed.tree.root_node.end_byte == len(text.encode())
        assert not parsed.tree.root_node.has_error
