"""The package index of this machine: where pip would look, without running a package's code.

`pip download` builds the metadata of a source distribution, that is, it runs the package's own `setup.py`.
"""

import ast
import logging
import re
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

import httpx2
from unearth import Link, PackageFinder
from unearth.auth import MultiDomainBasicAuth
from unearth.fetchers import Fetcher, PyPIClient

from lacuna.model.corpus.files import CorpusError
from lacuna.model.corpus.sources import Distribution

CHUNK_BYTES = 1 << 16
TIMEOUT = 15.0
"""Seconds without a byte after which a server is given up; pip's own default."""


class ConfiguredIndex:
    """The indexes, folders, certificates and proxies that pip is set up with, by its files and the environment."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        main, more = settings.get("index-url", "").split(), settings.get("extra-index-url", "").split()
        folders = [_url(where) for where in settings.get("find-links", "").split()]
        self._client = PyPIClient(
            trusted_hosts=settings.get("trusted-host", "").split(),
            verify=ssl.create_default_context(cafile=settings["cert"]) if "cert" in settings else True,
            proxy=settings.get("proxy"),
            timeout=float(settings.get("timeout") or settings.get("default-timeout") or TIMEOUT),
            follow_redirects=True,
            auth=MultiDomainBasicAuth(prompting=False, index_urls=[*main, *more]),
        )
        # A finder for each place: where one cannot be reached, the others are still asked.
        self._finders = [self._finder(folders=[url]) for url in folders]
        if settings.get("no-index", "").lower() not in {"1", "true", "t", "yes", "y", "on"}:
            # Without an index of its own, `unearth` asks the public one, as pip does.
            self._finders += [self._finder(indexes=main), *(self._finder(indexes=[url]) for url in more)]

    def archive(self, distribution: Distribution) -> Iterator[bytes]:
        """Yield the archive's bytes as they were published; raises CorpusError when it cannot be had."""
        try:
            # The default Accept-Encoding lets a server's gzip be undone, and the hash would not match.
            headers = {"Accept-Encoding": "identity"}
            url = self._found(distribution).url_without_fragment
            with self._client.get_stream(url, headers=headers) as response:
                response.raise_for_status()
                yield from response.iter_raw(CHUNK_BYTES)
        except httpx2.HTTPError as error:
            message = f"Downloading {distribution.archive} failed ({type(error).__name__}): try again when online."
            raise CorpusError(message) from error

    def _finder(self, *, indexes: Sequence[str] = (), folders: Sequence[str] = ()) -> PackageFinder:
        return PackageFinder(
            cast(Fetcher, self._client),  # what `unearth` takes by default; only its types do not say that it fits
            index_urls=indexes,
            find_links=folders,
            no_binary=[":all:"],
            ignore_compatibility=True,
        )

    def _found(self, distribution: Distribution) -> Link:
        requirement = f"{distribution.name}=={distribution.version}"
        for finder in self._finders:
            try:
                for package in finder.find_matches(requirement):
                    if package.link.filename.endswith(".tar.gz"):
                        return package.link
            except httpx2.HTTPError:
                continue
        message = (
            f"pip's index offers no source distribution of {distribution.name} {distribution.version}: "
            "is this machine offline?"
        )
        raise CorpusError(message)


def configured() -> ConfiguredIndex:
    """Open the index that pip is set up with; raises CorpusError where there is no pip to ask."""
    logging.getLogger("unearth").setLevel(logging.ERROR)  # a place that offers nothing is no news
    asked = [sys.executable, "-m", "pip", "config", "list"]
    told = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603 -- our own Python
    if told.returncode:
        message = "Building the corpus needs pip in the running environment: run `python -m ensurepip`."
        raise CorpusError(message)
    return ConfiguredIndex(settings_in(told.stdout))


def settings_in(listed: str) -> dict[str, str]:
    """Read what `pip config list` prints; the environment goes before section `download`, and that before `global`."""
    found = re.findall(r"^(global|download|:env:)\.([\w-]+)=(.+)$", listed, re.MULTILINE)
    found.sort(key=lambda setting: ("global", "download", ":env:").index(setting[0]))
    values = ((name, ast.literal_eval(value)) for _, name, value in found)
    return {name: value for name, value in values if value}


def _url(where: str) -> str:
    """Write a place to find archives at as a URL: pip takes paths, too."""
    return where if "://" in where else Path(where).absolute().as_uri()
