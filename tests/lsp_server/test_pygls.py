"""What of pygls is overridden: two methods, with their reasons in the table of `protocol`; nothing by accident."""

import pytest
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol

from lacuna.lsp_server import protocol
from lacuna.lsp_server.protocol import Protocol
from lacuna.lsp_server.server import build
from lacuna.lsp_server.session import Session
from lacuna.lsp_server.worker import Worker


def load():
    raise AssertionError("no worker is started")


@pytest.mark.parametrize(
    ("ours", "theirs", "overridden"),
    [
        (Protocol, LanguageServerProtocol, {"_send_handler_result"}),
        (Session, LanguageServer, {"report_server_error"}),
    ],
    ids=["protocol", "session"],
)
def test_only_what_the_table_names_is_overridden(ours, theirs, overridden):
    names = {name for name in vars(ours) if not name.startswith("__")}
    assert names & set(dir(theirs)) == overridden
    assert all(f"| `{name}` | overridden in `{ours.__name__}` |" in protocol.__doc__ for name in overridden)


def test_nothing_that_a_session_holds_hides_something_of_pygls():
    session, bare = build(Worker(load), "1.2.3"), LanguageServer("bare", "1.2.3")
    assert (vars(session).keys() - vars(bare).keys()).isdisjoint(dir(bare))
    own = vars(session.protocol).keys() - vars(bare.protocol).keys()
    assert own.isdisjoint(dir(bare.protocol))
