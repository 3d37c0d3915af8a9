/** Takes a cluster down, whatever state it is in. */
import { LiveTrouble } from '../trouble.ts';
import type { ClusterFolder, ClusterState } from './folder.ts';
import { deleteKindCluster } from './kind-program.ts';
import { stopAll } from './processes.ts';

/** Stops all that runs and removes the folder. Returns how many processes ran. */
export async function takeDown(folder: ClusterFolder, state: ClusterState): Promise<number> {
  const stopped = await stopAll(folder, state);
  if (state.kindProgram !== undefined) deleteKindCluster(state.kindProgram, state.name);
  folder.remove();
  return stopped;
}

/** Takes down what was begun, and throws the error that ended it; if even that fails, both. */
export async function undo(folder: ClusterFolder, state: ClusterState, error: unknown): Promise<never> {
  try {
    await takeDown(folder, state);
  } catch (second) {
    const [first, then] = [error, second].map((one) => (one instanceof Error ? one.message : String(one)));
    throw new LiveTrouble(
      `${first}\nand what had been started is still there: ${then}`,
      folder.path,
      'try "yardmaster live down"',
    );
  }
  throw error;
}
