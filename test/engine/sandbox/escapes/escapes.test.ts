import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { ATTEMPTS } from './attempts.ts';
import { openScene, type Scene } from './scene.ts';

const DOCUMENT = new URL('../../../../docs/sandbox.md', import.meta.url);
const isThorough = process.env['PLUGWARD_THOROUGH'] !== undefined;

let scene: Scene;

beforeAll(async () => {
	scene = await openScene();
});

afterAll(() => scene[Symbol.asyncDispose]());

describe('every way out that was tried', () => {
	test.concurrent.each(ATTEMPTS.filter(({ isSlow = false }) => isThorough || !isSlow))(
		'$area: $name',
		async (attempt) => {
			const { stopped, harm } = await scene.strike(attempt);
			expect(harm).toEqual([]);
			expect(attempt.stopped).toContain(stopped);
		},
		30_000,
	);
});

test('docs/sandbox.md lists exactly these, with what stopped each', async () => {
	const rows = (await readFile(DOCUMENT, 'utf8'))
		.split('\n')
		.filter((line) => /^\| (?:language|resources|files|network|environment|commands|tenancy|host|native) \|/.test(line));
	expect(rows).toEqual(ATTEMPTS.map(({ area, name, stopped }) => `| ${area} | ${name} | ${stopped.join(' or ')} |`));
	expect(rows.length).toBeGreaterThanOrEqual(80);
	expect(new Set(rows).size).toBe(rows.length);
});
