"""The rewrites of Python that templates cannot say, by the names that rules call them by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lacuna.refactor.python.annotations import AnnotationsSource
from lacuna.refactor.python.bare_excepts import BareExcepts
from lacuna.refactor.python.format_strings import FormatStrings
from lacuna.refactor.python.mutable_defaults import MutableDefaults
from lacuna.refactor.python.os_paths import OsPaths
from lacuna.refactor.python.print_to_logging import PrintToLogging
from lacuna.refactor.python.signatures.source import AdaptedCalls
from lacuna.refactor.python.stub_bodies import StubBodies
from lacuna.refactor.python.unittest_asserts import UnittestAsserts
from lacuna.refactor.rule import Sketcher
from lacuna.refactor.rulesource import Grounds, RuleSource


@dataclass(frozen=True, slots=True)
class Everywhere:
    """A rewrite that looks at one file after another."""

    make: Callable[[], Sketcher]
    has_blanks: bool = False
    is_of_tree: bool = False

    def sketcher(self, _grounds: Grounds) -> Sketcher:
        return self.make()


REWRITES: Mapping[str, RuleSource] = {
    "adapt-calls": AdaptedCalls(),
    "annotations": AnnotationsSource(),
    "bare-excepts": Everywhere(BareExcepts),
    "format-strings": Everywhere(FormatStrings),
    "mutable-defaults": Everywhere(MutableDefaults),
    "os-paths": Everywhere(OsPaths),
    "print-to-logging": Everywhere(PrintToLogging, has_blanks=True),
    "stub-bodies": Everywhere(StubBodies, has_blanks=True),
    "unittest-asserts": Everywhere(UnittestAsserts),
}
