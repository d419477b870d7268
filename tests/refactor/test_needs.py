"""What new text needs of its module is inserted once, in its place, or the module is left alone."""

import pytest

from lacuna.refactor.python.needs import added, need_of
from lacuna.refactor.rule import Replacement, Sketch
from lacuna.syntax.languages.registry import PYTHON
from lacuna.syntax.parsing import parse
from lacuna.syntax.spans import Span
from tests.refactor.sketching import written

IMPORT, PART, LOGGER = "import logging", "from pathlib import Path", "logger = logging.getLogger(__name__)"

PLACES = {
    "in order, among Python's own": (
        "import json\nimport os\n\nimport numpy\n\nX = 1\n",
        [IMPORT],
        "import json\nimport logging\nimport os\n\nimport numpy\n\nX = 1\n",
    ),
    "before the first": ("import os\nX = 1\n", [IMPORT], "import logging\nimport os\nX = 1\n"),
    "parts behind whole modules": (
        "import os\nfrom re import sub\nX = 1\n",
        [PART],
        "import os\nfrom pathlib import Path\nfrom re import sub\nX = 1\n",
    ),
    "a block of its own before others": (
        "import numpy\nX = 1\n",
        [IMPORT],
        "import logging\n\nimport numpy\nX = 1\n",
    ),
    "behind __future__": (
        "from __future__ import annotations\n\nimport numpy\nX = 1\n",
        [IMPORT],
        "from __future__ import annotations\n\nimport logging\n\nimport numpy\nX = 1\n",
    ),
    "behind a line with a comment": (
        "import json  # a comment\nX = 1\n",
        [IMPORT],
        "import json  # a comment\nimport logging\nX = 1\n",
    ),
    "behind an import over several lines": (
        "from ast import (\n    parse,\n)\nX = 1\n",
        [PART],
        "from ast import (\n    parse,\n)\nfrom pathlib import Path\nX = 1\n",
    ),
    "a value behind all imports": (
        "import os\n\nfrom . import a\n\nX = 1\n",
        [IMPORT, LOGGER],
        f"import logging\nimport os\n\nfrom . import a\n\n{LOGGER}\n\nX = 1\n",
    ),
    "only what is missing": (
        "import logging\n\nX = 1\n",
        [IMPORT, LOGGER],
        f"import logging\n\n{LOGGER}\n\nX = 1\n",
    ),
    "nothing": (
        f"import logging, os\n\n{LOGGER}\nX = 1\n",
        [IMPORT, LOGGER],
        f"import logging, os\n\n{LOGGER}\nX = 1\n",
    ),
    "one name of many": (
        "from pathlib import PurePath, Path\nX = 1\n",
        [PART],
        "from pathlib import PurePath, Path\nX = 1\n",
    ),
    "behind a docstring": ('"""Of it."""\n\nX = 1\n', [IMPORT], '"""Of it."""\n\nimport logging\n\nX = 1\n'),
    "before the first statement": ("#!/bin/x\nX = 1\n", [IMPORT], "#!/bin/x\nimport logging\n\nX = 1\n"),
    "well before a definition": ("def f():\n    X\n", [IMPORT], "import logging\n\n\ndef f():\n    X\n"),
    "though a function imports it": (
        "import os\ndef f():\n    import logging\n    X\n",
        [IMPORT],
        "import logging\nimport os\ndef f():\n    import logging\n    X\n",
    ),
}


def sketched(text: str, lines: list[str]) -> str | None:
    """The text with a change of what X is; None where it is left alone."""
    start = text.index("X")
    sketch = Sketch((Replacement(Span(start, start + 1), ("X",)),))
    parsed = parse(text, PYTHON)
    assert parsed is not None
    found = list(added(parsed, lines, [sketch]))
    return written(text, found) if found else None


@pytest.mark.parametrize(("text", "lines", "expected"), PLACES.values(), ids=PLACES.keys())
def test_a_line_stands_where_people_would_write_it(text, lines, expected):
    assert sketched(text, lines) == expected


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("def f(logging):\n    X\n", [IMPORT], id="a parameter"),
        pytest.param("import mine as logging\nX = 1\n", [IMPORT], id="another module"),
        pytest.param("from mine import Path\nX = 1\n", [PART], id="a part of another module"),
        pytest.param("from .pathlib import Path\nX = 1\n", [PART], id="of a module beside it"),
        pytest.param("import logging\nlogger = make()\nX = 1\n", [IMPORT, LOGGER], id="another value"),
        pytest.param("X = 1\nimport logging\n", [IMPORT], id="what stands before it"),
    ],
)
def test_a_module_that_means_something_else_is_left_alone(text, lines):
    assert sketched(text, lines) is None


@pytest.mark.parametrize(
    "line", ["import os.path", "import os as o", "from . import a", "from a import *", "f()", "a, b = c"]
)
def test_a_line_that_gives_no_one_name_is_none(line):
    with pytest.raises(ValueError, match="neither imports one name nor gives one a value"):
        need_of(line)
