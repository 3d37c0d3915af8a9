import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Need a browser (npm run test:browser) and a control plane (npm run test:live).
    exclude: ['test/browser/**', 'test/live/**'],
    // Property tests and replays of real logs take seconds on a shared runner; a hang is still caught.
    testTimeout: 120_000,
    pool: 'threads',
    // One less than there are processors would leave half of a small runner idle.
    maxWorkers: '100%',
    setupFiles: ['test/seed.ts'],
  },
});
