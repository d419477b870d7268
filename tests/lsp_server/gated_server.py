"""The real server with the embedded model, whose infills report every draft and wait for a permit. Run as a process."""

import itertools

from scripted_server import Gate

from lacuna.export.providers import Provider
from lacuna.infill.opening import ModelOptions, open_model
from lacuna.infill.request import Answer, Model
from lacuna.lsp_server.server import serve


def load():
    opened = open_model(ModelOptions(folder=None, provider=Provider.AUTO, threads=None))

    def gated(request):
        outcomes = opened.infill(request)
        first = next(outcomes)
        if isinstance(first, Answer):  # the file is warming: no step is taken
            yield first
            return
        gate = Gate()
        try:
            for step, made in enumerate(itertools.chain([first], outcomes)):
                gate.report(f"step {step}")
                gate.wait()
                yield made
        except GeneratorExit:
            gate.report("closed")
            raise

    return Model(opened.name, opened.provider, gated, opened.warm)


if __name__ == "__main__":
    serve(load, version="gated")
