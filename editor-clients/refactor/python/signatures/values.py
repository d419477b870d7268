"""Which text can be the argument of a new parameter: one expression, and not what is called with it."""

import ast
from dataclasses import dataclass

from lacuna.refactor.python.signatures.changes import parsed
from lacuna.refactor.python.signatures.spelling import dotted


@dataclass(frozen=True, slots=True)
class Value:
    """Tells texts that can be an argument's value."""

    called: frozenset[str]
    """The names of what is called."""

    def __call__(self, text: str) -> bool:
        # Between others, as it may stand: a generator needs brackets of its own there.
        module = parsed(f"_(_, {text}\n, _)")
        match module.body if module else []:
            case [ast.Expr(ast.Call(ast.Name("_"), [_, value, _], []))]:
                return not isinstance(value, ast.Starred) and dotted(value) not in self.called
        return False
