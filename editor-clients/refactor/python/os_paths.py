"""Calls of `os.path` as methods of `pathlib.Path`, where no path as text comes of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import tree_sitter

from lacuna.refactor.python import needs, nodes
from lacuna.refactor.python.bytes_paths import BytesPaths
from lacuna.refactor.rule import Replacement, Sketch
from lacuna.refactor.template import minimal
from lacuna.syntax.parsing import Parsed
from lacuna.syntax.queries import captured, matches

_QUERY = """
((call function: (attribute) @_function arguments: (argument_list)) @call
 (#match? @_function "^os\\\\.(path\\\\.(exists|isfile|isdir|islink|getsize|getmtime|basename)|makedirs)$"))
((call function: (identifier) @_open arguments: (argument_list . (call function: (attribute) @_join))) @call
 (#eq? @_open "open") (#eq? @_join "os.path.join"))
"""
_ASKED: Mapping[str, str] = {
    "os.path.exists": ".exists()",
    "os.path.isfile": ".is_file()",
    "os.path.isdir": ".is_dir()",
    "os.path.islink": ".is_symlink()",
    "os.path.getsize": ".stat().st_size",
    "os.path.getmtime": ".stat().st_mtime",
    "os.path.basename": ".name",
}
_NO_PATH = re.compile(r"(?:\w*fd|\d+|.*fileno\(\)|None)$", re.DOTALL)
"""What is a file's number."""
_JOIN = "os.path.join"
_SPREAD = frozenset({"list_splat", "dictionary_splat"})
_WHOLE, _PART = "import pathlib", "from pathlib import Path"
_KNOWN = frozenset({"mode", "buffering", "encoding", "errors", "newline"})
"""Arguments of `open` that `Path.open` has, too."""


@dataclass(frozen=True, slots=True)
class OsPaths:
    def sketches(self, path: str, parsed: Parsed) -> Iterator[Sketch]:  # noqa: ARG002 -- the Protocol's
        found = [match["call"][0] for match in matches(parsed, _QUERY)]
        if not found or not _imports_os(parsed):
            return
        need = _WHOLE if needs.has(parsed, _WHOLE) and not needs.has(parsed, _PART) else _PART
        bytes_paths = BytesPaths.of(parsed)
        writer = _Writer(parsed, "pathlib.Path" if need == _WHOLE else "Path", bytes_paths)
        sketches = []
        left = []
        end = 0
        for call in sorted(found, key=lambda node: (node.start_byte, -node.end_byte)):
            if call.start_byte < end or call.has_error or nodes.has_within(call, "comment"):
                continue
            if any(map(bytes_paths.has, _arguments(call)[:1])):
                end = call.end_byte
                left.append(_left(parsed, call))
                continue
            new = writer.call(call)
            replacement = minimal(parsed.text, parsed.span_of(call), (new,)) if new else None
            if replacement:
                end = call.end_byte
                sketches.append(Sketch((replacement,)))
        written = needs.added(parsed, (need,), sketches)
        yield from sorted((*written, *left), key=lambda sketch: sketch.replacements[-1].span.start)


def _left(parsed: Parsed, call: tree_sitter.Node) -> Sketch:
    text = nodes.text_of(parsed, call)
    return Sketch((Replacement(parsed.span_of(call), (text,)),), left="its path may be bytes, which Path does not take")


def _arguments(call: tree_sitter.Node) -> list[tree_sitter.Node]:
    arguments = call.child_by_field_name("arguments")
    return arguments.named_children if arguments else []


def _imports_os(parsed: Parsed) -> bool:
    """Whether `os` is Python's own wherever it is bound, and `open` is nowhere."""
    bound = captured(parsed.tree.root_node, parsed.language, "bound")
    named = [node for node in bound if nodes.text_of(parsed, node) in ("os", "open")]
    return bool(named) and all(nodes.is_within(node, "import_statement") for node in named)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes calls anew, with the calls in their arguments."""

    parsed: Parsed
    path: str
    """What the class is called."""
    bytes_paths: BytesPaths

    def call(self, call: tree_sitter.Node) -> str | None:
        """None where it is no call that can be written anew."""
        function, arguments = self._parts(call)
        if not arguments or any(node.type in _SPREAD for node in arguments):
            return None
        first, *rest = arguments
        if function in _ASKED:
            return None if rest else self._path(first, _ASKED[function])
        if function == "os.makedirs":
            is_plain = [nodes.text_of(self.parsed, node) for node in rest] == ["exist_ok=True"]
            return self._path(first, ".mkdir(parents=True, exist_ok=True)") if is_plain else None
        if function == "open" and self._parts(first)[0] == _JOIN and self._are_known(rest):
            given = ", ".join(map(self._text, rest))
            return self._path(first, f".open({given})")
        return None

    def _path(self, node: tree_sitter.Node, asked: str) -> str | None:
        if node.type == "keyword_argument" or _NO_PATH.match(nodes.text_of(self.parsed, node)):
            return None
        joined = self._joined(node)
        if self.bytes_paths.has(node) or any(
            _NO_PATH.match(nodes.text_of(self.parsed, one)) or one.type in _SPREAD for one in joined
        ):
            return None
        return f"{self.path}({', '.join(map(self._text, joined))}){asked}"

    def _joined(self, node: tree_sitter.Node) -> list[tree_sitter.Node]:
        """The parts of a path that is joined, else the path itself."""
        function, arguments = self._parts(node)
        if function != _JOIN or not arguments:
            return [node]
        first, *rest = arguments
        return [*self._joined(first), *rest]

    def _text(self, node: tree_sitter.Node) -> str:
        """The text of an argument, the calls in it written anew."""
        if node.type == "call" and (new := self.call(node)):
            return new
        text, start = nodes.text_of(self.parsed, node), self.parsed.span_of(node).start
        found, end = "", 0
        for child in node.named_children:
            span = self.parsed.span_of(child)
            found += text[end : span.start - start] + self._text(child)
            end = span.end - start
        return found + text[end:]

    def _parts(self, node: tree_sitter.Node) -> tuple[str, list[tree_sitter.Node]]:
        """What is called, and its arguments; empty if it is no call."""
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if not function or not arguments or arguments.type != "argument_list":
            return "", []
        return nodes.text_of(self.parsed, function), arguments.named_children

    def _are_known(self, arguments: Sequence[tree_sitter.Node]) -> bool:
        named = [node.child_by_field_name("name") for node in arguments if node.type == "keyword_argument"]
        return all(name and nodes.text_of(self.parsed, name) in _KNOWN for name in named)
