"""How long jobs take that depend on each other, on a number of cores."""

import heapq
import math
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """A job as a scheduler sees it.

    Attributes
    ----------
    inputs, outputs
        Files; an input that no task makes is there already.
    seconds
        How long it takes.
    cores
        How many it holds meanwhile.
    priority
        Of tasks that are ready, those of the highest go first.
    """

    inputs: tuple[Hashable, ...]
    outputs: tuple[Hashable, ...]
    seconds: float
    cores: int = 1
    priority: float = 0


def wall_seconds(tasks: Sequence[Task], cores: float = math.inf) -> float:
    """Time until all tasks are done, each beginning as soon as its inputs and cores are there.

    Of those that are ready one of the highest priority goes first, and of these the one with the
    longest chain behind it. Without a limit of cores it is the longest chain: what no machine can
    go below.

    Parameters
    ----------
    tasks
        Without circles.
    cores
        Cores that there are; a task that wants more gets all of them.
    """
    after, waiting = _followers(tasks)
    chains = _longest_chains(tasks, after)
    # What goes first is the least.
    order = [
        (-task.priority, -chain, n)
        for n, (task, chain) in enumerate(zip(tasks, chains, strict=True))
    ]
    ready = [order[number] for number, left in enumerate(waiting) if left == 0]
    heapq.heapify(ready)
    running: list[tuple[float, int]] = []
    free, now = cores, 0.0
    while ready or running:
        while ready and free >= min(tasks[ready[0][-1]].cores, cores):
            *_, number = heapq.heappop(ready)
            free -= min(tasks[number].cores, cores)
            heapq.heappush(running, (now + tasks[number].seconds, number))
        now, number = heapq.heappop(running)
        free += min(tasks[number].cores, cores)
        for follower in after[number]:
            waiting[follower] -= 1
            if waiting[follower] == 0:
                heapq.heappush(ready, order[follower])
    return now


def _followers(tasks: Sequence[Task]) -> tuple[dict[int, list[int]], list[int]]:
    """Tasks that come after each, and for how many each waits."""
    maker = {name: number for number, task in enumerate(tasks) for name in task.outputs}
    after: dict[int, list[int]] = defaultdict(list)
    waiting = []
    for number, task in enumerate(tasks):
        before = {maker[name] for name in task.inputs if name in maker}
        waiting.append(len(before))
        for earlier in before:
            after[earlier].append(number)
    return after, waiting


def _longest_chains(tasks: Sequence[Task], after: dict[int, list[int]]) -> list[float]:
    """Seconds from the beginning of each task to the end of the longest chain that begins there."""
    found: dict[int, float] = {}
    for first in range(len(tasks)):
        stack = [first]
        while stack:
            number = stack[-1]
            left = [follower for follower in after[number] if follower not in found]
            if left:
                stack += left
                continue
            behind = max((found[follower] for follower in after[number]), default=0.0)
            found[number] = tasks[number].seconds + behind
            stack.pop()
    return [found[number] for number in range(len(tasks))]
