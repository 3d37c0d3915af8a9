/** What worker threads load: built as dist/bin/point-worker.cjs, it answers a point at a time. */
export { runTask as default } from '../experiment/point-pool.ts';
