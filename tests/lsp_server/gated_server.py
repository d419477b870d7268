"""The real server with the embedded model, whose infills report every draft and wait for a permit. Run as a process."""

from scripted_server import Gate

from lacuna.cli.opening import ModelOptions, ProviderChoice, open_model
from lacuna.lsp_server.request import Model
from lacuna.lsp_server.server import serve


def load():
    opened = open_model(ModelOptions(folder=None, provider=ProviderChoice.AUTO, threads=None))

    def gated(request):
        gate = Gate()
        drafts = 0
        try:
            for made in opened.infill(request):
                gate.report(f"step {drafts}")
                gate.wait()
                drafts += 1
                yield made
        except GeneratorExit:
            gate.report("closed")
            raise

    return Model(opened.name, opened.provider, gated, opened.warm)


if __name__ == "__main__":
    serve(load, version="gated")
