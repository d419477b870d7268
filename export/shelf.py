"""The artifacts that this user has, and which of them Lacuna works with when no other is named."""

import json
from pathlib import Path

import platformdirs

from lacuna.export.artifact import MANIFEST, embedded
from lacuna.syntax.errors import ModelError
from lacuna.workspace import atomic

EMBEDDED = "embedded"


def shelf() -> Path:
    """Where `lacuna train --on` puts artifacts."""
    return platformdirs.user_data_path("lacuna") / "models"


def listed() -> tuple[Path, ...]:
    """The embedded artifact, then those on the shelf by name."""
    kept = sorted(path.parent for path in shelf().glob(f"*/{MANIFEST}"))
    return (embedded(), *kept)


def named(name: str) -> Path:
    """`embedded`, the name of an artifact on the shelf, or a path."""
    if name == EMBEDDED:
        return embedded()
    on_shelf = shelf() / name
    return on_shelf if (on_shelf / MANIFEST).exists() else Path(name).absolute()


def in_use() -> Path:
    """What `use` was last told, or the embedded artifact; raises ModelError if that cannot be read."""
    path = _choice()
    try:
        return Path(json.loads(path.read_text(encoding="utf-8"))["folder"])
    except FileNotFoundError:
        return embedded()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path} does not say which model is in use; `lacuna model use embedded` mends it.") from error


def use(folder: Path) -> None:
    """Work with an artifact from now on. The embedded one is no choice: it moves with each installation."""
    path = _choice()
    if folder == embedded():
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic.write(path, json.dumps({"folder": str(folder)}).encode() + b"\n")


def _choice() -> Path:
    return platformdirs.user_config_path("lacuna") / "model.json"
