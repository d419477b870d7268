"""JSON-RPC as the specification has it; no feature is known here.

Pygls 2.1 reads messages into types, calls handlers, asks the client and computes capabilities. Where it departs from
the specification, or tells source text, something of ours stands in its place; no other name of pygls is overridden
(`tests/lsp_server/test_pygls.py`).

| of pygls | of ours | because that of pygls |
| --- | --- | --- |
| `_send_handler_result` | overridden in `Protocol` | sends tracebacks to the client |
| `report_server_error` | overridden in `Session` | shows the user what an error says, which may quote the document |
| its handlers of documents | removed in `server.build` | split lines at form feeds and U+2028 |
| its handler of `initialized` | removed in `server.build` | fails when ours is cancelled |
| `run_async` | `Protocol.receive` | gives no answer to what it cannot read or what comes too early or too late |
| `start_io` | `server.run` | always exits with 0, and only after the client wrote again |
| `StdoutWriter` | in `server` | fails when the client reads no more, and pygls reports that by writing |

Private names of pygls that are used, for which `pyproject.toml` pins its minor version: `_request_futures`,
`_send_response`, `_shutdown`, `_workspace`.

Nothing here or in pygls logs parameters or results: they hold source text.
"""

import json
import logging
from asyncio import CancelledError
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

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
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.json_rpc import MsgId

from lacuna.lsp_server.tracebacks import traceback_of
from lacuna.lsp_server.worker import OutdatedError, StoppedError
from lacuna.syntax.errors import LacunaError

_log = logging.getLogger(__name__)


class Protocol(LanguageServerProtocol):
    """One conversation with one client."""

    def receive(self, body: bytes) -> None:
        """Handle one message. Every request is answered; `exit` alone ends the conversation, by SystemExit."""
        try:
            self._handle(json.loads(body))
        except Exception as error:  # noqa: BLE001 (the outermost layer)
            _log.error("The client sent a message that cannot be handled:\n%s", traceback_of(error))

    def _handle(self, sent: object) -> None:
        if not isinstance(sent, dict) or "jsonrpc" not in sent:
            _log.error("The client sent something that is no JSON-RPC message")
            return
        fault: JsonRpcException | None
        try:
            message = self.structure_message(sent)
        except JsonRpcException:
            fault = JsonRpcInvalidParams(f"The parameters of {sent.get('method')} cannot be read.")
        else:
            fault = self._untimely(sent)
        if fault is None:
            self.handle_message(message)
        else:
            self._refuse(sent.get("id"), sent.get("method"), fault)

    def _untimely(self, sent: Mapping[str, Any]) -> JsonRpcException | None:
        """Why a message comes too early or too late, if it does. Pygls drops notifications after `shutdown`."""
        method = sent.get("method")
        if method in (None, types.EXIT):
            return None
        if self._shutdown:
            return JsonRpcInvalidRequest("The server is shutting down.") if "id" in sent else None
        is_initialized = self._workspace is not None
        if method == types.INITIALIZE:
            return JsonRpcInvalidRequest("The server is initialized already.") if is_initialized else None
        return None if is_initialized else JsonRpcServerNotInitialized("The server is not initialized yet.")

    def _refuse(self, id_: MsgId | None, method: str | None, fault: JsonRpcException) -> None:
        if method is None:
            _log.error("The client sent a response that cannot be read")
            future = self._request_futures.pop(id_, None) if id_ is not None else None
            if future is not None:
                future.set_exception(JsonRpcInternalError("The client's response cannot be read."))
        elif id_ is None:
            _log.error("The client's %s is passed over: %s", method, fault.message)
        else:
            self._send_response(id_, error=fault.to_response_error())

    def _send_handler_result(self, future: Future[Any], *, msg_id: MsgId) -> None:
        """Answer a request: the one place where errors become what the user reads."""
        self._request_futures.pop(msg_id, None)
        try:
            result = future.result()
        except Exception as error:  # noqa: BLE001 (the outermost layer)
            self._send_response(msg_id, error=_told(error).to_response_error())
        except CancelledError:
            self._send_response(msg_id, error=JsonRpcRequestCancelled().to_response_error())
        else:
            self._send_response(msg_id, result=result)


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
