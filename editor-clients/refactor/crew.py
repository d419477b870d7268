"""Who looks through files for a plan: the seam between the driver and its processes, near or far."""

import enum
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from lacuna.refactor.plan import Skipped
from lacuna.refactor.proposing import Entry, Proposer, Survey, Task
from lacuna.syntax.errors import LacunaError


class Work(enum.Enum):
    """What is made of a file."""

    SURVEY = enum.auto()
    """A Survey."""
    SAMPLE = enum.auto()
    """A Survey, some blanks of which were filled to see how long that takes."""
    PROPOSE = enum.auto()
    """An Entry."""


Item = Task | Skipped
"""What is skipped is handed on in its turn."""
Result = Entry | Survey


class Crew(Protocol):
    """Processes that look through files. They are ended with the block that they are entered with."""

    def results(self, work: Work, items: Iterable[Item]) -> Iterator[Result]:
        """What becomes of each item, in their order, of a bounded number at a time.

        What goes wrong with a file is a Skipped; raise LacunaError where no file can be looked through.
        """


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may cost."""

    file: float = 30.0
    """Seconds of CPU to parse, match, rewrite and judge it."""
    blank: float = 20.0
    """For each blank, beside."""
    patience: float = 20.0
    """How many times as long it may take by the clock: others may be at work, too."""


def looked_through(proposer: Proposer, work: Work, task: Task) -> Result:
    """The work on a file; whatever goes wrong with it is told, and is no reason to stop."""
    try:
        match work:
            case Work.SURVEY:
                return proposer.survey(task)
            case Work.SAMPLE:
                return proposer.sample(task)
            case Work.PROPOSE:
                return proposer.propose(task)
    except LacunaError as error:
        return Skipped(task.path, str(error), is_failure=True)
    except Exception as error:  # noqa: BLE001 -- one file's misfortune: the others go on
        return Skipped(task.path, f"A defect of Lacuna came up ({type(error).__name__}).", is_failure=True)


def in_turn(
    items: Iterable[Item],
    most: int,
    give: Callable[[int, Task], bool],
    hear: Callable[[], Iterable[tuple[int, Result]]],
) -> Iterator[Result]:
    """What becomes of items, in their order, of which at most so many are in hand.

    `give` hands a numbered file to whoever is free, and says whether anybody was; `hear` waits for what is done.
    """
    waiting = enumerate(items)
    following = next(waiting, None)
    done: dict[int, Result] = {}
    taken = given = 0
    while following or given < taken:
        while following and taken - given < most:
            number, item = following
            if isinstance(item, Skipped):
                done[number] = item
            elif not give(number, item):
                break
            taken, following = number + 1, next(waiting, None)
        if given not in done:
            done.update(hear())
        while given in done:
            yield done.pop(given)
            given += 1
