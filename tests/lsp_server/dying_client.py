"""A client that asks for much, prints its server's process id once that works on it, and waits to be killed.

Arguments: the server's command line. Run as a process.
"""

import inspect
import signal
import sys
import textwrap

from conftest import Pipes

URI = "file:///project/module.py"

server = Pipes(tuple(sys.argv[1:]))
server.initialize()
document = {"uri": URI, "languageId": "python", "version": 1, "text": inspect.getsource(textwrap)}
place = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 0}, "context": {"triggerKind": 1}}
server.write(
    {"method": "textDocument/didOpen", "params": {"textDocument": document}},
    {"id": 1, "method": "textDocument/inlineCompletion", "params": place},
)
while (server.read().get("params") or {}).get("busy") != "explicit":
    pass
print(server.process.pid, flush=True)  # noqa: T201 (to who kills it)
signal.pause()
