"""What parses, and is doubtful all the same: statements that nobody means to write, names that stand for nothing."""

from collections.abc import Sequence

import tree_sitter

from lacuna.syntax.languages.language import Language
from lacuna.syntax.names import has_word, unknown
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.queries import captured
from lacuna.syntax.spans import Span


def doubts(root: tree_sitter.Node, language: Language) -> int:
    """How many statements of a tree parse, though nobody means to write them."""
    return len(captured(root, language, "doubtful"))


def has_unknown_names(parsed: Parsed, spans: Sequence[Span], seen: frozenset[str], elsewhere: Sequence[str]) -> bool:
    """Whether a name is read in the spans that is not seen there, is not bound by then and stands nowhere else."""
    names = unknown(parsed, spans, seen)
    return not all(any(has_word(text, name) for text in elsewhere) for name in names)
