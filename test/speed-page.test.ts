import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { readKept } from '../bench/terminal/kept-rows.ts';
import { speedPage } from '../bench/terminal/speed-page.ts';

it('the page about speed tells what was measured last, and nothing else', async () => {
	const { parts } = await readKept();
	expect(await readFile(join(import.meta.dirname, '../docs/speed.md'), 'utf8')).toBe(speedPage(parts));
	const missed = parts.flatMap(({ rows }) => rows).filter(({ isMet }) => isMet === false);
	expect(speedPage(parts).split('**missed**')).toHaveLength(missed.length + 1);
});
