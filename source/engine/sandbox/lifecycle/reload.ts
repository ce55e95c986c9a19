import { EngineError, toEngineError } from '../../errors.ts';
import type { TakeHost } from '../host-link.ts';
import type { CallQueue } from './call-queue.ts';
import type { Course } from './course.ts';
import { handOver, startSuccessor } from './hand-over.ts';
import type { Incarnation, IncarnationOptions, PluginSetup } from './incarnation.ts';
import { notRunning } from './refusals.ts';
import type { Seat } from './seat.ts';

export type ReloadOptions = {
	readonly seat: Seat;
	readonly course: Course;
	readonly calls: CallQueue;
	readonly signal: AbortSignal;
	readonly onMessage: IncarnationOptions['onMessage'];
	readonly onSlowQuestion: IncarnationOptions['onSlowQuestion'];
	readonly host: { readonly takeHost: TakeHost; readonly isShared: boolean };
};

/** Throws `plugin-not-running` unless the plugin serves, which it has to for a reload. */
export function requireServing({ seat, course }: Pick<ReloadOptions, 'seat' | 'course'>): Incarnation {
	const { phase } = course.life;
	if (seat.incarnation === null || (phase !== 'ready' && phase !== 'executing')) {
		throw notRunning(seat.setup.plugin, course.life);
	}

	return seat.incarnation;
}

/**
 * The next version is loaded beside the old one, given its state, and takes its seat between two calls. On any failure the old one goes on
 * as if nothing had been tried. Whoever takes the seat is to be watched; the old one is to be ended by the caller.
 */
export async function reload(next: PluginSetup, options: ReloadOptions): Promise<Incarnation> {
	const { seat, course, calls, signal, onMessage, onSlowQuestion, host } = options;
	const old = requireServing(options);
	course.advance({ type: 'reload' });
	const outcome = { event: 'plugin-reloaded', plugin: next.plugin, version: next.version, from: seat.setup.version } as const;
	let successor: Incarnation | null = null;
	try {
		const started = await startSuccessor(next, { takeHost: host.takeHost, signal, onMessage, onSlowQuestion });
		successor = started.incarnation;
		calls.pause();
		await calls.untilIdle(old);
		await handOver(old, successor);
		requireBoth(old, successor, course);
		seat.give(successor);
		seat.setup = successor.setup;
		seat.tasks = started.tasks;
		seat.isShared = host.isShared;
		course.advance({ type: 'reloaded' });
		seat.setup.audit({ ...outcome, outcome: 'ok' });
		return successor;
	} catch (error) {
		const { code, exitCode } = toEngineError(error, { code: 'internal', message: 'The reload failed.' });
		course.advanceIf('reloading', { type: 'rolled-back' });
		seat.setup.audit({ ...outcome, outcome: code });
		if (successor !== null) {
			const end = successor.isAlive ? null : await successor.ended;
			await successor.close(end ?? { type: 'stopped', cause: null }, { code, exitCode });
		}

		throw error;
	} finally {
		calls.resume();
	}
}

function requireBoth(old: Incarnation, successor: Incarnation, { life }: Course): void {
	if (!old.isAlive || !successor.isAlive || life.phase !== 'reloading') {
		throw new EngineError('reload-refused', `${successor.setup.plugin} ended while its new version was taking over.`);
	}
}
