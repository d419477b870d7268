"""The root of Lacuna's exception tree: every message is one clear sentence for the user.

What a raised error says of the world is its kind, and the command line's exit code follows from that alone.
"""


class LacunaError(Exception):
    """Something the user can understand and act on; caught once, at the outermost layer."""


class UsageError(LacunaError):
    """The request makes no sense: arguments, a position, a language, a query."""


class ModelError(LacunaError):
    """The model cannot run: an artifact, a provider, a missing extra."""


class FileError(LacunaError):
    """A file cannot be read or written."""
