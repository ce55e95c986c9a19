import { describe, expect, it } from 'vitest';

import { reduce } from '../../source/reduce.ts';
import type { Action } from '../../source/reduce.ts';
import { initialState } from '../../source/state.ts';
import type { State } from '../../source/state.ts';
import { selectedItem } from '../../source/lists.ts';
import type { TransferProgress } from '../../source/transfer-watch.ts';
import { createFakeEngine } from '../helpers/fake-engine.ts';
import { startedOperation } from '../helpers/started-operation.ts';

const CALL = { signal: new AbortController().signal, onEvent: () => undefined };

function start(): State {
	return initialState({
		version: '0',
		homePath: '/home',
		profile: 'default',
		registry: 'http://127.0.0.1/',
		size: { columns: 80, rows: 24 },
		section: 'installed',
		now: 0,
	});
}

async function withPlugins(): Promise<State> {
	return reduce(start(), { type: 'loaded', slot: 'installed', value: await createFakeEngine().list(CALL), now: 1000 });
}

function apply(state: State, ...actions: readonly Action[]): State {
	return actions.reduce(reduce, state);
}

function progress(id: string, receivedBytes: number): TransferProgress {
	return { type: 'fetch-progress', id, receivedBytes, totalBytes: 10, unpackedBytes: 30, finished: receivedBytes === 10 };
}

describe('moving in a list', () => {
	it('stops at both ends', async () => {
		const state = await withPlugins();
		expect(selectedItem(apply(state, { type: 'moved', by: -1 }))).toBe('@acme/links');
		const end = apply(state, { type: 'moved', by: 'end' });
		expect(selectedItem(apply(end, { type: 'moved', by: 1 }))).toBe(selectedItem(end));
		expect(selectedItem(apply(end, { type: 'moved', by: 'start' }))).toBe('@acme/links');
	});

	it('remembers the selection of each list by name', async () => {
		const state = apply(
			await withPlugins(),
			{ type: 'moved', by: 4 },
			{ type: 'section-opened', section: 'trust' },
			{ type: 'moved', by: 1 },
		);
		expect(selectedItem(state)).toBe('nosy-notes');
		expect(selectedItem(apply(state, { type: 'section-opened', section: 'installed' }))).toBe('prettier');
	});

	it('does nothing in an empty list', () => {
		expect(selectedItem(apply(start(), { type: 'moved', by: 1 }))).toBeNull();
	});
});

describe('loading', () => {
	it('keeps what was there while it loads again and when that fails', async () => {
		const loaded = await withPlugins();
		const failure = { code: 'registry-unreachable', message: 'away', hint: null, cause: null, details: null };
		const loading = apply(loaded, { type: 'load-started', slot: 'installed' });
		expect(loading.installed).toMatchObject({ status: 'loading', value: loaded.installed.value });
		const failed = apply(loading, { type: 'load-failed', slot: 'installed', failure, now: 2000 });
		expect(failed.installed).toMatchObject({ status: 'failed', value: loaded.installed.value, loadedAt: 1000, failure });
	});

	it('calls a load that was cancelled idle again', () => {
		expect(apply(start(), { type: 'load-started', slot: 'history' }, { type: 'load-dropped', slot: 'history' }).history.status).toBe(
			'idle',
		);
	});
});

describe('an operation', () => {
	it('collects steps, transfers and output from events', () => {
		const state = apply(
			start(),
			{ type: 'operation-started', operation: startedOperation() },
			{ type: 'operation-event', id: 1, event: { type: 'step-started', step: 'fetch', detail: 'a' }, now: 10 },
			{ type: 'operation-event', id: 1, event: { type: 'fetch-planned', packages: 2, unpackedBytes: 30, unknownSizes: 1 }, now: 11 },
			{ type: 'operation-looked-at', id: 1, progress: [progress('a@1', 5)], now: 12 },
			{ type: 'operation-looked-at', id: 1, progress: [progress('a@1', 10)], now: 13 },
			{
				type: 'operation-event',
				id: 1,
				event: { type: 'plugin-output', plugin: 'a', stream: 'log', text: 'one\n\u001B[2Jtwo\n' },
				now: 14,
			},
			{ type: 'operation-event', id: 1, event: { type: 'step-finished', step: 'fetch', milliseconds: 12, failed: false }, now: 15 },
		);
		expect(state.operations[0]).toMatchObject({
			steps: [{ step: 'fetch', status: 'done', startedAt: 10, milliseconds: 12 }],
			planned: { packages: 2, unpackedBytes: 30, unknownSizes: 1 },
			transfers: { 'a@1': { receivedBytes: 10, totalBytes: 10, unpackedBytes: 30, finished: true, beganAt: 12 } },
			output: [
				{ kind: 'log', text: 'one' },
				{ kind: 'log', text: '\uFFFDtwo' },
			],
		});
		expect(state.pages).toEqual([{ type: 'operation', operation: 1 }]);
	});

	it('marks the step that was cut off as failed', () => {
		const state = apply(
			start(),
			{ type: 'operation-started', operation: startedOperation() },
			{ type: 'operation-event', id: 1, event: { type: 'step-started', step: 'resolve', detail: 'a' }, now: 1 },
			{ type: 'operation-ended', id: 1, status: 'cancelled', result: null, failure: null, now: 5 },
		);
		expect(state.operations[0]).toMatchObject({ status: 'cancelled', endedAt: 5, steps: [{ status: 'failed' }] });
	});

	it('opens the review of its plan only while it is watched', async () => {
		const plan = await createFakeEngine().planInstall(['a'], CALL);
		const ended: Action = { type: 'operation-ended', id: 1, status: 'done', result: { type: 'planned', plan }, failure: null, now: 5 };
		const started = apply(start(), { type: 'operation-started', operation: startedOperation() });
		expect(apply(started, ended).pages).toEqual([{ type: 'plan', operation: 1, plan, answers: {} }]);
		const elsewhere = apply(started, { type: 'section-opened', section: 'browse' }, ended);
		expect(elsewhere.pages).toEqual([]);
		expect(elsewhere.notice?.text).toContain('The plan is ready');
	});

	it('opens the conflict when there is no solution', () => {
		const failure = { code: 'no-solution', message: 'no', hint: null, cause: null, details: null };
		const state = apply(
			start(),
			{ type: 'operation-started', operation: startedOperation() },
			{ type: 'operation-ended', id: 1, status: 'failed', result: null, failure, now: 5 },
		);
		expect(state.pages).toEqual([{ type: 'conflict', operation: 1, failure }]);
	});
});

describe('a document', () => {
	it('scrolls no further than its last line', () => {
		const opened = apply(start(), { type: 'page-pushed', page: { type: 'help' } });
		const end = apply(opened, { type: 'moved', by: 'end' });
		expect(end.scrolls['help']).toBeGreaterThan(0);
		expect(apply(end, { type: 'moved', by: 'page' }).scrolls).toEqual(end.scrolls);
		expect(apply(end, { type: 'moved', by: 'start' }, { type: 'moved', by: -1 }).scrolls['help']).toBe(0);
	});
});
