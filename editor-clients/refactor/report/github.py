"""Annotations of GitHub's checks, as a job prints them: `::notice file=a.py,line=3,title=...::...`."""

from lacuna.refactor.plan import Outcome, Site, Skipped
from lacuna.refactor.report import words
from lacuna.refactor.report.reviewed import PROPOSED, Reviewed


def site_annotation(reviewed: Reviewed, site: Site) -> str:
    said = words.change(site) if site.outcome in PROPOSED else ""
    if site.outcome is not Outcome.KEPT:
        said = f"{words.why_not(site)}: {said}" if said else words.why_not(site)
    elif site.confidence is not None:
        said += f" (confidence {site.confidence:.2f})"
    return _annotation(
        "notice", {"file": reviewed.file.path, "line": str(site.line), "title": words.one_line(site.rule)}, said
    )


def skipped_annotation(skipped: Skipped) -> str:
    return _annotation("warning", {"file": skipped.path, "title": "not looked through"}, skipped.reason)


def _annotation(level: str, properties: dict[str, str], message: str) -> str:
    said = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {said}::{_data(words.one_line(message))}\n"


def _data(text: str) -> str:
    """GitHub's own escapes: without them a text could end the command and begin another one."""
    plain = text.encode("utf-8", "replace").decode("utf-8")
    return plain.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
