import { EngineError, loadTrustRoots, verifyAnyStatement } from '../../source/engine/shared.ts';
import type { Caller } from '../access/principal.ts';
import { MirrorError } from '../mirror-error.ts';
import type { JsonObject, StatementStorage, StoredStatement } from '../storage/index.ts';
import { isPackageName } from './package-name.ts';

type Named = Caller & { readonly name: string };
type Signed = Awaited<ReturnType<typeof verifyAnyStatement>>;

/** What people said of packages. The mirror checks who signed; whom to believe is for each client to say. */
export type StatementService = {
	/** The bundles about a name that have not ended, as they came. */
	about(request: Named): Promise<readonly JsonObject[]>;
	/** False when it was known. Throws 422 for a bundle that does not verify or is about something else, 413 when a name has too many. */
	add(request: Named & { readonly bundle: unknown }): Promise<boolean>;
};

const MAXIMUM_STATEMENTS = 1000;

export function createStatementService({
	storage,
	now,
}: {
	readonly storage: StatementStorage;
	readonly now: () => number;
}): StatementService {
	const roots = loadTrustRoots.bind(null, { files: [] });
	let loaded: ReturnType<typeof roots> | undefined;
	const standing = ({ expiresAt }: StoredStatement) => expiresAt === null || expiresAt > now();

	return {
		async about({ name }) {
			requireName(name);
			return (await storage.read(name)).filter(standing).map(({ bundle }) => bundle);
		},
		async add({ name, bundle }) {
			requireName(name);
			const signed = await verified(bundle, (await (loaded ??= roots())).roots);
			const { signer, sha256, statement } = signed;
			const added: StoredStatement = {
				signer,
				sha256,
				expiresAt: 'expires' in statement ? statement.expires : null,
				// The verification would have failed on anything else.
				bundle: bundle as JsonObject,
			};
			let isNew = false;
			await storage.change(name, (current) => {
				requireAbout(name, signed, current);
				const kept = current.filter(standing);
				isNew = !kept.some((one) => one.signer === signer && one.sha256 === sha256);
				if (isNew && kept.length >= MAXIMUM_STATEMENTS) {
					throw new MirrorError(413, 'too-large', `${name} has ${kept.length} statements already; at most ${MAXIMUM_STATEMENTS} are kept.`);
				}

				return isNew ? [...kept, added] : kept;
			});
			return isNew;
		},
	};
}

function requireName(name: string): void {
	if (!isPackageName(name)) {
		throw new MirrorError(400, 'name-invalid', 'That is not the name of a package.');
	}
}

async function verified(bundle: unknown, roots: Parameters<typeof verifyAnyStatement>[1]['roots']): Promise<Signed> {
	try {
		return await verifyAnyStatement(bundle, { roots });
	} catch (error) {
		if (error instanceof EngineError && error.code === 'evidence-invalid') {
			throw new MirrorError(422, 'statement-refused', error.message, { cause: error });
		}

		throw error;
	}
}

/** A review or certification of this name, a publisher's entry that lists it, or the revocation of an own statement that is kept. */
function requireAbout(name: string, { signer, statement }: Signed, current: readonly StoredStatement[]): void {
	const refuse = (message: string): never => {
		throw new MirrorError(422, 'statement-refused', message);
	};

	switch (statement.type) {
		case 'review':
		case 'certification':
			return statement.purl.startsWith(`pkg:npm/${name.replace(/^@/u, '%40')}@`)
				? undefined
				: refuse(`The statement is about ${statement.purl.slice(0, 300)}, not about ${name}.`);
		case 'publisher':
			return statement.names.includes(name) ? undefined : refuse(`The publisher's entry does not list ${name}.`);
		case 'revoke':
			return current.some((one) => one.signer === signer && one.sha256 === statement.sha256)
				? undefined
				: refuse(`Nothing about ${name} that this signer said is kept here, so there is nothing to take back.`);
		case 'identity-trust':
			return refuse('Only statements about packages are kept here, not about people.');
	}
}
