import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: {
		include: ['test/**/*.test.ts', 'test/**/*.test.tsx', 'examples/*/*.test.ts'],
		exclude: ['test/lint-violations/**', 'node_modules/**', 'dist/**'],
		testTimeout: 20_000,
		hookTimeout: 30_000,
		// Two cores: a third worker only makes the timing tests unsteady.
		maxWorkers: 2,
	},
});
