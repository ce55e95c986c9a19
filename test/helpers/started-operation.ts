import { startFetching } from '../../source/fetching.ts';
import type { Operation } from '../../source/state.ts';

/** An install whose plan is being made since the beginning of time. */
export function startedOperation(overrides: Partial<Operation> = {}): Operation {
	return {
		id: 1,
		title: 'Plan: install a',
		command: 'install a',
		request: { type: 'install', specs: ['a'] },
		status: 'running',
		startedAt: 0,
		endedAt: null,
		steps: [],
		...startFetching(0),
		progress: null,
		output: [],
		result: null,
		failure: null,
		...overrides,
	};
}
