"""JSON-RPC as the specification has it, where pygls 2.1 departs from it; no feature is known here.

Each override says what it cures. Nothing here or in pygls logs parameters or results: they hold source text.
"""

import json
import logging
import threading
from asyncio import CancelledError
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from cattrs import Converter
from lsprotocol import types
from pygls.exceptions import (
    JsonRpcContentModified,
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcRequestCancelled,
    JsonRpcServerNotInitialized,
)
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.protocol.json_rpc import MsgId, RPCMessage, RPCNotification, RPCRequest

from lacuna.lsp_server.worker import OutdatedError, StoppedError
from lacuna.syntax.errors import LacunaError

_log = logging.getLogger(__name__)

_LEFT_TO_FEATURES = (
    types.INITIALIZED,
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
)


@dataclass(frozen=True, slots=True)
class Malformed:
    """A message that is not what its method says."""

    id: MsgId | None
    method: str | None


class Protocol(LanguageServerProtocol):
    """One conversation with one client."""

    def __init__(self, server: LanguageServer, converter: Converter) -> None:
        super().__init__(server, converter)
        self.ended = threading.Event()
        """Set when the client said `exit`; pygls wants a thread's event."""
        self.exit_code = 0
        self._is_cut_off = False

    def _register_builtin_features(self) -> None:
        """Pygls' text documents split lines at form feeds and U+2028, and its `initialized` fails when cancelled."""
        super()._register_builtin_features()  # type: ignore[no-untyped-call] # pygls leaves it untyped
        for method in _LEFT_TO_FEATURES:
            del self.fm.builtin_features[method]

    # --- reading

    def structure_message(self, data: dict[str, Any]) -> object:
        """A typed message. Pygls leaves one that it cannot read without an answer."""
        try:
            return super().structure_message(data)
        except JsonRpcException:
            return Malformed(data.get("id"), data.get("method"))

    def handle_message(self, message: RPCMessage | Malformed | dict[str, Any]) -> None:
        """Answer what cannot be handled; hand on the rest."""
        if isinstance(message, Malformed):
            self._reject(message)
        elif isinstance(message, dict):
            _log.error("The client sent something that is no JSON-RPC message")
        elif isinstance(message, RPCRequest):  # before notifications: pygls tells them apart by their attributes
            fault = self._untimely(message.method)
            if fault is None:
                super().handle_message(message)
            else:
                self._send_response(message.id, error=fault.to_response_error())
        elif isinstance(message, RPCNotification) and self._workspace is None and message.method != types.EXIT:
            _log.warning("The client sent %s before initialize", message.method)
        else:
            super().handle_message(message)

    def _untimely(self, method: str) -> JsonRpcException | None:
        if self._shutdown:
            return JsonRpcInvalidRequest("The server is shutting down.")
        is_initialized = self._workspace is not None
        if method == types.INITIALIZE:
            return JsonRpcInvalidRequest("The server is initialized already.") if is_initialized else None
        return None if is_initialized else JsonRpcServerNotInitialized("The server is not initialized yet.")

    def _reject(self, message: Malformed) -> None:
        if message.method is None:
            _log.error("The client sent a response that cannot be read")
            future = self._request_futures.pop(message.id, None) if message.id is not None else None
            if future is not None:
                future.cancel()
        elif message.id is None:
            _log.error("The client sent a %s that cannot be read", message.method)
        else:
            error = JsonRpcInvalidParams(f"The parameters of {message.method} cannot be read.")
            self._send_response(message.id, error=error.to_response_error())

    # --- answering

    def _send_handler_result(self, future: Future[Any], *, msg_id: MsgId) -> None:
        """Answer a request: the one place where errors become what the user reads.

        Pygls sends tracebacks to the client and logs cancellations as failures.
        """
        self._request_futures.pop(msg_id, None)
        try:
            result = future.result()
        except Exception as error:  # noqa: BLE001 (the outermost layer)
            self._send_response(msg_id, error=_told(error).to_response_error())
        except CancelledError:
            self._send_response(msg_id, error=JsonRpcRequestCancelled().to_response_error())
        else:
            self._send_response(msg_id, result=result)

    def _send_data(self, data: object) -> None:
        """Write a message, as long as there is somebody to read it.

        Pygls reports a failed write by writing, 190,000 times over; and at INFO it logs every message.
        """
        if self._is_cut_off or self.writer is None:
            return
        body = json.dumps(data, default=self._serialize_message).encode()
        try:
            self.writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        except (OSError, ValueError):  # the pipe is broken or closed
            self._is_cut_off = True

    # --- ending

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *args: object) -> None:  # type: ignore[override] # a generator only to call a handler first
        """End what runs. Pygls fails here when a request is open, and then never shuts down."""
        user_handler = self.fm.features.get(types.SHUTDOWN)
        if user_handler is not None:
            user_handler(*args)
        self._shutdown = True
        for future in list(self._request_futures.values()):
            future.cancel()

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: object) -> None:  # type: ignore[override] # the same
        """Let the conversation end. Pygls leaves with 0 whether or not there was a `shutdown`."""
        self.exit_code = 0 if self._shutdown else 1
        self.ended.set()


def _told(error: Exception) -> JsonRpcException:
    """An error as the client is told of it."""
    match error:
        case JsonRpcException():
            return error
        case OutdatedError():
            return JsonRpcContentModified(str(error))
        case StoppedError():
            return JsonRpcRequestCancelled(str(error))
        case LacunaError():
            return JsonRpcException(str(error), code=types.LSPErrorCodes.RequestFailed)
        case _:
            _log.error("A request failed inside Lacuna:\n%s", traceback_of(error))
            return JsonRpcInternalError("Lacuna made a mistake; its log says where.")


def traceback_of(error: BaseException) -> str:
    """Where an error arose and of what type, without its message: that may quote the document."""
    return "\n".join([*_frames(error), type(error).__name__])


def _frames(error: BaseException) -> Iterator[str]:
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        yield f"  {code.co_filename}:{trace.tb_lineno} in {code.co_qualname}"
        trace = trace.tb_next
