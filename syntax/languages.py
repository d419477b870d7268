"""The languages Lacuna knows: one table entry each, so that another language is another entry."""

import builtins
import functools
import keyword
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from types import MappingProxyType

import tree_sitter

from lacuna.syntax.errors import UsageError
from lacuna.syntax.spans import Kind


class UnknownLanguageError(UsageError):
    """Neither a language id nor a file suffix of the table."""


def _python() -> object:
    # Loaded when first parsed: a table of many languages must not load them all.
    import tree_sitter_python  # noqa: PLC0415

    return tree_sitter_python.language()


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its names and what is known of its grammar.

    `nodes` gives a tree-sitter query for each kind of span: `@hole` captures the node to be rewritten,
    `@inside` what stands between the node's first and last token (the brackets).
    """

    name: str
    language_ids: frozenset[str]
    suffixes: frozenset[str]
    grammar: Callable[[], object]
    """The tree-sitter language as a capsule."""
    nodes: Mapping[Kind, str]
    prose: frozenset[str]
    """Leaves that hold running text: a selection in one need not grow to all of it."""
    delimiters: frozenset[str]
    """Leaves that come in pairs: alone in an ERROR node, each is a defect of its own."""
    fences: tuple[str, ...]
    """What opens and closes a string that may run over lines."""
    code: re.Pattern[str]
    """Code of a line up to a fence, a comment, a quote that is not closed or the line's end."""
    block_start: re.Pattern[str]
    """A line at whose start a text can be cut so that both parts parse; leading white space is its indentation."""
    block_header: re.Pattern[str]
    """A line that a block must follow."""
    is_aligned: bool
    """Statements of one block begin in one column; a grammar may take more indentation all the same."""
    owed: Mapping[str, frozenset[str]]
    """Nodes that a grammar takes without the child that they must have: one of these types; of none, any."""
    unbroken: str
    """A query for nodes (`@node`) that lie on one line unless brackets hold them; a grammar may take them torn."""
    doubtful: str
    """A query for statements (`@doubtful`) that parse, and that nobody means to write."""
    names: str
    """A query for identifiers (`@name`)."""
    binding: str
    """A query for identifiers (`@name`) where what they stand for begins."""
    members: str
    """A query for identifiers (`@name`) that belong to another thing."""
    remote: str
    """A query for identifiers (`@name`) where what they stand for is hardly ever bound in the same block."""
    late: Mapping[str, str]
    """Nodes that bind their names when they end, or when their field of this name does."""
    early: frozenset[str]
    """Nodes that bind their names when they begin, wherever these stand in them."""
    deferred: frozenset[str]
    """Nodes that run later than what stands behind them."""
    functions: str
    """A query for functions (`@function`) with a field `body`."""
    returning: str
    """A query for what says that the function that it is, or stands in, returns something (`@returns`), ends without
    anything (`@ends`) or yields (`@yields`)."""
    writing: str
    """A query for identifiers where a variable gets a value (`@made`), or what it has is changed (`@changed`)."""
    closed: str
    """A query for statements (`@last`) behind which nothing is reached, or perhaps nothing."""
    known: frozenset[str]
    """Identifiers that are known everywhere."""
    wildcard: re.Pattern[str]
    """Text after which names may stand for what is bound in another file."""
    begun: re.Pattern[str]
    """A line on which no more has begun than a statement that binds names, or the header of a block."""
    bindings: tuple[str, ...]
    """What a statement that binds names (`{}`, with commas between them) begins with."""
    headers: tuple[str, ...]
    """What a statement that a block follows begins with."""
    returns: tuple[str, ...]
    """What a statement that ends a function begins with."""
    stand_ins: tuple[str, ...]
    """Texts of which one parses in most places where something is missing; they open and close nothing."""
    header_stand_ins: tuple[str, ...]
    """The same for the header of a block."""

    @property
    def owing(self) -> str:
        """A query for the nodes of `owed`, each captured by its own name."""
        return " ".join(f"({kind}) @{kind}" for kind in self.owed)

    # Hash and equality of the fields would compare patterns and mappings for every cache look-up.
    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        return self is other


