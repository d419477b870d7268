"""Return values made tuples: which functions can return one value more, and what their uses have to become."""

import ast
from collections.abc import Iterable, Iterator, Sequence

from lacuna.benchmarks.refactor import trees
from lacuna.benchmarks.refactor.cases import Found, Label, Site, Uses
from lacuna.benchmarks.refactor.trees import Function, Offsets, Texts
from lacuna.syntax.check import filled
from lacuna.syntax.spans import Span


def extras(node: Function, parameters: Sequence[str]) -> list[str]:
    """Those of its parameters that a function can return as a second value; none if it does not always return one."""
    own = list(_own(node.body))
    values = [each.value for each in own if isinstance(each, ast.Return)]
    if isinstance(node, ast.AsyncFunctionDef) or any(isinstance(each, ast.Yield | ast.YieldFrom) for each in own):
        return []
    if not values or not all(map(_is_plain, values)) or not _ends(node.body):
        return []
    returned = {each.id for each in values if isinstance(each, ast.Name)}
    typed = {each.arg for each in node.args.args if each.annotation or not node.returns}
    return [name for name in parameters if name in typed - returned]


def _own(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Some nodes and what is in them, but not the bodies of definitions."""
    for node in nodes:
        yield node
        if not isinstance(node, Function | ast.ClassDef | ast.Lambda):
            yield from _own(ast.iter_child_nodes(node))


def _is_plain(value: ast.expr | None) -> bool:
    is_none = value is None or (isinstance(value, ast.Constant) and value.value is None)
    return not is_none and not isinstance(value, ast.Tuple)


def _ends(body: Sequence[ast.stmt]) -> bool:
    """Whether nothing gets past the last of some statements."""
    match body[-1]:
        case ast.Return() | ast.Raise():
            return True
        case ast.If(body=some, orelse=others):
            return bool(others) and _ends(some) and _ends(others)
        case ast.With(body=some):
            return _ends(some)
        case ast.Try(body=some, handlers=handlers, orelse=others):
            return _ends(others or some) and all(_ends(each.body) for each in handlers)
    return False


def paired(text: str, node: Function, extra: str) -> str:
    """The text with a function that returns a parameter, too."""
    offsets = Offsets(text)
    ends = [offsets.span(each).end for each in _own(node.body) if isinstance(each, ast.Return)]
    edits = [(Span(end, end), f", {extra}") for end in ends]
    if node.returns:
        types = {each.arg: each.annotation for each in node.args.args}
        second = types[extra]
        assert second is not None, "a function with a type returns what has one"
        span = offsets.span(node.returns)
        edits.append((span, f"tuple[{text[span.start : span.end]}, {ast.unparse(second)}]"))
    edits.sort(key=lambda edit: edit[0].start)
    return filled(text, tuple(span for span, _ in edits), tuple(new for _, new in edits))


def sites(uses: Uses, texts: Texts, find: Found, extra: str) -> tuple[Site, ...]:
    """The uses of what returns two values now, in the texts where its definition does."""
    done = []
    for path, found in uses.by_path.items():
        text, statements = texts[path], _statements(texts[path])
        for use, now in zip(found, find(text), strict=True):
            span, after = _unpacked(text, now.span, statements.get(now.span), extra)
            label = uses.label(path, use)
            done.append(Site(path, span, after if label is Label.TARGET else text[span.start : span.end], after, label))
    return tuple(done)


def _statements(text: str) -> dict[Span, ast.stmt]:
    """Statements that drop what they evaluate, or assign it, by its span."""
    offsets = Offsets(text)
    nodes = (node for node in ast.walk(trees.parsed(text)) if isinstance(node, ast.Assign | ast.Expr))
    return {offsets.span(node.value): node for node in nodes}


def _unpacked(text: str, call: Span, statement: ast.stmt | None, extra: str) -> tuple[Span, str]:
    """What a use stands in that has to change, and what that has to become."""
    match statement:
        case ast.Expr():
            return call, text[call.start : call.end]
        case ast.Assign(targets=[ast.Name() as name]):
            offsets = Offsets(text)
            span, end = offsets.span(statement), offsets.span(name).end
            return span, f"{text[span.start : end]}, _{extra.strip('_')}{text[end : span.end]}"
    return call, f"{text[call.start : call.end]}[0]"


def bound(text: str) -> ast.Expression | None:
    """The assignment to a name that a text is, as an expression; of two names the first gets a pair's first part."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return None
    match body:
        case [ast.Assign(targets=[ast.Name() as name], value=value)]:
            return ast.Expression(ast.NamedExpr(name, value))
        case [ast.Assign(targets=[ast.Tuple(elts=[ast.Name() as name, ast.Name(id=other)])], value=value)]:
            first = ast.Subscript(value, ast.Constant(0), ast.Load())
            return None if other == name.id else ast.Expression(ast.NamedExpr(name, first))
    return None
