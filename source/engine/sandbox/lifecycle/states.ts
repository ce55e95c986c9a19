import type { RuntimePhase } from '../../runtime.ts';

export type Lifecycle = {
	readonly phase: RuntimePhase;
	/** Calls and messages the plugin has not answered yet. */
	readonly inFlight: number;
	/** Milliseconds since the epoch, of the crashes that still count. */
	readonly crashes: readonly number[];
	/** When a plugin that backs off is started again. */
	readonly retryAt: number | null;
};

export type LifecycleEvent =
	| { readonly type: 'start' }
	/** Its code has run in a host. */
	| { readonly type: 'loaded' }
	| { readonly type: 'initialized' }
	| { readonly type: 'call-started' }
	| { readonly type: 'call-ended' }
	| { readonly type: 'reload' }
	/** The new version has taken over, or the old one goes on. */
	| { readonly type: 'reloaded' | 'rolled-back' }
	/** Nothing new is begun; what is in flight may end. */
	| { readonly type: 'drain' }
	| { readonly type: 'drained' }
	| { readonly type: 'ended' }
	/** It ended by itself or was killed for what it did. `at`: milliseconds since the epoch. */
	| { readonly type: 'crashed'; readonly at: number }
	/** It could not start for a reason that is not its fault, or was told to stop before it had. */
	| { readonly type: 'gave-up' }
	| { readonly type: 'release' };

export const INITIAL: Lifecycle = { phase: 'stopped', inFlight: 0, crashes: [], retryAt: null };

/** As many crashes within this time put a plugin into quarantine, which only a user ends. */
export const CRASHES_TO_QUARANTINE = 5;
export const CRASH_WINDOW_MILLISECONDS = 10 * 60_000;

const FIRST_BACK_OFF_MILLISECONDS = 1000;
const LONGEST_BACK_OFF_MILLISECONDS = 60_000;

/** 1 s, 2 s, 4 s ... at most a minute. */
export function backOffMilliseconds(crashes: number): number {
	return Math.min(FIRST_BACK_OFF_MILLISECONDS * 2 ** Math.max(0, crashes - 1), LONGEST_BACK_OFF_MILLISECONDS);
}

const SERVING: readonly RuntimePhase[] = ['ready', 'executing', 'reloading'];
const STARTING: readonly RuntimePhase[] = ['starting', 'initializing'];

/** Where each event can happen. */
const FROM: Readonly<Record<LifecycleEvent['type'], readonly RuntimePhase[]>> = {
	start: ['stopped', 'backing-off'],
	loaded: ['starting'],
	initialized: ['initializing'],
	'call-started': SERVING,
	'call-ended': [...SERVING, 'draining'],
	reload: ['ready', 'executing'],
	reloaded: ['reloading'],
	'rolled-back': ['reloading'],
	drain: ['ready', 'executing'],
	drained: ['draining'],
	ended: ['stopping'],
	crashed: [...STARTING, ...SERVING, 'draining', 'stopping'],
	'gave-up': [...STARTING, 'backing-off'],
	release: ['quarantined'],
};

type Step = (lifecycle: Lifecycle) => Lifecycle | null;

const rest: Step = (lifecycle) => ({ ...lifecycle, phase: lifecycle.inFlight === 0 ? 'ready' : 'executing' });

const STEPS: Readonly<Record<Exclude<LifecycleEvent['type'], 'crashed'>, Step>> = {
	start: (lifecycle) => ({ ...lifecycle, phase: 'starting', inFlight: 0, retryAt: null }),
	loaded: (lifecycle) => ({ ...lifecycle, phase: 'initializing' }),
	initialized: (lifecycle) => ({ ...lifecycle, phase: 'ready' }),
	'call-started': (lifecycle) => serving(lifecycle, lifecycle.inFlight + 1),
	'call-ended': (lifecycle) => (lifecycle.inFlight > 0 ? serving(lifecycle, lifecycle.inFlight - 1) : null),
	reload: (lifecycle) => ({ ...lifecycle, phase: 'reloading' }),
	reloaded: rest,
	'rolled-back': rest,
	drain: (lifecycle) => ({ ...lifecycle, phase: 'draining' }),
	drained: (lifecycle) => ({ ...lifecycle, phase: 'stopping', inFlight: 0 }),
	ended: (lifecycle) => ({ ...lifecycle, phase: 'stopped' }),
	'gave-up': (lifecycle) => ({ ...lifecycle, phase: 'stopped', inFlight: 0, retryAt: null }),
	release: () => INITIAL,
};

/** What comes of an event, or null where it cannot happen: then the driver has a fault. Pure. */
export function advance(
	lifecycle: Lifecycle,
	event: LifecycleEvent,
	backOff: (crashes: number) => number = backOffMilliseconds,
): Lifecycle | null {
	if (!FROM[event.type].includes(lifecycle.phase)) {
		return null;
	}

	return event.type === 'crashed' ? crash(lifecycle, event.at, backOff) : STEPS[event.type](lifecycle);
}

/** A reload or a drain goes on whatever is answered meanwhile. */
function serving(lifecycle: Lifecycle, inFlight: number): Lifecycle {
	const { phase } = lifecycle;
	return { ...lifecycle, inFlight, phase: phase === 'reloading' || phase === 'draining' ? phase : inFlight === 0 ? 'ready' : 'executing' };
}

function crash(lifecycle: Lifecycle, at: number, backOff: (crashes: number) => number): Lifecycle {
	const { phase } = lifecycle;
	if (phase === 'draining' || phase === 'stopping') {
		// It was to end anyway; how it did is in the audit log.
		return { ...lifecycle, phase: 'stopping', inFlight: 0 };
	}

	const crashes = [...lifecycle.crashes.filter((time) => at - time < CRASH_WINDOW_MILLISECONDS), at];
	return crashes.length >= CRASHES_TO_QUARANTINE
		? { phase: 'quarantined', inFlight: 0, crashes, retryAt: null }
		: { phase: 'backing-off', inFlight: 0, crashes, retryAt: at + backOff(crashes.length) };
}
