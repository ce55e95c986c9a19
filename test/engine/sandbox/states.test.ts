import { describe, expect, it } from 'vitest';

import type { RuntimePhase } from '../../../source/engine/runtime.ts';
import {
	advance,
	backOffMilliseconds,
	CRASH_WINDOW_MILLISECONDS,
	INITIAL,
	type Lifecycle,
	type LifecycleEvent,
} from '../../../source/engine/sandbox/lifecycle/states.ts';

const EVENTS: readonly LifecycleEvent[] = [
	{ type: 'start' },
	{ type: 'loaded' },
	{ type: 'initialized' },
	{ type: 'call-started' },
	{ type: 'call-ended' },
	{ type: 'reload' },
	{ type: 'reloaded' },
	{ type: 'rolled-back' },
	{ type: 'drain' },
	{ type: 'drained' },
	{ type: 'ended' },
	{ type: 'crashed', at: 1 },
	{ type: 'gave-up' },
	{ type: 'release' },
];

/** What each phase leads to, by event; what is not named cannot happen. */
const TABLE: Readonly<Record<RuntimePhase, Readonly<Partial<Record<LifecycleEvent['type'], RuntimePhase>>>>> = {
	stopped: { start: 'starting' },
	starting: { loaded: 'initializing', crashed: 'backing-off', 'gave-up': 'stopped' },
	initializing: { initialized: 'ready', crashed: 'backing-off', 'gave-up': 'stopped' },
	ready: { 'call-started': 'executing', reload: 'reloading', drain: 'draining', crashed: 'backing-off' },
	executing: { 'call-started': 'executing', 'call-ended': 'ready', reload: 'reloading', drain: 'draining', crashed: 'backing-off' },
	reloading: {
		'call-started': 'reloading',
		'call-ended': 'reloading',
		reloaded: 'executing',
		'rolled-back': 'executing',
		crashed: 'backing-off',
	},
	draining: { 'call-ended': 'draining', drained: 'stopping', crashed: 'stopping' },
	stopping: { ended: 'stopped', crashed: 'stopping' },
	'backing-off': { start: 'starting', 'gave-up': 'stopped' },
	quarantined: { release: 'stopped' },
};

function after(...events: readonly LifecycleEvent[]): Lifecycle {
	return events.reduce<Lifecycle>((life, event) => {
		const next = advance(life, event);
		if (next === null) {
			throw new Error(`${event.type} in ${life.phase}`);
		}

		return next;
	}, INITIAL);
}

const UP = [{ type: 'start' }, { type: 'loaded' }, { type: 'initialized' }] as const;

describe('the states of a plugin', () => {
	it.each(Object.keys(TABLE) as readonly RuntimePhase[])('%s leads only where the table says', (phase) => {
		for (const event of EVENTS) {
			const inFlight = ['executing', 'reloading', 'draining'].includes(phase) ? 1 : 0;
			const next = advance({ phase, inFlight, crashes: [], retryAt: null }, event);
			expect([event.type, next?.phase]).toEqual([event.type, TABLE[phase][event.type]]);
		}
	});

	it('counts what is in flight, through a reload too', () => {
		const busy = after(...UP, { type: 'call-started' }, { type: 'call-started' }, { type: 'reload' }, { type: 'call-ended' });
		expect(busy).toMatchObject({ phase: 'reloading', inFlight: 1 });
		expect(advance(busy, { type: 'reloaded' })).toMatchObject({ phase: 'executing', inFlight: 1 });
		expect(advance({ ...busy, inFlight: 0 }, { type: 'call-ended' })).toBeNull();
	});

	it('waits longer after each crash, and gives up after five within ten minutes', () => {
		let life = INITIAL;
		const waits: (number | null)[] = [];
		for (let at = 0; at < 5; at += 1) {
			life = advance(life, { type: 'start' }) ?? INITIAL;
			life = advance(life, { type: 'crashed', at }) ?? INITIAL;
			waits.push(life.retryAt === null ? null : life.retryAt - at);
		}

		expect(waits).toEqual([1000, 2000, 4000, 8000, null]);
		expect(life.phase).toBe('quarantined');
		expect(backOffMilliseconds(20)).toBe(60_000);
	});

	it('forgets crashes after ten minutes', () => {
		const old: Lifecycle = { phase: 'ready', inFlight: 0, crashes: [1, 2, 3, 4], retryAt: null };
		expect(advance(old, { type: 'crashed', at: CRASH_WINDOW_MILLISECONDS + 10 })).toMatchObject({
			phase: 'backing-off',
			crashes: [600_010],
		});
	});
});
