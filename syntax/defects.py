"""What counts as a syntax error.

An ERROR or MISSING node is one, and so is what some grammars take though no compiler does: a statement farther right
than the one before it in its block, a block without a statement, a line that ends within an expression.
"""

import itertools

import tree_sitter

from lacuna.syntax.languages.language import Defects, Language
from lacuna.syntax.queries import captured
from lacuna.syntax.spans import Kind


def defects(root: tree_sitter.Node, language: Language) -> int:
    """How many syntax errors a tree has."""
    misaligned = _misaligned(root, language) if language.layout and language.layout.is_aligned else 0
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
            defects += 1 + sum(child.type in language.defects.delimiters for child in node.children)
        elif not any(child.has_error for child in node.children):
            defects += 1  # missing is a token without a node, such as a line end
        nodes += node.children
    return defects


def _unfinished(root: tree_sitter.Node, language: Language) -> int:
    """Nodes that lack what they must have, though the grammar takes them so."""
    found = ((node, language.defects.owed[node.type]) for node in captured(root, language, "owing"))
    return sum(
        not any(child.type in parts if parts else child.is_named for child in node.children) for node, parts in found
    )


def _misaligned(root: tree_sitter.Node, language: Language) -> int:
    """Statements on lines of their own that begin farther right than those before them in their blocks."""
    return sum(map(_is_misaligned, captured(root, language, Kind.STATEMENT.value)))


def _is_misaligned(node: tree_sitter.Node) -> bool:
    before = node.prev_named_sibling
    while before is not None and before.is_extra:  # a comment may stand anywhere
        before = before.prev_named_sibling
    if before is None or node.is_extra or node.start_point.row == before.end_point.row:
        return False
    return node.start_point.column > before.start_point.column


def _torn(root: tree_sitter.Node, language: Language) -> int:
    """Expressions and statements in which a line ends, though nothing holds its parts together."""
    return sum(_is_torn(node, language.defects) for node in captured(root, language, "unbroken"))


def _is_torn(node: tree_sitter.Node, rules: Defects) -> bool:
    if node.start_point.row == node.end_point.row:
        return False
    return any(
        part.end_point.row != following.start_point.row
        and rules.joined.isdisjoint((part.type, following.type))
        and not _is_enclosed(node, part.end_byte, rules)
        for part, following in itertools.pairwise(node.children)
    )


def _is_enclosed(node: tree_sitter.Node | None, at: int, rules: Defects) -> bool:
    """Whether a place in a node lies between brackets, its own or those of a node about it."""
    while node is not None:
        brackets = [child for child in node.children if child.type in rules.brackets]
        if any(child.end_byte <= at for child in brackets) and any(child.start_byte >= at for child in brackets):
            return True
        node = node.parent
    return False
