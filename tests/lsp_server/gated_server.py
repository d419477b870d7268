"""The real server with the embedded model, whose infills report every draft and wait for a permit. Run as a process."""

import itertools

from scripted_server import Gate

from lacuna.export.providers import Provider
from lacuna.infill.opening import ModelOptions, open_model
from lacuna.infill.request import Model
from lacuna.lsp_server.server import serve


def load():
    opened = open_model(ModelOptions(folder=None, provider=Provider.AUTO, threads=None))

    def gated(request):
        drafts, gate = opened.infill(request), None
        try:
            for step in itertools.count():
                try:
                    draft = next(drafts)
                except StopIteration as ended:
                    return ended.value
                gate = gate or Gate()  # none where the file is warming: no step is taken
                gate.report(f"step {step}")
                gate.wait()
                yield draft
        except GeneratorExit:
            gate.report("closed")
            raise

    return Model(opened.name, opened.provider, gated, opened.warm)


if __name__ == "__main__":
    serve(load, version="gated")
