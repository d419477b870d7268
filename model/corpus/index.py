"""The package index that this machine is set up with."""

import logging
import warnings
from collections.abc import Iterator

from lacuna.model.corpus.files import CorpusError
from lacuna.model.corpus.sources import Distribution

CHUNK_BYTES = 1 << 16


class PipIndex:
    """pip's own finder and session, so that its configuration (index, certificates, proxies) holds unchanged.

    `pip download` itself would build a source distribution's metadata, that is run the package's code.
    """

    def __init__(self) -> None:
        try:
            from pip._internal.commands import create_command  # noqa: PLC0415 (reading a built corpus needs no pip)
        except ImportError as error:
            message = "Building the corpus needs pip in the running environment: run `python -m ensurepip`."
            raise CorpusError(message) from error
        logging.getLogger("pip").setLevel(logging.ERROR)
        self._command = create_command("download")
        self._options, _ = self._command.parse_args(["--no-binary", ":all:", "--no-cache-dir", "--quiet"])

    def archive(self, distribution: Distribution) -> Iterator[bytes]:
        from pip._vendor.requests import RequestException  # noqa: PLC0415 (the same)

        with self._command.main_context():
            with warnings.catch_warnings(action="ignore"):  # of old pips about their own vendored packages
                session = self._command.get_default_session(self._options)
            finder = self._command._build_package_finder(self._options, session, ignore_requires_python=True)  # noqa: SLF001 (pip has no public finder)
            links = [
                candidate.link
                for candidate in finder.find_all_candidates(distribution.name)
                if str(candidate.version) == distribution.version and candidate.link.filename.endswith(".tar.gz")
            ]
            if not links:
                message = (
                    f"pip's index offers no source distribution of {distribution.name} {distribution.version}: "
                    "is this machine offline?"
                )
                raise CorpusError(message)
            try:
                # The default Accept-Encoding lets a server's gzip be undone, and the hash would not match.
                headers = {"Accept-Encoding": "identity"}
                with session.get(links[0].url_without_fragment, stream=True, headers=headers) as response:
                    response.raise_for_status()
                    yield from response.iter_content(CHUNK_BYTES)
            except RequestException as error:
                message = f"Downloading {distribution.archive} failed ({type(error).__name__}): try again when online."
                raise CorpusError(message) from error
