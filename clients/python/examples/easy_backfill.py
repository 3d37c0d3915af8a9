#!/usr/bin/env python3
"""EASY backfilling in Python: yardmaster replay log.swf --policy clients/python/examples/easy_backfill.py"""

from itertools import islice

from yardmaster_policy import Cycle, Parameter, Policy, serve


class EasyBackfill(Policy):
    """First come, first served; the first job that waits has a reservation, which those behind it must not delay."""

    name = "easy-in-python"
    source = "Lifka, The ANL/IBM SP scheduling system, JSSPP 1995"
    parameters = {"depth": Parameter("Jobs behind the first one that are tried.", "integer", 1_000_000, min=0)}

    def begin(self, setup):
        self.depth = setup.parameters["depth"]

    def schedule(self, cycle: Cycle) -> None:
        if not cycle.pending:
            return
        cycle.start_in_order(cycle.pending)
        if len(cycle.pending) < 2:
            return
        head, *behind = islice(cycle.pending, self.depth + 1)
        reservation = cycle.when_fits(head)
        for job in [job for job in behind if cycle.jobs[job].procs <= cycle.free_procs]:
            # What runs on past the reservation may only take what that one leaves over.
            ends_before = cycle.now_ms + cycle.jobs[job].walltime_ms <= reservation.time_ms
            cycle.try_start(job, beside_reservation=not ends_before)


if __name__ == "__main__":
    serve(EasyBackfill)
