import { toEngineError } from '../../errors.ts';
import type { Generation } from '../../home/index.ts';
import type { Grant } from '../../permission.ts';
import type { EngineContext } from '../engine-context.ts';
import { currentOrLost } from '../generations/lost-current.ts';

type GrantChange = {
	readonly event: 'permission-granted' | 'permission-revoked';
	readonly plugin: string;
	readonly version: string;
	readonly permission: string;
	/** Of a grant that ends by itself. */
	readonly expiresAt?: string;
	/** The version that had it before, of one that was carried over. */
	readonly carriedFrom?: string;
};

type Step = {
	readonly from: readonly Grant[];
	readonly to: readonly Grant[];
	/** The generation that is current until then. */ readonly base: number;
};

/**
 * Writes what is granted and what is no longer, then makes the generation in which it is so: no grant ever holds without its line. When
 * the generation could not be made, a line says that the ones before it did not come true.
 */
export async function recordGrants(
	{ home }: EngineContext,
	{ from, to, base }: Step,
	make: () => Promise<Generation>,
): Promise<Generation> {
	const changes = grantChanges(from, to);
	const place = { scope: 'home', base, profile: home.profile };
	for (const change of changes) {
		await home.appendAudit({ ...change, ...place });
	}

	try {
		return await make();
	} catch (error) {
		// A failure after the one rename leaves the new generation current.
		if (changes.length > 0 && (await currentOrLost(home)).generation.number === base) {
			const outcome = toEngineError(error, { code: 'internal', message: 'The generation could not be made.' }).code;
			await home.appendAudit({ event: 'generation-abandoned', outcome, ...place });
		}

		throw error;
	}
}

function grantChanges(from: readonly Grant[], to: readonly Grant[]): readonly GrantChange[] {
	const before = new Map(from.map((grant) => [keyOf(grant), grant]));
	const after = new Set(to.map((grant) => keyOf(grant)));
	const granted = to.flatMap((grant): readonly GrantChange[] => {
		const { plugin, version, permission, expiresAt } = grant;
		const old = before.get(keyOf(grant));
		return old !== undefined && JSON.stringify(old) === JSON.stringify(grant)
			? []
			: [
					{
						event: 'permission-granted',
						plugin,
						version,
						permission,
						...(expiresAt === null ? {} : { expiresAt }),
						...(old === undefined || old.version === version ? {} : { carriedFrom: old.version }),
					},
				];
	});
	const revoked = from
		.filter((grant) => !after.has(keyOf(grant)))
		.map(({ plugin, version, permission }): GrantChange => ({ event: 'permission-revoked', plugin, version, permission }));
	return [...granted, ...revoked];
}

function keyOf({ plugin, permission }: Grant): string {
	return `${plugin} ${permission}`;
}
