"""What counts as a syntax error.

An ERROR or MISSING node is one, and so is what some grammars take though no compiler does: a statement farther right
than the one before it in its block, a block without a statement, a line that ends within an expression.
"""

import itertools

import tree_sitter

from lacuna.syntax.languages import Language, grammar_of
from lacuna.syntax.queries import captured, compiled
from lacuna.syntax.spans import Kind

_BRACKETS = frozenset("()[]{}")
_JOINED = "line_continuation"
"""What a grammar calls a line end that does not end a line."""


def defects(root: tree_sitter.Node, language: Language) -> int:
    """How many syntax errors a tree has."""
    misaligned = _misaligned(root, language) if language.is_aligned else 0
    return _errors(root, language) + misaligned + _unfinished(root, language) + _torn(root, language)


def _errors(root: tree_sitter.Node, language: Language) -> int:
    """ERROR and MISSING nodes, and delimiters without their counterpart.

    The last, because one ERROR node swallows all the brackets that an answer leaves open behind one that already was.
    """
    defects, nodes = 0, [root]
    while nodes:
        node = nodes.pop()
        if node.is_missing:
            defects += 1
        if not node.has_error:
            continue
        if node.is_error:
            defects += 1 + sum(child.type in language.delimiters for child in node.children)
        elif not any(child.has_error for child in node.children):
            defects += 1  # missing is a token without a node, such as a line end
        nodes += node.children
    return defects


def _unfinished(root: tree_sitter.Node, language: Language) -> int:
    """Nodes that lack what they must have, though the grammar takes them so."""
    cursor = tree_sitter.QueryCursor(compiled(grammar_of(language), language.owing))
    found = cursor.captures(root)
    return sum(
        not any(child.type in parts if parts else child.is_named for child in node.children)
        for kind, parts in language.owed.items()
        for node in found.get(kind, [])
    )


def _misaligned(root: tree_sitter.Node, language: Language) -> int:
    """Statements on lines of their own that begin farther right than those before them in their blocks."""
    return sum(map(_is_misaligned, captured(root, language, language.nodes[Kind.STATEMENT], "hole")))


def _is_misaligned(node: tree_sitter.Node) -> bool:
    before = node.prev_named_sibling
    while before is not None and before.is_extra:  # a comment may stand anywhere
        before = before.prev_named_sibling
    if before is None or node.is_extra or node.start_point.row == before.end_point.row:
        return False
    return node.start_point.column > before.start_point.column


def _torn(root: tree_sitter.Node, language: Language) -> int:
    """Expressions and statements in which a line ends, though nothing holds its parts together."""
    return sum(map(_is_torn, captured(root, language, language.unbroken, "node")))


def _is_torn(node: tree_sitter.Node) -> bool:
    if node.start_point.row == node.end_point.row:
        return False
    return any(
        part.end_point.row != following.start_point.row
        and _JOINED not in (part.type, following.type)
        and not _is_enclosed(node, part.end_byte)
        for part, following in itertools.pairwise(node.children)
    )


def _is_enclosed(node: tree_sitter.Node | None, at: int) -> bool:
    """Whether a place in a node lies between brackets, its own or those of a node about it."""
    while node is not None:
        brackets = [child for child in node.children if child.type in _BRACKETS]
        if any(child.end_byte <= at for child in brackets) and any(child.start_byte >= at for child in brackets):
            return True
        node = node.parent
    return False
