import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import { hexOfIntegrity } from '../../integrity.ts';
import type { RawEvidence } from '../../trust-calls.ts';
import type { EngineContext } from '../engine-context.ts';
import { idOf } from '../locks/lock-queries.ts';
import { findInstalled } from './find-installed.ts';
import { bundlesAbout } from './statement-store.ts';

/** The signed things behind what is said of an installed package. Throws `not-installed`. */
export async function rawEvidence(context: EngineContext, name: string, { signal }: CallOptions): Promise<RawEvidence> {
	const { locked, receipt } = await findInstalled(context, name);
	return {
		id: idOf(locked),
		evidence: receipt?.evidence ?? [],
		...(await attestationsOf(context, locked, signal)),
		statements: await bundlesAbout(context, hexOfIntegrity(locked.integrity)),
	};
}

async function attestationsOf(
	context: EngineContext,
	{ name, version }: { readonly name: string; readonly version: string },
	signal: AbortSignal,
): Promise<Pick<RawEvidence, 'attestations' | 'attestationsNote'>> {
	try {
		const answer = await context.registry.attestations({ name, version, url: null }, { signal });
		return answer.type === 'served'
			? { attestations: answer.json, attestationsNote: null }
			: { attestations: null, attestationsNote: answer.why };
	} catch (error) {
		if (!(error instanceof EngineError) || error.code === 'cancelled') {
			throw error;
		}

		// What is kept is shown all the same; the words about it were proven when it was installed.
		return { attestations: null, attestationsNote: error.message };
	}
}
