"""Names: where they are read and bound, and which are wanted: they are read and nothing binds them."""

import re
from collections.abc import Iterable, Iterator

from tree_sitter import Node

from lacuna.syntax.languages.language import Language, Names
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.queries import captured
from lacuna.syntax.spans import Span


def unknown(parsed: Parsed, spans: Iterable[Span], seen: frozenset[str]) -> set[str]:
    """Names that are read in some spans, though they are not seen there and nothing in the spans binds them by then."""
    rules = parsed.language.names
    if rules is None:
        return set()
    reading: list[Node] = []
    bound: dict[str, Node] = {}
    for span in spans:
        read, binding = _occurrences(parsed, span, rules)
        reading += [node for node in read if _name(node) not in seen]
        bound = {_name(node): node for node in reversed(binding)} | bound
    return {
        _name(node)
        for node in reading
        if (_name(node) not in bound or not _is_bound(node, bound[_name(node)], node.start_byte, rules))
        and not _is_bound_about(node, parsed.language, rules)
    }


def visible(parsed: Parsed, offset: int, *, is_within: bool) -> frozenset[str]:
    """Names that occur before an offset of what was parsed; in a block, also those bound later outside functions."""
    rules = parsed.language.names
    if rules is None:
        return frozenset()
    reading, binding = _occurrences(parsed, Span(parsed.window.start, offset), rules)
    later = _occurrences(parsed, Span(offset, parsed.window.end), rules)[1] if is_within else []
    return frozenset(
        {_name(node) for node in (*reading, *binding)}
        | {_name(node) for node in later if not any(one.type in rules.deferred for one in _ancestors(node))}
    )


def wanted(parsed: Parsed, offset: int, elsewhere: str) -> tuple[str, ...]:
    """Names that are read after an offset of what was parsed and not bound by then, in the order in which they come.

    What occurs before it may be bound there, and so may what stands in `elsewhere`. Where a document takes over all
    names of some module nothing is known to be wanted.
    """
    language, rules = parsed.language, parsed.language.names
    if rules is None or any(is_open_to_any_name(text, language) for text in (parsed.text, elsewhere)):
        return ()
    before = visible(parsed, offset, is_within=False)
    reading, binding = _occurrences(parsed, Span(offset, parsed.window.end), rules)
    remote = {_name(node) for node in captured(parsed.tree.root_node, language, "remote")}
    read, bound = ({_name(node): node for node in reversed(nodes)} for nodes in (reading, binding))  # the first of each
    at = parsed.to_byte(offset)
    return tuple(
        name
        for name in sorted(read, key=lambda name: read[name].start_byte)
        if name not in before | remote
        and not (name in bound and _is_bound(read[name], bound[name], at, rules))
        and not has_word(elsewhere, name)
    )


def is_open_to_any_name(text: str, language: Language) -> bool:
    """Whether a text takes over all names of some module, so that any name may be bound."""
    names = language.names
    return names is not None and names.wildcard is not None and names.wildcard.search(text) is not None


def _is_bound(read: Node, bound: Node, at: int, rules: Names) -> bool:
    """Whether a name is bound when it is read, or read in what runs later than the code at byte `at`."""
    if any(node.type in rules.deferred and node.start_byte >= at for node in _ancestors(read)):
        return True
    for node in _ancestors(bound):
        if node.type in rules.late:
            last = node.child_by_field_name(rules.late[node.type]) or node
            return last.end_byte <= read.start_byte
        if node.type in rules.early:
            return node.start_byte <= read.start_byte
    return bound.start_byte < read.start_byte


def _is_bound_about(read: Node, language: Language, rules: Names) -> bool:
    """Whether a name is read in what binds it wherever that stands in it, such as a comprehension."""
    return any(
        _name(read) in map(_name, captured(node, language, "bound"))
        for node in _ancestors(read)
        if node.type in rules.early
    )


def _ancestors(node: Node) -> Iterator[Node]:
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def _occurrences(parsed: Parsed, span: Span, rules: Names) -> tuple[list[Node], list[Node]]:
    """Where names are read in a span, and where they are bound, in their order."""
    language, root = parsed.language, parsed.tree.root_node
    within = (parsed.to_byte(span.start), parsed.to_byte(span.end))
    named, bound, owned = (
        sorted(captured(root, language, name, within), key=lambda node: node.start_byte)
        for name in ("name", "bound", "member")
    )
    passed = {node.start_byte for node in (*bound, *owned)}
    return [node for node in named if node.start_byte not in passed and _name(node) not in rules.known], bound


def _name(node: Node) -> str:
    return (node.text or b"").decode()


def has_word(text: str, word: str) -> bool:
    return word in text and re.search(rf"\b{re.escape(word)}\b", text) is not None
