"""What Lacuna knows of a language: rules about text, queries about trees, and the parts that not every language has."""

import enum
import functools
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import tree_sitter


class Prose(enum.Enum):
    """Text that is no code."""

    COMMENT = "comment"
    STRING = "string"


class PlaceKind(enum.StrEnum):
    """What is about to be written at a cursor, as far as what is shown tells."""

    ANYWHERE = "anywhere"
    """None of the others."""
    ASSIGNMENT = "assignment"
    RETURN = "return"
    MEMBER = "member"
    """Of the object that a method belongs to."""
    OPEN_ARGUMENTS = "open-arguments"
    """Of a call, nothing behind the cursor."""
    CLOSED_ARGUMENTS = "closed-arguments"
    """Of a call whose bracket is closed right behind the cursor."""
    NEW_LINE = "new-line"
    NEW_BLOCK = "new-block"
    """The first line of a block."""
    CONDITION = "condition"
    IMPORT = "import"
    DECORATOR = "decorator"
    SIGNATURE = "signature"
    """A function's name or parameters."""
    ASSERT = "assert"
    ELEMENT = "element"
    """Of a list, a set or a dictionary."""
    COMMENT = "comment"
    STRING = "string"
    DOCSTRING = "docstring"


@dataclass(frozen=True, slots=True)
class PlaceRule:
    """By what a kind of place is known; patterns see strings without their content and no comments."""

    kind: PlaceKind
    before: re.Pattern[str]
    """Found in what stands before the cursor on its line."""
    bracket: re.Pattern[str] | None = None
    """Found in the innermost bracket that is open and what stands before it on its line; in nothing where none is."""
    behind: re.Pattern[str] | None = None
    """Found in what stands behind the cursor on its line."""


@dataclass(frozen=True, slots=True)
class Fence:
    """What opens and closes prose that may run over lines."""

    opens: str
    closes: str
    holds: Prose
    has_escapes: bool = False
    """A backslash before the closing fence makes it text."""


@dataclass(frozen=True, slots=True)
class TextRules:
    """What is told from text alone, because no tree can be had of a long text, or of one that is being typed."""

    code: re.Pattern[str]
    """Code of a line up to a fence, a comment, a quote that is not closed or the line's end."""
    block_start: re.Pattern[str]
    """A line at whose start a text can be cut so that both parts parse; leading white space is its indentation."""
    fences: tuple[Fence, ...] = ()
    comments: tuple[str, ...] = ()
    """What begins a comment that goes up to the end of its line."""
    quotes: tuple[str, ...] = ()
    """What begins a string that ends on its line."""


@dataclass(frozen=True, slots=True)
class Defects:
    """What counts as a syntax error beside the ERROR and MISSING nodes of a tree."""

    delimiters: frozenset[str] = frozenset()
    """Leaves that come in pairs: alone in an ERROR node, each is a defect of its own."""
    brackets: frozenset[str] = frozenset()
    """Leaves between which a line may end anywhere."""
    joined: frozenset[str] = frozenset()
    """Leaves that stand for a line end which does not end a line."""
    owed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Nodes that a grammar takes without the child that they must have: one of these types; of none, any."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the lines of a block are indented."""

    block_header: re.Pattern[str]
    """A line that a block must follow."""
    unit: str
    """By how much a block is indented, unless a text does it otherwise."""
    is_aligned: bool = False
    """Indentation alone makes blocks: statements of one block begin in one column, though a grammar may take more."""
    header_stand_ins: tuple[str, ...] = ()
    """Texts of which one parses in most places where the header of a block is missing."""


@dataclass(frozen=True, slots=True)
class Names:
    """Where what names stand for begins, beside what queries say."""

    known: frozenset[str] = frozenset()
    """Identifiers that are known everywhere."""
    members: frozenset[str] = frozenset()
    """What values of the language's own types have, known behind a dot everywhere."""
    late: Mapping[str, str] = field(default_factory=dict)
    """Nodes that bind their names when they end, or when their field of this name does."""
    early: frozenset[str] = frozenset()
    """Nodes that bind their names when they begin, wherever these stand in them."""
    deferred: frozenset[str] = frozenset()
    """Nodes that run later than what stands behind them."""
    wildcard: re.Pattern[str] | None = None
    """Text after which names may stand for what is bound in another file."""


@dataclass(frozen=True, slots=True)
class Openings:
    """What a span is likely to begin with."""

    begun: re.Pattern[str]
    """A line on which no more has begun than a statement that binds names, or the header of a block."""
    bindings: tuple[str, ...] = ()
    """What a statement that binds names (`{}`, with commas between them) begins with."""
    headers: tuple[str, ...] = ()
    """What a statement that a block follows begins with."""
    returns: tuple[str, ...] = ()
    """What a statement that ends a function begins with."""
    definition: str = ""
    """What the definition of a function (`{}`) begins with."""
    called: re.Pattern[str] | None = None
    """A call by a name, in the group `called`, or the header of a definition with its name, in `defined`."""


@dataclass(frozen=True, slots=True)
class Imports:
    """How a text says which modules it imports."""

    whole: re.Pattern[str]
    """Imports of modules, by their names in the group `names`."""
    part: re.Pattern[str]
    """Imports of `names` of a `module`; `up` has a character for each folder up to where that is looked for."""
    name: re.Pattern[str]
    """A name among several, in the group `name`; or a remark that holds none."""
    separator: str
    """Between the words of a module's name."""
    folder: str
    """The module that a folder itself is, in that folder."""


@dataclass(frozen=True, slots=True)
class Query:
    """The patterns of a file that capture something by one name."""

    file: str
    source: str
    """The file with everything else blank, so that an error's line is the file's."""


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """One language, as its folder describes it. A part that is None is a part that the folder does not have."""

    name: str
    ids: frozenset[str]
    """What editors call it."""
    suffixes: frozenset[str]
    """How its files' names end."""
    grammar: str
    """Where the tree-sitter grammar comes from, as "module:function"."""
    text: TextRules
    queries: Mapping[str, Query]
    """By the name of what they capture."""
    declaring: frozenset[str] = frozenset()
    """How files' names end in which nothing but declarations stands: bodies are written elsewhere."""
    roots: tuple[str, ...] = ()
    """Files that mark the root of a project."""
    prose: frozenset[str] = frozenset()
    """Leaves that hold running text: a selection in one need not grow to all of it."""
    gate: str = ""
    """Where code comes from that knows what is wrong with a text without running it, as "module:class"."""
    judge: str = ""
    """The same for code that knows it of a whole text, however long that takes."""
    negations: frozenset[str] = frozenset()
    """Words that turn round what follows them."""
    stand_ins: tuple[str, ...] = ("",)
    """Texts of which one parses in most places where something is missing; they open and close nothing."""
    defects: Defects = Defects()
    layout: Layout | None = None
    names: Names | None = None
    openings: Openings | None = None
    imports: Imports | None = None
    places: tuple[PlaceRule, ...] = ()
    """The first that fits says the kind of a place."""


@functools.cache
def grammar_of(language: Language) -> tree_sitter.Language:
    """The language's grammar, loaded when it is first needed."""
    return tree_sitter.Language(pkgutil.resolve_name(language.grammar)())
