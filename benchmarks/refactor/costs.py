"""What a step of commands costs, by the clock and by the CPU time of all processes that it starts."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds that a step takes."""

    clock: float
    cpu: float
    """Of all its processes together."""


def cost_of(step: Callable[[], object]) -> Cost:
    """Do a step whose processes have ended with it."""
    clock, cpu = time.perf_counter(), _cpu_of_others()
    step()
    return Cost(round(time.perf_counter() - clock, 3), round(_cpu_of_others() - cpu, 3))


def median_of(costs: Sequence[Cost]) -> Cost:
    return Cost(median(cost.clock for cost in costs), median(cost.cpu for cost in costs))


def _cpu_of_others() -> float:
    """Seconds of all processes that were started here and have ended."""
    spent = os.times()
    return spent.children_user + spent.children_system
