/** Takes a cluster down, whatever state it is in. */
import { execFileSync } from 'node:child_process';
import { LiveTrouble } from '../trouble.ts';
import type { ClusterFolder, ClusterState } from './folder.ts';
import { stopAll } from './processes.ts';

/** Stops all that runs and removes the folder. Returns how many processes ran. */
export async function takeDown(folder: ClusterFolder, state: ClusterState): Promise<number> {
  const stopped = await stopAll(folder, state);
  if (state.kindProgram !== undefined) deleteKindCluster(state.kindProgram, state.name);
  folder.remove();
  return stopped;
}

/** kind finds its containers by the name of the cluster, and is content if there are none. */
function deleteKindCluster(program: string, name: string): void {
  try {
    execFileSync(program, ['delete', 'cluster', '--name', name], { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? error).trim();
    throw new LiveTrouble(`kind cannot delete the cluster ${name}: ${said}`, program, 'see whether docker runs, and try again');
  }
}
