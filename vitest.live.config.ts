import { defineConfig } from 'vitest/config';

/** Tests against a real control plane: `npm run control-plane` builds it, `npm run test:live` runs them. */
export default defineConfig({
  test: {
    include: ['test/live/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Each file starts a cluster of its own.
    fileParallelism: false,
    pool: 'threads',
    setupFiles: ['test/seed.ts'],
  },
});
