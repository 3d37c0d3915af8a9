/** Axes of a sweep that are about the workload or the machine. */
const OF_CONDITIONS = /^(load|runtimes|sizes|network|io|steps|interactive|nodes|nodes-factor|generate\..*)$/;

/** How a point was run, for machines: units end the names. */
import type { Point } from './point.ts';

export function settingsFacts({ run, placement, workload: { changes }, measures, axes }: Point): object {
  const { failures } = run;
  // Those of policies are among their parameters.
  const varied = Object.entries(axes).filter(([name]) => OF_CONDITIONS.test(name));
  const seconds = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1000);
  return {
    estimates: changes.estimates,
    overrun: changes.overrun,
    dependencies: changes.dependencies,
    placement: placement ?? null,
    until_s: seconds(run.until),
    launch_s: run.launchQuantiles?.map((one) => one / 1000) ?? seconds(run.launch),
    release_s: seconds(run.release),
    kill_scan_s: seconds(run.killScan),
    failures: failures && { mtbf_s: failures.mtbf / 1000, mttr_s: failures.mttr / 1000, shape: failures.shape },
    on_node_failure: run.onNodeFailure,
    max_restarts: run.maxRestarts,
    explain: run.explain,
    warm_up_s: seconds(measures.warmUp),
    drain_s: seconds(measures.drain),
    ...Object.fromEntries(varied),
  };
}

/** What the jobs of a point are, for machines. */
export function workloadFacts({ workload: { name, entry, model, changes } }: Point): object {
  const { from, until, limit, load, runtimes, sizes, network, io, steps, interactive } = changes;
  const seconds = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1000);
  return {
    name,
    entry,
    model,
    from_s: seconds(from),
    until_s: seconds(until),
    limit,
    load,
    runtimes,
    sizes,
    network,
    io,
    steps,
    interactive,
  };
}
