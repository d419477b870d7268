"""The rewrites of Python that templates cannot say, by the names that rules call them by."""

from collections.abc import Mapping

from lacuna.refactor.rulesource import RuleSource

REWRITES: Mapping[str, RuleSource] = {}
