"""`lacuna serve --http`: a worker behind HTTP on the loopback, for clients that hold the token."""

import hmac
import json
import logging
import re
from collections.abc import Callable
from concurrent.futures import CancelledError
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lacuna.infill.request import Model, Request
from lacuna.lsp_server import ending
from lacuna.lsp_server.http.dialects import DIALECTS, Filled, Wanted
from lacuna.lsp_server.offers import Offers
from lacuna.lsp_server.settings import Settings
from lacuna.lsp_server.tracebacks import traceback_of
from lacuna.lsp_server.worker import DroppedError, Kind, Worker
from lacuna.syntax.errors import LacunaError, UsageError
from lacuna.syntax.spans import Span

_log = logging.getLogger(__name__)

_LOOPBACK = "127.0.0.1"
_HOSTS = (_LOOPBACK, "localhost")
_LONGEST_BODY = 8 << 20
"""Bytes."""
_LENGTH = re.compile(r"[0-9]{1,10}")
"""What may be the length of a body: more digits are far too many bytes, and int() refuses thousands of them."""
_SHORTEST_TOKEN = 16
"""Characters."""
_BUDGET = 20.0
"""Seconds after which nobody waits for a completion any more."""


class _RefusedError(LacunaError):
    """A request that gets no completion, with the status that says why."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Server(ThreadingHTTPServer):
    """Answers on the loopback, whose port is known once it is made. The newest request wins."""

    daemon_threads = True

    def __init__(self, load: Callable[[], Model], port: int, token: str) -> None:
        if len(token) < _SHORTEST_TOKEN:
            needed = f"LACUNA_HTTP_TOKEN should be a secret of at least {_SHORTEST_TOKEN} characters"
            raise UsageError(f"{needed}: clients send it as their API key.")
        try:
            super().__init__((_LOOPBACK, port), _Handler)
        except OSError as error:
            raise UsageError(f"Port {port} cannot be used: {error.strerror}.") from error
        self.token = token
        self._worker = Worker(load)
        self._worker.unload_after(60 * Settings().unload_after)

    @property
    def url(self) -> str:
        return f"http://{_LOOPBACK}:{self.server_port}"

    def serve(self) -> None:
        """Answer until it is interrupted, which ends the process whatever the worker is at."""
        self._worker.start()
        try:
            self.serve_forever()
        except KeyboardInterrupt:
            code = ending.interrupted()
            self._worker.stop()
            if not self._worker.join(ending.LAST_STEP):
                ending.at_once(code)
            raise
        finally:
            self._worker.stop()
            self.server_close()

    def fill(self, wanted: Wanted) -> Filled:
        """What is offered unasked at the cursor, as in an editor; nothing when something newer came between."""
        if wanted.is_context:
            return Filled(())
        cursor = len(wanted.before)
        request = Request(
            text=wanted.before + wanted.after,
            language="python",
            spans=(Span(cursor, cursor),),
            threshold=None,
            alternatives=wanted.alternatives,
            is_unasked=True,
        )
        future = self._worker.submit("http", Kind.AUTOMATIC, request)
        try:
            answer = future.result(_BUDGET)
        except TimeoutError:
            future.cancel()
            return Filled(())
        except (DroppedError, CancelledError):
            return Filled(())
        offer = Offers().take("http", request, answer)
        return Filled(offer.alternatives if offer else (), answer)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = 60
    """Seconds that a connection may be silent."""

    def do_POST(self) -> None:
        try:
            self._answer()
        except _RefusedError as refused:
            self._refuse(refused.status, str(refused))
        except UsageError as error:
            self._refuse(HTTPStatus.BAD_REQUEST, str(error))
        except LacunaError as error:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        except OSError:  # the client has left
            self.close_connection = True
        except Exception as error:  # noqa: BLE001 -- the rim: one request may not end the others
            _log.error("A completion failed inside Lacuna:\n%s", traceback_of(error))
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, "Lacuna made a mistake.")

    def log_message(self, *_: object) -> None:
        """Log nothing of what is asked."""

    def _answer(self) -> None:
        body = self._body()  # read in any case, or the connection's next request would begin with it
        self._check_caller()
        dialect = DIALECTS.get(self.path)
        if dialect is None:
            raise _RefusedError(HTTPStatus.NOT_FOUND, f"There are {' and '.join(DIALECTS)}.")
        try:
            sent = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise UsageError("The body is no JSON.") from error
        if not isinstance(sent, dict):
            raise UsageError("The body should be an object.")
        wanted = dialect.read(sent)
        written = json.dumps(dialect.write(wanted, self.server.fill(wanted)))
        if wanted.is_streamed:
            self._send(HTTPStatus.OK, f"data: {written}\n\n{dialect.end}", "text/event-stream")
        else:
            self._send(HTTPStatus.OK, written)

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not _LENGTH.fullmatch(length) or int(length) > _LONGEST_BODY:
            self.close_connection = True
            raise _RefusedError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "A body of known length, of 8 MiB at most, is read."
            )
        return self.rfile.read(int(length))

    def _check_caller(self) -> None:
        """A page in a browser may reach the loopback, too, by any name: it has no token, and no name of ours."""
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if host not in _HOSTS:
            raise _RefusedError(HTTPStatus.FORBIDDEN, "Only the loopback is served.")
        given = self.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        if not hmac.compare_digest(given.encode(), self.server.token.encode()):
            raise _RefusedError(HTTPStatus.UNAUTHORIZED, "The API key is not LACUNA_HTTP_TOKEN.")

    def _refuse(self, status: HTTPStatus, sentence: str) -> None:
        self._send(status, json.dumps({"error": {"message": sentence, "code": status.value}}))

    def _send(self, status: HTTPStatus, text: str, kind: str = "application/json") -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
