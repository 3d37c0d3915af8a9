"""Scheduling policies for yardmaster, written in Python.

A policy is a class with a method ``schedule``; ``serve`` talks to yardmaster on standard input and output, in the
protocol of clients/PROTOCOL.md. Print messages for people to standard error::

    from yardmaster_policy import Cycle, Policy, serve

    class ShortestFirst(Policy):
        \"\"\"Shortest job first; who does not fit blocks nobody.\"\"\"

        def schedule(self, cycle: Cycle) -> None:
            cycle.start_those_that_fit(sorted(cycle.pending, key=lambda job: cycle.jobs[job].walltime_ms))

    serve(ShortestFirst)

Times are whole milliseconds since the first submission. Jobs are named by their row, a small integer. What is not
bounded is ``math.inf``. Needs Python 3.9 and nothing else.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from math import inf
from typing import Any, Iterable, Mapping, NamedTuple, Optional, Sequence, TextIO

PROTOCOL = 1

__all__ = ["Cycle", "Group", "Job", "NodeTurn", "Parameter", "Policy", "Reservation", "Run", "Setup", "Task", "serve"]


@dataclass(frozen=True)
class Parameter:
    """A parameter of a policy, as ``--policy ./mine.py:depth=3`` sets it."""

    summary: str
    type: str
    """One of number, integer, duration, choice, flag, text, file. Durations are given as ``12h``, and held in ms."""
    default: Any
    choices: Optional[Sequence[str]] = None
    min: Any = None
    max: Any = None


@dataclass(frozen=True)
class Group:
    """Equal tasks of a job."""

    tasks: int
    minimum: int
    """Tasks without which the group cannot run; equal to ``tasks`` for a gang."""
    cpu_millicores: float = 0
    memory_bytes: float = 0
    gpu_thousandths: float = 0
    gpu_memory_bytes: float = 0
    mig: Optional[str] = None
    gpu_models: Optional[Sequence[str]] = None
    other: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """What a job has asked for. How long it will run is not known."""

    job: int
    """Its row: what decisions name it by."""
    id: str
    """What the trace calls it."""
    submit_ms: int
    procs: int
    groups: Sequence[Group]
    walltime_ms: float = inf
    user: Optional[str] = None
    account: Optional[str] = None
    queue: Optional[str] = None
    partition: Optional[str] = None
    qos: Optional[str] = None
    priority: Optional[float] = None
    checkpoint: Optional[Mapping[str, float]] = None

    @property
    def gpus(self) -> float:
        """GPUs over all groups [count]; shares count as what they are."""
        return sum(group.tasks * group.gpu_thousandths for group in self.groups) / 1000


class Run(NamedTuple):
    """A job that holds resources."""

    start_ms: int
    expected_end_ms: float
    """When it has used up its walltime."""


class Task(NamedTuple):
    """Tasks of one group of a job on a node."""

    job: int
    group: int
    node: int
    tasks: int


class NodeTurn(NamedTuple):
    """A node that has gone down or come back."""

    node: int
    up: bool


class Reservation(NamedTuple):
    """When a job is sure to fit if all that runs uses its whole walltime."""

    time_ms: float


@dataclass(frozen=True)
class Setup:
    """What is known before the run."""

    parameters: Mapping[str, Any]
    files: Mapping[str, Mapping[str, str]]
    """Of each parameter of type file: its path and its text."""
    seed: int
    """For ``random.Random(seed)``: the same seed must give the same decisions."""
    origin_ms: float
    """The trace's own time of the first submission."""
    cluster: Mapping[str, Any]


class Policy:
    """Base of all policies: override ``schedule``. One object serves one run."""

    name: Optional[str] = None
    """As in tables; the name of the file if absent."""
    source: Optional[str] = None
    """The paper or code that it follows."""
    needs_nodes = False
    parameters: Mapping[str, Parameter] = {}

    def begin(self, setup: Setup) -> None:
        """Called once, before anything happens."""

    def schedule(self, cycle: Cycle) -> None:
        """Called once at each instant at which something happened; decides through the verbs of ``cycle``."""
        raise NotImplementedError

    def end(self) -> None:
        """Called once, when the run is over."""


