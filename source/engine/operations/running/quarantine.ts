import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import type { QuarantinedPlugin } from '../../runtime.ts';
import { quarantined } from '../../sandbox/index.ts';
import { stripToLine } from '../../strip-controls.ts';
import { whileExclusive } from '../apply/while-exclusive.ts';
import type { EngineContext } from '../engine-context.ts';

/** Throws `plugin-quarantined` for a version that crashed too often, in whichever process. */
export async function requireNotQuarantined(
	{ home }: EngineContext,
	{ name, version }: { readonly name: string; readonly version: string },
): Promise<void> {
	const found = (await home.quarantine()).find((entry) => entry.plugin === name && entry.version === version);
	if (found !== undefined) {
		throw quarantined(`${name}@${version}`, found.crashes);
	}
}

/** Lets every version of a plugin run again; gives what was released. Throws `usage` when none is in quarantine. */
export async function releaseQuarantined(context: EngineContext, plugin: string, call: CallOptions): Promise<readonly QuarantinedPlugin[]> {
	const { home } = context;
	const released = await whileExclusive(context, call, async () => {
		const all = await home.quarantine();
		const found = all.filter((entry) => entry.plugin === plugin);
		if (found.length > 0) {
			await home.setQuarantine(all.filter((entry) => entry.plugin !== plugin));
		}

		return found;
	});
	if (released.length === 0) {
		throw new EngineError('usage', `${stripToLine(plugin)} is not in quarantine.`, { hint: 'See which are: plugward quarantine list' });
	}

	for (const { version } of released) {
		await home.appendAudit({ event: 'quarantine-released', plugin, version });
	}

	return released;
}
