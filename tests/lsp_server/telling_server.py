"""The real server with the embedded model and a small cache; `test/held` tells what it holds. Run as a process."""

import functools

from scripted_server import held

from lacuna.export.artifact import embedded
from lacuna.export.chunked.engine import Engine
from lacuna.infill.infill import infill, warm
from lacuna.infill.request import Model
from lacuna.lsp_server.server import build, run
from lacuna.lsp_server.session import Session
from lacuna.lsp_server.worker import Worker

BOUND = 2**21
"""Bytes of encoded context, few enough that much of it is dropped."""
engines = []


def load():
    engines.append(Engine.load(embedded(), threads=1, cache_bytes=BOUND))
    (engine,) = engines
    works = functools.partial(infill, engine), functools.partial(warm, engine)
    return Model(engine.name, engine.provider, *works, forget=engine.cache.clear)


def told(session: Session, params):
    return held(session, params) | {"cached": sum(engine.cache.size for engine in engines), "bound": BOUND}


if __name__ == "__main__":
    session = build(Worker(load), version="telling")
    session.feature("test/held")(told)
    run(session)
