import type { AttemptTable, ExplanationTable, JobTable, NodeTimeTable, ResizeTable } from '../results/job-table.ts';
import type { PageTable } from './page-table.ts';

/** A table of jobs as the page holds it: times counted from the first submission. */
export function tableForPage(
  jobs: JobTable,
  attempts: AttemptTable | undefined,
  explanations: ExplanationTable | undefined,
  nodeTime?: NodeTimeTable,
  resizes?: ResizeTable,
): PageTable {
  const origin = firstOf(jobs.submit);
  const since = (times: Float64Array) => times.map((time) => time - origin);
  const placements = jobs.placements();
  return {
    count: jobs.count,
    origin,
    ids: jobs.ids,
    submit: since(jobs.submit),
    start: since(jobs.start),
    end: since(jobs.end),
    state: Float64Array.from(jobs.state),
    user: jobs.user,
    queue: jobs.queue,
    account: jobs.account,
    cpus: jobs.cpus,
    gpus: jobs.gpus,
    restarts: Float64Array.from(jobs.restarts),
    placements: placements && {
      nodes: placements.nodes,
      first: Float64Array.from(placements.first),
      node: Float64Array.from(placements.node),
      tasks: Float64Array.from(placements.tasks),
    },
    attempts: attempts && {
      job: Float64Array.from(attempts.job),
      start: since(attempts.start),
      end: since(attempts.end),
      why: Float64Array.from(attempts.why),
      kept: attempts.kept,
    },
    resizes: resizes && {
      job: Float64Array.from(resizes.job),
      time: since(resizes.time),
      cpus: resizes.cpus,
      gpus: resizes.gpus,
    },
    explanations: explanations && {
      job: Float64Array.from(explanations.job),
      time: since(explanations.time),
      reason: explanations.reason,
    },
    nodeTime: nodeTime && {
      job: Float64Array.from(nodeTime.job),
      purpose: Float64Array.from(nodeTime.purpose),
      coreTime: nodeTime.coreTime,
    },
  };
}

/** 0 if no job was submitted. */
function firstOf(submit: Float64Array): number {
  let first = Infinity;
  for (let row = 0; row < submit.length; row++) if (submit[row] < first) first = submit[row];
  return first === Infinity ? 0 : first;
}