PYTHON = Language(
    name="python",
    language_ids=frozenset({"python"}),
    suffixes=frozenset({".py", ".pyi", ".pyw"}),
    grammar=_python,
    nodes=MappingProxyType(
        {
            # Whatever stands in a block; to list the statements' types would cost ten times as much.
            Kind.STATEMENT: "(module (_) @hole) (block (_) @hole)",
            Kind.EXPRESSION: "[(expression) (primary_expression)] @hole",
            Kind.ARGUMENTS: """
                (argument_list) @inside
                (call arguments: (generator_expression) @inside)""",
            Kind.CONDITION: """
                (if_statement condition: (_) @hole)
                (elif_clause condition: (_) @hole)
                (while_statement condition: (_) @hole)
                (assert_statement . (_) @hole)
                (conditional_expression (_) . "if" . (_) @hole . "else")
                (if_clause (_) @hole)""",
            Kind.BODY: "(block) @hole",
            Kind.DOCSTRING: """
                (module . (comment)* . (expression_statement . (string) @hole .))
                (function_definition body: (block . (expression_statement . (string) @hole .)))
                (class_definition body: (block . (expression_statement . (string) @hole .)))""",
            Kind.ANNOTATION: "(type) @hole",
        }
    ),
    prose=frozenset({"comment", "string_content"}),
    delimiters=frozenset({"(", ")", "[", "]", "{", "}", "string_start", "string_end"}),
    fences=('"""', "'''"),
    code=re.compile(
        r"""(?:[^"'#\\\n]|\\.|"(?!"")(?:[^"\\\n]|\\.)*+"|'(?!\'\')(?:[^'\\\n]|\\.)*+')*+""",
    ),
    block_start=re.compile(
        # Decorators belong to what they decorate; the bound keeps a file of "@" lines linear.
        r"^(?:[ \t\f]*+(?:@[^\n]*\n(?:(?:[ \t\f@#)\]}\r][^\n]*)?\n){0,12}?[ \t\f]*+)?(?:async[ \t]+def|def|class)\b"
        r"|\f*+(?!(?:elif|else|except|finally)\b)[^\W\d])",
        re.MULTILINE,
    ),
    block_header=re.compile(r":[ \t]*(?:#.*)?$"),
    is_aligned=True,
    owed=MappingProxyType(
        {
            "block": frozenset(),
            "try_statement": frozenset({"except_clause", "except_group_clause", "finally_clause"}),
        }
    ),
    unbroken="""[
        (assignment) (augmented_assignment) (named_expression) (attribute) (subscript) (await)
        (binary_operator) (boolean_operator) (comparison_operator) (not_operator) (unary_operator)
        (conditional_expression) (return_statement) (raise_statement) (assert_statement) (delete_statement)
        ] @node""",
    doubtful="""
        (block (expression_statement . [(identifier) (attribute)] .) @doubtful)
        (block [(return_statement) (raise_statement) (continue_statement) (break_statement)] . (_) @doubtful
            (#not-match? @doubtful "^#"))
        (function_definition body: (block (return_statement) @doubtful .) (#eq? @doubtful "return"))
        ((assignment left: (_) @left right: (_) @right) @doubtful (#eq? @left @right))
        (function_definition name: (_) @outer body: (block (function_definition name: (_) @inner) @doubtful)
            (#eq? @outer @inner))
        ((function_definition name: (_) @first) . (function_definition name: (_) @again) @doubtful
            (#eq? @first @again))
        ((comment) @doubtful (#match? @doubtful "^#\\W*$"))""",
    names="(identifier) @name",
    members="[(attribute attribute: (_) @name) (keyword_argument name: (_) @name)]",
    binding="""[
        (assignment left: (identifier) @name) (named_expression name: (identifier) @name)
        (pattern_list (identifier) @name) (tuple_pattern (identifier) @name) (list_pattern (identifier) @name)
        (list_splat_pattern (identifier) @name) (dictionary_splat_pattern (identifier) @name)
        (for_statement left: (identifier) @name) (for_in_clause left: (identifier) @name)
        (as_pattern_target (identifier) @name) (as_pattern_target (tuple (identifier) @name))
        (parameters (identifier) @name) (lambda_parameters (identifier) @name) (typed_parameter (identifier) @name)
        (default_parameter name: (identifier) @name) (typed_default_parameter name: (identifier) @name)
        (function_definition name: (identifier) @name) (class_definition name: (identifier) @name)
        (dotted_name (identifier) @name) (aliased_import alias: (identifier) @name)
        (global_statement (identifier) @name) (nonlocal_statement (identifier) @name)
        ]""",
    remote="""[
        (call function: (identifier) @name) (type (identifier) @name) (decorator (identifier) @name)
        (class_definition superclasses: (argument_list (identifier) @name)) (except_clause (identifier) @name)
        ]""",
    late=MappingProxyType({"assignment": "right", "for_statement": "right"}),
    early=frozenset(
        {"list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression", "lambda"}
    ),
    deferred=frozenset({"function_definition", "lambda"}),
    functions="(function_definition) @function",
    returning="""
        (return_statement (_)) @returns
        ((function_definition return_type: (_) @type) @returns (#not-match? @type "^(None|NoReturn|Never)$"))
        ((function_definition return_type: (_) @type) @ends (#match? @type "^(None|NoReturn|Never)$"))
        ((return_statement) @ends (#eq? @ends "return"))
        (yield) @yields""",
    writing="""
        (assignment left: (identifier) @made)
        (augmented_assignment left: (identifier) @changed)
        (assignment left: (subscript value: (identifier) @changed))
        (augmented_assignment left: (subscript value: (identifier) @changed))
        (expression_statement (call function: (attribute object: (identifier) @changed)))""",
    closed="""[
        (return_statement) (raise_statement) (try_statement) (with_statement) (match_statement)
        (if_statement (else_clause)) (while_statement condition: [(true) (integer)])
        ] @last""",
    known=frozenset({*dir(builtins), *keyword.kwlist, "__file__", "__path__"}),
    wildcard=re.compile(r"^[ \t]*from\b[^\n#]*\bimport[ \t]*\*", re.MULTILINE),
    begun=re.compile(r"[\w \t,]*"),
    bindings=("{} =", "for {} in"),
    headers=("if", "for", "while", "else:", "elif", "with", "try:", "except"),
    returns=("return", "raise"),
    stand_ins=("", "...", "x", "x()", "x in x"),
    header_stand_ins=("x:", "if x:", "try:", "except:"),
)

LANGUAGES: tuple[Language, ...] = (PYTHON,)


@functools.cache
def grammar_of(language: Language) -> tree_sitter.Language:
    """The grammar, loaded once."""
    return tree_sitter.Language(language.grammar())


def language_of(name_or_path: str) -> Language:
    """The language with this name or LSP language id, else the one with this file's suffix."""
    lowered = name_or_path.lower()
    for language in LANGUAGES:
        if lowered == language.name or lowered in language.language_ids:
            return language
    suffixes = {PurePosixPath(lowered).suffix, PureWindowsPath(lowered).suffix}
    for language in LANGUAGES:
        if suffixes & language.suffixes:
            return language
    known = "; ".join(f"{language.name} ({', '.join(sorted(language.suffixes))})" for language in LANGUAGES)
    message = f"Lacuna does not know the language of {name_or_path!r}; it knows {known}."
    raise UnknownLanguageError(message)
