"""A Ray cluster that looks through files: its workers only propose, and share no disk with the driver.

An actor keeps a process of its own under the same limits as on one machine, so that a poisonous file has the same end
everywhere; an actor that is lost, with its node or without, is made again elsewhere, and its file looked through again.
"""

import logging
import os
import pickle
import signal
import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import ray  # type: ignore[import-not-found,unused-ignore]  # an extra
from ray.exceptions import RayError  # type: ignore[import-not-found,unused-ignore]

from lacuna.refactor.crew import Crew, Item, Limits, Result, Work, in_turn
from lacuna.refactor.plan import Skipped
from lacuna.refactor.preparing import Preparation
from lacuna.refactor.proposing import Task
from lacuna.refactor.workers import Processes
from lacuna.syntax.errors import LacunaError, ModelError

LOCAL = "local"
"""The address that starts a cluster of this machine alone, for as long as it is needed."""
DEADLINE = 1_800.0
"""Seconds after which an actor is given up that says nothing of a file."""
_IN_HAND = 8
_TRIES = 3
"""How often a file is given to an actor, beside what Ray tries again of itself."""


@dataclass(frozen=True, slots=True)
class _Unprepared:
    """Nothing can be looked through there."""

    error: LacunaError


class _Actor:
    """In a process of the cluster."""

    def __init__(self, prepared: bytes, limits: Limits) -> None:
        preparation: Preparation = pickle.loads(prepared)  # noqa: S301 -- the driver has pickled it
        self._crew = Processes(preparation, 1, limits)

    def look(self, work: Work, task: Task) -> "Result | _Unprepared":
        try:
            [result] = self._crew.results(work, [task])
        except LacunaError as error:
            return _Unprepared(error)
        return result


@dataclass(slots=True)
class _Order:
    """A file that is given to an actor."""

    number: int
    work: Work
    task: Task
    tries: int = 0
    deadline: float = 0.0


@dataclass(slots=True)
class Cluster(Crew):
    """Actors of a cluster; enter it, and they are ended with the block."""

    preparation: Preparation
    """With the texts of other files, if they are shown."""
    address: str
    jobs: int | None = None
    """Actors; None: one for each of the cluster's processors."""
    limits: Limits = field(default_factory=Limits)
    deadline: float = DEADLINE
    _prepared: Any = None
    _count: int = 0
    _actors: list[Any] = field(default_factory=list)
    _at_work: dict[Any, tuple[Any, _Order]] = field(default_factory=dict)
    """By Ray's references: the actor, and what it was given."""

    def __enter__(self) -> Self:
        _connect(self.address, self.jobs)
        self._prepared = ray.put(pickle.dumps(self.preparation))
        self._count = self.jobs or max(1, int(ray.cluster_resources().get("CPU", 1)))
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for actor in self._actors:
            ray.kill(actor)
        self._actors.clear()
        ray.shutdown()

    def results(self, work: Work, items: Iterable[Item]) -> Iterator[Result]:
        def give(number: int, task: Task) -> bool:
            actor = self._free()
            if actor:
                self._give(actor, _Order(number, work, task))
            return actor is not None

        return in_turn(items, _IN_HAND * self._count, give, self._hear)

    def _free(self) -> Any:  # noqa: ANN401 -- an actor, or None
        busy = [actor for actor, _ in self._at_work.values()]
        free = next((actor for actor in self._actors if actor not in busy), None)
        if free is None and len(self._actors) < self._count:
            remote = ray.remote(max_restarts=-1, max_task_retries=_TRIES, scheduling_strategy="SPREAD")(_Actor)
            free = remote.remote(self._prepared, self.limits)
            self._actors.append(free)
        return free

    def _give(self, actor: Any, order: _Order) -> None:  # noqa: ANN401 -- Ray's
        order.tries += 1
        order.deadline = time.monotonic() + self.deadline
        self._at_work[actor.look.remote(order.work, order.task)] = actor, order

    def _hear(self) -> Iterator[tuple[int, Result]]:
        """Wait until some actor has done something, is lost, or has had its time."""
        deadline = min(order.deadline for _, order in self._at_work.values())
        heard, _ = ray.wait(list(self._at_work), timeout=max(0.0, deadline - time.monotonic()))
        late = [one for one, (_, order) in self._at_work.items() if time.monotonic() >= order.deadline]
        for reference in dict.fromkeys((*heard, *late)):
            actor, order = self._at_work.pop(reference)
            if reference not in heard:
                self._lose(actor)
                yield order.number, _failed(order, f"Nothing was heard of it for {self.deadline:g} seconds.")
                continue
            try:
                result = ray.get(reference)
            except RayError:
                self._lose(actor)
                if order.tries < _TRIES:
                    self._give(self._free(), order)
                else:
                    yield order.number, _failed(order, "The workers that looked through it were lost.")
                continue
            if isinstance(result, _Unprepared):
                raise result.error
            yield order.number, result

    def _lose(self, actor: Any) -> None:  # noqa: ANN401 -- Ray's
        ray.kill(actor)
        self._actors.remove(actor)


def _failed(order: _Order, reason: str) -> Skipped:
    return Skipped(order.task.path, reason, is_failure=True)


def _connect(address: str, jobs: int | None) -> None:
    """Nothing is told to Ray's makers, and a cluster that is started here is heard by this machine alone."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    quietly = {"log_to_driver": False, "logging_level": logging.ERROR}
    polite = signal.getsignal(signal.SIGTERM)
    try:
        if address == LOCAL:
            ray.init(num_cpus=jobs, include_dashboard=False, _node_ip_address="127.0.0.1", **quietly)
        else:
            _knock(address)
            ray.init(address, **quietly)
    except (OSError, RuntimeError, ValueError, RayError) as error:
        raise ModelError(f"There is no Ray cluster that can be used at {address}: {error}.") from error
    finally:
        signal.signal(signal.SIGTERM, polite)  # Ray's own would end this process with no word


def _knock(address: str) -> None:
    """Raise OSError where nobody listens: Ray itself would try for minutes."""
    host, colon, port = address.rpartition(":")
    if colon and port.isdecimal() and "/" not in host:
        socket.create_connection((host, int(port)), timeout=10).close()
