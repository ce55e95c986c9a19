import { EngineError, toEngineError } from '../../errors.ts';
import type { Lifecycle } from './states.ts';

export function notRunning(plugin: string, { phase, crashes }: Lifecycle): EngineError {
	return phase === 'quarantined'
		? quarantined(plugin, crashes.length)
		: new EngineError('plugin-not-running', `${plugin} does not run now (${phase}).`, { hint: 'Start it first.' });
}

/** `plugin` may be `NAME` or `NAME@VERSION`. */
export function quarantined(plugin: string, crashes: number): EngineError {
	const name = plugin.replace(/(?<=.)@.*$/, '');
	return new EngineError('plugin-quarantined', `${plugin} is in quarantine after ${crashes} crashes in ten minutes.`, {
		hint: `Look at: plugward audit-log show --plugin ${name}; let it run again: plugward quarantine release ${name}`,
	});
}

export function busy(plugin: string, waiting: number): EngineError {
	return new EngineError('plugin-busy', `${plugin} has ${waiting} calls waiting already.`, { hint: 'Wait for some of them first.' });
}

export function restless(plugin: string, milliseconds: number): EngineError {
	return new EngineError('reload-refused', `${plugin} did not come to rest within ${milliseconds} ms.`, {
		hint: 'Try again when its calls have ended.',
	});
}

export function asFailure(error: unknown, plugin: string): EngineError {
	return toEngineError(error, { code: 'internal', message: `${plugin} failed inside plugward.` });
}
