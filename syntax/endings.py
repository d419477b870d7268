"""Functions that end at a span without the return that they ought to end with."""

from tree_sitter import Node

from lacuna.syntax.languages.language import Language
from lacuna.syntax.layout import indentation_of
from lacuna.syntax.lines import line_start
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.queries import captured


def unreturned(parsed: Parsed, offset: int) -> tuple[str, ...]:
    """How far the body of each function is indented that ends at an offset of what was parsed and lacks its return.

    It says that it returns something, by its type or elsewhere in it, or keeps in a variable what is never read; and
    its end may be reached.
    """
    language, text = parsed.language, parsed.text
    behind = text[offset:].lstrip("\r\n")
    found = []
    for function in captured(parsed.tree.root_node, language, "function"):
        body, end = function.child_by_field_name("body"), parsed.to_offset(function.end_byte)
        if body is None or not body.named_children or end > offset or text[end:offset].strip():
            continue
        first = parsed.to_offset(body.named_children[0].start_byte)
        indentation = text[line_start(text, first) : first]
        goes_on = behind.strip() and len(indentation_of(behind)) >= len(indentation)
        if not (goes_on or indentation.strip()) and _is_to_return(function, language) and _is_open(body, language):
            found.append(indentation)
    return tuple(found)


def _is_to_return(function: Node, language: Language) -> bool:
    """Whether a function says that it returns something, or has made something for nothing; and yields nothing."""

    def has(name: str) -> bool:
        nodes = captured(function, language, name)
        return any(_function_of(node, language) == function for node in nodes)

    return not has("yields") and (has("returns") or (not has("ends") and bool(_made_for_nothing(function, language))))


def _made_for_nothing(function: Node, language: Language) -> set[bytes | None]:
    """Variables of a function that it writes and never reads."""
    made = captured(function, language, "made")
    written = {node.start_byte for node in (*made, *captured(function, language, "changed"))}
    read = {node.text for node in captured(function, language, "name") if node.start_byte not in written}
    return {node.text for node in made if _function_of(node, language) == function} - read


def _is_open(body: Node, language: Language) -> bool:
    """Whether the end of a body may be reached."""
    last = [node for node in body.named_children if not node.is_extra][-1:]
    return not any(node in last for node in captured(body, language, "closed"))


def _function_of(node: Node, language: Language) -> Node | None:
    assert language.names, "openings need names"
    found: Node | None = node
    while found is not None and found.type not in language.names.deferred:
        found = found.parent
    return found
