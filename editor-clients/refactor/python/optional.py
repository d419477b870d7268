"""How a module says of a type that None may stand there, too."""

import re

_LATE = re.compile(r"(?m)^from __future__ import .*\bannotations\b")
_UNION = re.compile(r"\| *None\b")
_IMPORTED = re.compile(r"(?m)^from typing import .*\bOptional\b|^ +Optional,$")
_TYPING = re.compile(r"(?m)^import typing(?: as (\w+))?$")


def around_optional(module: str) -> tuple[str, str] | None:
    """What goes before and behind the type; None where the module shows no way to say that."""
    if has_late_annotations(module) or _UNION.search(module):
        return "", " | None"
    if _IMPORTED.search(module):
        return "Optional[", "]"
    typing = _TYPING.search(module)
    return (f"{typing[1] or 'typing'}.Optional[", "]") if typing else None


def has_late_annotations(module: str) -> bool:
    """Whether Python does not look at annotations when it comes to them."""
    return bool(_LATE.search(module))
