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
| `run_async` | `Protocol.receive` | gives no answer to what it cannot read, or what comes too early or too late |
| `start_io` | `server.run`, `framing` | exits with 0, and only after the client wrote again; knows one header |
| `StdoutWriter` | in `server` | fails when the client reads no more, and pygls reports that by writing |

Private names of pygls that are used, for which `pyproject.toml` pins its minor version: `_request_futures`,
`_send_data`, `_send_response`, `_shutdown`, `_workspace`.

Nothing here or in pygls logs parameters or results: they hold source text.
"""

import json
import logging
from asyncio import CancelledError
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any, TypeGuard

from lsprotocol import types
from pygls.exceptions import (
    JsonRpcContentModified,
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcMethodNotFound,
    JsonRpcParseError,
    JsonRpcRequestCancelled,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.json_rpc import MsgId, RPCRequest

from lacuna.lsp_server.tracebacks import traceback_of
from lacuna.lsp_server.worker import OutdatedError, StoppedError
from lacuna.syntax.errors import LacunaError
from lacuna.workspace import uris

_log = logging.getLogger(__name__)
_LONGEST_NAME = 80
"""Characters of a method that are repeated."""


class Protocol(LanguageServerProtocol):
    """One conversation with one client."""

    def receive(self, body: bytes) -> None:
        """Handle one message. Every request is answered; `exit` alone ends the conversation, by SystemExit."""
        try:
            sent = json.loads(body)
        except (ValueError, RecursionError):
            self._refuse_unread(None, JsonRpcParseError("This is no JSON."))
            return
        try:
            self._handle(sent)
        except Exception as error:  # noqa: BLE001 (the outermost layer)
            _log.error("The client sent a message that cannot be handled:\n%s", traceback_of(error))

    def _handle(self, sent: object) -> None:
        if not _is_message(sent):
            id_ = sent.get("id") if isinstance(sent, dict) else None
            self._refuse_unread(id_, JsonRpcInvalidRequest("This is no message of JSON-RPC 2.0."))
        elif "method" not in sent:
            self._handle_answer(sent)
        elif fault := self._untimely(sent) or self._unknown(sent["method"]):
            self._refuse(sent, fault)
        else:
            self._handle_call(sent)

    def _handle_answer(self, sent: Mapping[str, Any]) -> None:
        try:
            message = self.structure_message(dict(sent))
        except JsonRpcException:
            _log.error("The client sent a response that cannot be read")
            future = self._request_futures.pop(sent["id"], None)
            if future is not None:
                future.set_exception(JsonRpcInternalError("The client's response cannot be read."))
        else:
            self.handle_message(message)

    def _handle_call(self, sent: Mapping[str, Any]) -> None:
        method = sent["method"]
        try:
            message = self.structure_message(dict(sent))
            _check_token(message)
        except JsonRpcException:
            self._refuse(sent, JsonRpcInvalidParams(f"The parameters of {method} cannot be read."))
            return
        if "id" in sent and not isinstance(message, RPCRequest):
            self._refuse(sent, JsonRpcInvalidRequest(f"{method} is a notification."))
            return
        if isinstance(message, types.InitializeRequest) and uris.path_of(message.params.root_uri or "") is None:
            message.params.root_uri = None  # pygls fails with one that cannot be parsed
        self.handle_message(message)

    def _unknown(self, method: str) -> JsonRpcException | None:
        """Why nobody knows a method, if so; whatever its parameters are."""
        if method == types.CANCEL_REQUEST or method in self.fm.features or method in self.fm.builtin_features:
            return None
        return JsonRpcMethodNotFound(f"There is no method {method[:_LONGEST_NAME]}.")

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

    def _refuse(self, sent: Mapping[str, Any], fault: JsonRpcException) -> None:
        if "id" in sent:
            self._send_response(sent["id"], error=fault.to_response_error())
        elif isinstance(fault, JsonRpcMethodNotFound):  # whose name may be anything
            _log.error("A notification of the client's that nobody knows is passed over")
        else:
            _log.error("The client's %s is passed over: %s", sent["method"], fault.message)

    def _refuse_unread(self, id_: object, fault: JsonRpcException) -> None:
        """Answer what is no request; the id is null, which pygls leaves out, where none can be told."""
        error = {"code": fault.code, "message": fault.message}
        self._send_data({"jsonrpc": "2.0", "id": id_ if _is_id(id_) else None, "error": error})

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


def _is_message(sent: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether it is a call with a method's name, or an answer to a call."""
    if not isinstance(sent, dict) or sent.get("jsonrpc") != "2.0" or not _is_id(sent.get("id", "")):
        return False
    return (
        isinstance(sent["method"], str) if "method" in sent else "id" in sent and ("result" in sent or "error" in sent)
    )


def _is_id(sent: object) -> bool:
    return isinstance(sent, str | int) and not isinstance(sent, bool)


def _check_token(message: object) -> None:
    """Raise JsonRpcInvalidParams where a notification names a request, or work, by no id; lsprotocol takes anything."""
    match message:
        case types.CancelNotification():
            token: object = message.params.id
        case types.WorkDoneProgressCancelNotification():
            token = message.params.token
        case _:
            return
    if not _is_id(token):
        raise JsonRpcInvalidParams


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
