"""The version, from the installed metadata: the only place that knows it."""

from importlib import metadata

DISTRIBUTION = "lacuna-infill"


def version() -> str:
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "(not installed)"
