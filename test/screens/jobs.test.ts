import { describe, expect, it } from 'vitest';

import type { Job } from '../../source/engine/index.ts';
import { renderScreen } from '../helpers/render-screen.tsx';

const JOB: Job = {
	id: 'a-1',
	title: 'Apply: update prettier',
	command: 'update prettier --yes',
	status: 'done',
	startedAt: '2026-11-20T10:00:00.000Z',
	endedAt: '2026-11-20T10:00:09.000Z',
	pid: 1,
	sentences: ['Generation 12 is current (was 11).'],
	isSeen: false,
};

describe('what went on without a terminal', () => {
	it('is told once at the next start, and stands in the activity', async () => {
		await using screen = renderScreen(120, 40, { jobs: [JOB] });
		await screen.until('While you were away: Apply: update prettier finished. Generation 12 is current (was 11). Key 4 shows it.');
		screen.press('4');
		await screen.until(/\+ done +Apply: update prettier/);
		await screen.until('It went on after its terminal was lost.');
		screen.press('return', 'R');
		await screen.until('Not now: it belongs to an earlier start');
		const [told] = await screen.engine.jobs.list({ signal: new AbortController().signal, onEvent: () => undefined });
		expect(told?.isSeen).toBe(true);
	});

	it('is no news when it was told before', async () => {
		await using screen = renderScreen(80, 24, { jobs: [{ ...JOB, isSeen: true }], section: 'activity' });
		await screen.until('Nothing has run since plugward started.');
	});
});
