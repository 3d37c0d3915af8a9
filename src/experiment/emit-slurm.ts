/**
 * A script that runs an experiment as a Slurm job array, and merges the parts when all are over, however they ended.
 * Sources: man pages of sbatch (--array, --signal, --requeue, --dependency) and slurm.conf (MaxArraySize: the largest
 * index is one less) of Slurm 22.05.
 */
import { shellWord } from './manifest.ts';

export interface SlurmWishes {
  readonly name: string;
  /** Path of the scenario. */
  readonly scenario: string;
  readonly out: string;
  /** How yardmaster is called on the nodes. */
  readonly command: string;
  /** Tasks of the array [count]. */
  readonly tasks: number;
  /** Of them at a time [count]; absent = as many as the cluster lets. */
  readonly atOnce?: number;
  /** Processors of each task [count]. */
  readonly cpus: number;
  /** As sbatch takes them; absent = what the cluster sets. */
  readonly time?: string;
  readonly memory?: string;
  readonly partition?: string;
  readonly account?: string;
}

/** Warning before the end of a task [s]: what runs then is to be finished. */
const WARNING = 120;

export function slurmScript(wishes: SlurmWishes): string {
  const { name, scenario, out, command, tasks, atOnce, cpus } = wishes;
  const run = `${command} run ${shellWord(scenario)} --out ${shellWord(out)} --resume`;
  const common = options({ '--partition': wishes.partition, '--account': wishes.account });
  const throttle = atOnce === undefined ? '' : `%${atOnce}`;
  return `#!/bin/bash
# Runs ${name} as ${tasks} tasks of a Slurm job array. Submit it where the scenario is: bash this-file
# Points that are there already and verify are kept, so it may be submitted again.
set -euo pipefail
mkdir -p ${shellWord(`${out}/log`)}

array=$(sbatch --parsable <<'END_OF_ARRAY'
#!/bin/bash
#SBATCH --job-name=${jobName(name)}
#SBATCH --array=1-${tasks}${throttle}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=${cpus}
${options({ '--time': wishes.time, '--mem': wishes.memory })}${common}#SBATCH --signal=B:USR1@${WARNING}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=${out}/log/%A_%a.out
${run} --shard "$SLURM_ARRAY_TASK_ID/${tasks}" --workers ${cpus} &
pid=$!
# Before the time is up: finish what runs, begin nothing else.
trap 'kill -USR1 "$pid"' USR1
code=0
wait "$pid" || code=$?
# A signal ends the wait, not the process.
while kill -0 "$pid" 2>/dev/null; do code=0; wait "$pid" || code=$?; done
# 75: there is more to do.
if [ "$code" -eq 75 ]; then scontrol requeue "\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"; fi
exit "$code"
END_OF_ARRAY
)
array=\${array%%;*}
echo "array $array: ${tasks} tasks"

# afterany: what failed is named by the merge, not hidden by a job that never runs.
merge=$(sbatch --parsable --dependency=afterany:"$array" <<'END_OF_MERGE'
#!/bin/bash
#SBATCH --job-name=${jobName(`${name}-merge`)}
#SBATCH --ntasks=1
${common}#SBATCH --output=${out}/log/merge-%j.out
${command} merge ${shellWord(out)}
END_OF_MERGE
)
echo "merge \${merge%%;*}: see ${out}/log"
`;
}

function options(given: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(given)
    .flatMap(([option, value]) => (value === undefined ? [] : [`#SBATCH ${option}=${value}\n`]))
    .join('');
}

function jobName(name: string): string {
  return `yardmaster-${name.replace(/[^\w.-]+/g, '-')}`;
}
