/**
 * Nodes that have the pod's images already, the more bytes the better; an image that few nodes have counts less, so
 * that pods do not all run after it. Source: plugins/imagelocality (Kubernetes v1.36.2).
 */
import { MAX_SCORE } from './plugin.ts';
import type { ScorePlugin } from './plugin.ts';

const MIB = 1024 * 1024;
/** Less than this is not worth a detour [B]. */
const LEAST = 23 * MIB;
/** More than this for each container makes no difference [B]. */
const MOST = 1000 * MIB;

export const imageLocality: ScorePlugin = {
  name: 'ImageLocality',
  scoreReads: 'nodes',
  preScore({ class: { images } }, snapshot) {
    const most = MOST * images.length;
    return {
      score(row) {
        let sum = 0;
        if (!snapshot.images.empty) {
          for (const name of images) {
            const image = snapshot.images.on(row, name);
            if (image !== undefined) sum += Math.trunc(image.size * (image.nodes / snapshot.nodeCount));
          }
        }
        const bounded = sum < LEAST ? LEAST : Math.min(sum, most);
        // Without images the range is negative; adding 0 makes the result 0 and not -0.
        return Math.trunc((MAX_SCORE * (bounded - LEAST)) / (most - LEAST)) + 0;
      },
    };
  },
};
