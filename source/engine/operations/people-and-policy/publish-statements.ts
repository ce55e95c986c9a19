import { EngineError } from '../../errors.ts';
import type { CallOptions } from '../../events.ts';
import { stripToLine } from '../../strip-controls.ts';
import type { SignedStatement } from '../../trust/index.ts';
import type { PublishReport } from '../../trust-calls.ts';
import type { EngineContext } from '../engine-context.ts';
import { findSigningKey } from './signing-key.ts';
import { keptBundles, readStatements } from './statement-store.ts';

/** Gives the registry of a name what the user's own key signed about it, and what takes some of that back. */
export async function publishStatements(context: EngineContext, name: string, { signal }: CallOptions): Promise<PublishReport> {
	const key = await findSigningKey(context);
	const [bundles, statements] = await Promise.all([keptBundles(context), readStatements(context)]);
	const own = new Set(statements.filter(({ signer }) => signer === key?.id).filter((one) => isAbout(one, name)));
	const digests = new Set([...own].map(({ sha256 }) => sha256));
	const isSent = (one: SignedStatement): boolean =>
		own.has(one) || (one.signer === key?.id && one.statement.type === 'revoke' && digests.has(one.statement.sha256));
	if (own.size === 0) {
		throw new EngineError('usage', `You said nothing about ${stripToLine(name)} that could be given away.`, {
			hint: `Say it first: plugward trust endorse ${stripToLine(name)}`,
		});
	}

	let published = 0;
	let known = 0;
	// In the order they were made: a registry takes a revocation only after what it revokes.
	for (const [index, bundle] of bundles.entries()) {
		const statement = statements[index];
		if (statement !== undefined && isSent(statement)) {
			const isNew = await context.registry.putStatement({ name, bundle }, { signal });
			published += Number(isNew);
			known += Number(!isNew);
		}
	}

	return { name, published, known };
}

function isAbout({ statement }: SignedStatement, name: string): boolean {
	switch (statement.type) {
		case 'review':
		case 'certification':
			return statement.purl.startsWith(`pkg:npm/${name.replace(/^@/u, '%40')}@`);
		case 'publisher':
			return statement.names.includes(name);
		case 'identity-trust':
		case 'revoke':
			return false;
	}
}
