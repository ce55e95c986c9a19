import { EngineError } from '../../errors.ts';
import { Incarnation, methodMessage, type IncarnationOptions, type PluginSetup } from './incarnation.ts';

export const MAXIMUM_STATE_BYTES = 1024 * 1024;
const HAND_OVER_MILLISECONDS = 2000;
const SHUTDOWN_MILLISECONDS = 500;

/** The new version beside the old one, loaded and initialised, with the tasks it offers. Ends itself on any failure. */
export async function startSuccessor(
	setup: PluginSetup,
	options: IncarnationOptions,
): Promise<{ readonly incarnation: Incarnation; readonly tasks: readonly string[] }> {
	const incarnation = await Incarnation.start(setup, options);
	try {
		return { incarnation, tasks: await incarnation.initialize() };
	} catch (error) {
		// What it did to end is on record as what it was: a breach is one in a reload too.
		const end = incarnation.isAlive ? null : await incarnation.ended;
		await incarnation.close(end ?? { type: 'stopped', cause: null }, end === null ? { code: 'reload-refused', exitCode: 1 } : null);
		throw error;
	}
}

/** Gives the state of the old version to the new one. Throws `reload-refused` when it does not fit; then the old one has lost nothing. */
export async function handOver(old: Incarnation, successor: Incarnation): Promise<void> {
	const [gives, takes] = await Promise.all([old.has('getState'), successor.has('restoreState')]);
	if (!gives || !takes) {
		return;
	}

	const version = stateVersionOf(old.setup);
	requireReadable(version, successor.setup);
	const state = await old.run({ message: methodMessage('getState'), name: 'getState', milliseconds: HAND_OVER_MILLISECONDS }).outcome;
	const message = methodMessage('restoreState', { state, version });
	if (Buffer.byteLength(message.input) > MAXIMUM_STATE_BYTES) {
		throw new EngineError(
			'reload-refused',
			`The state of ${old.setup.plugin} has ${Buffer.byteLength(message.input)} bytes, at most ${MAXIMUM_STATE_BYTES} can be handed over.`,
			{ hint: 'The version before goes on. Stop the plugin and start it again to run the new one without its state.' },
		);
	}

	await successor.run({ message, name: 'restoreState', milliseconds: HAND_OVER_MILLISECONDS }).outcome;
}

/** A plugin may say goodbye; whether it does changes nothing. */
export async function sayGoodbye(incarnation: Incarnation, reason: string): Promise<void> {
	if (incarnation.isAlive && (await incarnation.has('shutdown'))) {
		const work = { message: methodMessage('shutdown', reason), name: 'shutdown', milliseconds: SHUTDOWN_MILLISECONDS };
		await incarnation.run(work).outcome.catch(() => undefined);
	}
}

function stateVersionOf({ manifest }: PluginSetup): number {
	return manifest?.state?.version ?? 1;
}

function requireReadable(version: number, { plugin, version: release, manifest }: PluginSetup): void {
	const newest = manifest?.state?.version ?? 1;
	const oldest = manifest?.state?.readsFrom ?? newest;
	if (version < oldest || version > newest) {
		const reads = oldest === newest ? `version ${newest}` : `versions ${oldest} to ${newest}`;
		throw new EngineError('reload-refused', `${plugin} ${release} reads state of ${reads}, and the running one has version ${version}.`, {
			hint: 'The version before goes on. Stop the plugin and start it again to run the new one without its state.',
		});
	}
}
