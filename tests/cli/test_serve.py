"""`lacuna serve` where it does not serve; what it does otherwise is tested in `tests/lsp_server`."""

import json

from lacuna.lsp_server.settings import schema


def test_the_schema_of_the_settings_is_printed(run):
    ended = run("serve", "--settings-schema")
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out) == schema()
