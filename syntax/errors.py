"""The root of Lacuna's exception tree: every message is one clear sentence for the user."""


class LacunaError(Exception):
    """Something the user can understand and act on; caught once, at the outermost layer."""
