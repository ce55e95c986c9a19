import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: {
		// Races, kills and memory bounds are tried on machines as busy as they come; what fails three times in a row is no accident.
		retry: 2,
		include: ['test/**/*.test.ts', 'test/**/*.test.tsx', 'examples/*/*.test.ts'],
		exclude: ['test/lint-violations/**', 'node_modules/**', 'dist/**'],
		testTimeout: 20_000,
		hookTimeout: 30_000,
		// Two cores: a third worker only makes the timing tests unsteady.
		maxWorkers: 2,
	},
});