class Cycle:
    """One instant: what there is, what has changed, and the verbs to decide with.

    The books (``pending``, ``running``, ``jobs``) go on from cycle to cycle; leave them as they are.
    """

    now_ms: int = 0
    free_procs: int = 0
    """Free processors at the beginning of the cycle, less those of jobs that ``start`` has started in it: a job that needs
    more does not fit; one that needs less may still not, as where nodes are too full each for itself."""

    def __init__(self, channel: _Channel) -> None:
        self._channel = channel
        self._decisions: list[dict[str, Any]] = []
        self.jobs: dict[int, Job] = {}
        """Every job that is not over, and those that are."""
        self.pending: dict[int, None] = {}
        """The queue, in the order in which jobs first came into it: one that is queued again takes its old place."""
        self._came_ms: dict[int, int] = {}
        self.running: dict[int, Run] = {}
        self.submitted: list[int] = []
        """Came into the queue at this instant, requeued ones included."""
        self.ended: list[int] = []
        """Gave back their resources: ended, preempted or lost."""
        self.evicted: list[Task] = []
        self.nodes: list[NodeTurn] = []

    # Questions. Each is one exchange with yardmaster, some 20 microseconds.

    def fits(self, job: int) -> bool:
        """Whether all tasks of the job fit now."""
        return self.which_fit([job])[0]

    def which_fit(
        self,
        jobs: Iterable[int],
        *,
        taken: Iterable[int] = (),
        given_back: Iterable[int] = (),
        beside_reservation: bool = False,
    ) -> list[bool]:
        """Of each job alone whether it would fit, beside ``taken``, and in what ``given_back`` hold now."""
        ask: dict[str, Any] = {"fits": list(jobs), "taken": list(taken), "given_back": list(given_back)}
        if beside_reservation:
            ask["beside_reservation"] = True
        return self._ask(ask)["fits"]

    def when_fits(self, job: int) -> Reservation:
        """When the job is sure to fit. What is left beside it then is what ``beside_reservation`` goes by."""
        return Reservation(self._ask({"when_fits": job}).get("time_ms", inf))

    # Decisions that answer what has come of them.

    def start_in_order(self, jobs: Iterable[int]) -> list[int]:
        """Starts jobs up to the first one that does not fit. Answers those that were started."""
        return self._start_if_they_fit(jobs, "in-order", False)

    def start_those_that_fit(self, jobs: Iterable[int], *, beside_reservation: bool = False) -> list[int]:
        """Tries one after the other. Answers those that were started."""
        return self._start_if_they_fit(jobs, "each", beside_reservation)

    def try_start(self, job: int, *, beside_reservation: bool = False) -> None:
        """Starts the job if it fits, in its turn among the decisions of this cycle. ``running`` shows it in the next one."""
        self._decide(self._start([job], "each", beside_reservation))

    # Decisions that must be possible: the run ends with an error if they are not.

    def start(self, job: int, *, beside_reservation: bool = False) -> None:
        """Starts all tasks of a job, on nodes that the placement picks."""
        self._decide(self._start([job], None, beside_reservation))
        self.pending.pop(job, None)
        if job in self.jobs:
            self.free_procs -= self.jobs[job].procs

    def place(self, job: int, node: int, tasks: int, group: int = 0, bound_ms: Optional[int] = None) -> None:
        """Binds some tasks of one group to a node. The job runs when the minimum of each of its groups is there."""
        self._decide({"verb": "place", "job": job, "group": group, "node": node, "tasks": tasks, "bound_ms": bound_ms})

    def preempt(self, job: int, how: str = "requeue", grace_ms: int = 0) -> None:
        """Takes everything back: ``how`` is requeue, checkpoint, suspend, cancel, discard or kill."""
        self._decide({"verb": "preempt", "job": job, "how": how, "grace_ms": grace_ms})

    def evict(self, job: int, node: int, tasks: int, group: int = 0, grace_ms: int = 0) -> None:
        """Takes some tasks off a node. The job keeps the rest."""
        self._decide({"verb": "evict", "job": job, "group": group, "node": node, "tasks": tasks, "grace_ms": grace_ms})

    def reject(self, job: int, reason: str) -> None:
        """Turns a waiting job away for good."""
        self._decide({"verb": "reject", "job": job, "reason": reason})
        self.pending.pop(job, None)

    def explain(self, job: int, reason: str) -> None:
        """Says why a job is not started."""
        self._decide({"verb": "explain", "job": job, "reason": reason})

    def wake_at(self, at_ms: int) -> None:
        """Asks for a cycle at this time, whatever happens until then."""
        self._decide({"verb": "wake", "at_ms": at_ms})

    def _start(self, jobs: list[int], if_fits: Optional[str], beside_reservation: bool) -> dict[str, Any]:
        decision: dict[str, Any] = {"verb": "start", "jobs": jobs}
        if if_fits is not None:
            decision["if_fits"] = if_fits
        if beside_reservation:
            decision["beside_reservation"] = True
        return decision

    def _decide(self, decision: dict[str, Any]) -> None:
        self._decisions.append(decision)

    def _start_if_they_fit(self, jobs: Iterable[int], if_fits: str, beside_reservation: bool) -> list[int]:
        tried = list(jobs)
        if not tried:
            return []
        self._decide(self._start(tried, if_fits, beside_reservation))
        return [run["job"] for run in self._ask({}).get("started", ()) if run["job"] in tried]

    def _ask(self, ask: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._channel.exchange({"decisions": self._take_decisions(), "ask": ask})
        self._note_started(answer)
        return answer

    def _take_decisions(self) -> list[dict[str, Any]]:
        decisions, self._decisions = self._decisions, []
        return decisions

    def _note_started(self, message: Mapping[str, Any]) -> None:
        for run in message.get("started", ()):
            self.pending.pop(run["job"], None)
            if "start_ms" in run:
                self.running[run["job"]] = Run(run["start_ms"], run.get("expected_end_ms", inf))

    def _note(self, message: Mapping[str, Any]) -> None:
        """Brings the books up to date: in the order in which things happened."""
        self.now_ms, self.free_procs = message["now_ms"], message["free_procs"]
        self._note_started(message)
        self.ended = message.get("ended", [])
        for job in self.ended:
            self.running.pop(job, None)
        for job in message.get("withdrawn", ()):
            self.pending.pop(job, None)
        for task in message.get("adopted", ()):
            self.jobs[task["job"]] = _job(task["facts"])
            self.running.setdefault(task["job"], Run(self.now_ms, inf))
        fresh = [_job(facts) for facts in message.get("submitted", ())]
        self.jobs.update((job.job, job) for job in fresh)
        self.submitted = sorted([*message.get("requeued", ()), *(job.job for job in fresh)])
        last = next(reversed(self.pending), -1)
        self._came_ms.update((job.job, self.now_ms) for job in fresh)
        self.pending.update(dict.fromkeys(self.submitted))
        # Jobs that are queued again, and those that come in a later round of the same instant, belong before others.
        if "requeued" in message or self._came_ms.get(last) == self.now_ms:
            self.pending = dict.fromkeys(sorted(self.pending, key=lambda job: (self._came_ms.get(job, 0), job)))
        self.evicted = [Task(**task) for task in message.get("evicted", ())]
        self.nodes = [NodeTurn(**turn) for turn in message.get("nodes", ())]


def _job(facts: Mapping[str, Any]) -> Job:
    return Job(**{**facts, "groups": [Group(**group) for group in facts["groups"]]})


class _Channel:
    """Lines in, lines out: each answer bears the number of the message that it answers."""

    def __init__(self, lines: TextIO, answers: TextIO) -> None:
        self._lines = lines
        self._answers = answers
        self._number = 0

    def read(self) -> Optional[dict[str, Any]]:
        line = self._lines.readline()
        if not line:
            return None
        message: dict[str, Any] = json.loads(line)
        self._number = message.get("n", 0)
        return message

    def answer(self, facts: Mapping[str, Any]) -> None:
        self._answers.write(json.dumps({"n": self._number, **facts}, separators=(",", ":")))
        self._answers.write("\n")
        self._answers.flush()

    def exchange(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        self.answer(facts)
        message = self.read()
        if message is None:
            raise SystemExit("yardmaster has gone")
        return message


def _description(policy: type[Policy]) -> dict[str, Any]:
    described = {
        "protocol": PROTOCOL,
        "name": policy.name,
        "summary": " ".join((policy.__doc__ or "").split()),
        "source": policy.source,
        "needs_nodes": policy.needs_nodes,
        "parameters": {name: _without_none(vars(one)) for name, one in policy.parameters.items()},
    }
    return _without_none(described)


def _without_none(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}


def serve(policy: type[Policy]) -> None:
    """Runs the policy for yardmaster, until it is told that the run is over."""
    # What the policy prints must not be taken for an answer.
    answers, sys.stdout = sys.stdout, sys.stderr
    channel = _Channel(sys.stdin, answers)
    served: Optional[Policy] = None
    cycle = Cycle(channel)
    while (message := channel.read()) is not None:
        kind = message["type"]
        if kind == "describe":
            channel.answer(_description(policy))
        elif kind == "begin":
            served = policy()
            known = ("parameters", "files", "seed", "origin_ms", "cluster")
            served.begin(Setup(**{name: message[name] for name in known}))
            channel.answer({})
        elif kind == "cycle":
            assert served is not None, "yardmaster begins a run before its first cycle"
            cycle._note(message)
            served.schedule(cycle)
            channel.answer({"decisions": cycle._take_decisions()})
        elif kind == "end":
            if served is not None:
                served.end()
            return
