"""What a client says of its documents out of turn."""

DOCUMENT = {"uri": "untitled:Untitled-1", "version": 1}
CHANGE = {"textDocument": {**DOCUMENT, "version": 2}, "contentChanges": [{"text": ""}]}


def test_a_change_of_a_document_that_is_closed_is_passed_over_in_silence(pipes):
    """As VS Code sends it when an untitled file is closed unsaved."""
    pipes.initialize()
    opened = {**DOCUMENT, "languageId": "python", "text": "x = 1\n"}
    pipes.write(
        {"method": "textDocument/didOpen", "params": {"textDocument": opened}},
        {"method": "textDocument/didClose", "params": {"textDocument": DOCUMENT}},
        {"method": "textDocument/didChange", "params": CHANGE},
    )
    assert pipes.leave() == ("", 0)
