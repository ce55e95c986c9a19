import { EngineError } from '../../errors.ts';
import { hexOfIntegrity, type Integrity, parseIntegrity } from '../../integrity.ts';
import { stripToLine } from '../../strip-controls.ts';
import {
	IDENTITY_TRUST_TYPE,
	packageUrl,
	REVIEW_TYPE,
	REVOKE_TYPE,
	signStatement,
	signStatementKeyless,
	type UnsignedStatement,
	verifyAnyStatement,
} from '../../trust/index.ts';
import type { KeylessSigner, MadeStatement, PersonRequest, ReviewRequest } from '../../trust-calls.ts';
import type { EngineContext } from '../engine-context.ts';
import { idOf } from '../locks/lock-queries.ts';
import { parseSpec } from '../versions/parse-spec.ts';
import { findInstalled } from './find-installed.ts';
import { ownSigningKey } from './signing-key.ts';
import { addStatements, readStatements } from './statement-store.ts';

const LONGEST_LIFE_MILLISECONDS = 365 * 86_400_000;

/** Signs what the user thinks of one artefact, by its sha512, and keeps it. */
export async function review(context: EngineContext, request: ReviewRequest, signal: AbortSignal): Promise<MadeStatement> {
	const subject = await findArtefact(context, request.spec, signal);
	const from = request.from === null ? null : await findArtefact(context, `${subject.name}@${request.from}`, signal);
	const life = lifeUntil(context, request.expires);
	const statement: UnsignedStatement = {
		subject: [{ name: packageUrl(subject), digest: { sha512: hexOfIntegrity(subject.integrity) } }],
		predicateType: REVIEW_TYPE,
		predicate: {
			verdict: request.verdict,
			deltaFrom: from === null ? null : hexOfIntegrity(from.integrity),
			notes: request.notes,
			...life,
		},
	};
	return make(context, { statement, subject: idOf(subject), expires: life.expires, keyless: request.keyless });
}

/** Tells others whom the user trusts, so that they may follow. */
export async function vouch(context: EngineContext, person: PersonRequest): Promise<MadeStatement> {
	const life = lifeUntil(context, person.expires);
	const statement: UnsignedStatement = {
		subject: [],
		predicateType: IDENTITY_TRUST_TYPE,
		predicate: { subject: person.id, level: person.level, scopes: person.scopes, ...life },
	};
	return make(context, { statement, subject: null, expires: life.expires, keyless: null });
}

/** Takes back an own statement: it names the digest of what was signed. */
export async function revokeStatement(context: EngineContext, sha256: string): Promise<MadeStatement> {
	const { id } = await ownSigningKey(context);
	const own = (await readStatements(context)).find((one) => one.sha256 === sha256 && one.signer === id);
	if (own === undefined) {
		throw new EngineError('usage', `No statement of yours is called ${stripToLine(sha256)}.`, {
			hint: 'Name it by its sha256, as it was shown when it was made.',
		});
	}

	const statement: UnsignedStatement = { subject: [], predicateType: REVOKE_TYPE, predicate: { sha256 } };
	return make(context, { statement, subject: null, expires: null, keyless: null });
}

async function make(
	context: EngineContext,
	{
		statement,
		subject,
		expires,
		keyless,
	}: {
		readonly statement: UnsignedStatement;
		readonly subject: string | null;
		readonly expires: string | null;
		readonly keyless: KeylessSigner | null;
	},
): Promise<MadeStatement> {
	const { bundle, isNewKey } = keyless === null ? await signOwn(context, statement) : await signAs(keyless, statement);
	const { refused } = await addStatements(context, [bundle]);
	if (refused.length > 0) {
		throw new EngineError('evidence-invalid', `The statement was signed, but does not verify here: ${refused[0] ?? ''}`, {
			hint: 'A keyless statement is believed only under the public Sigstore, or a root of yours.',
		});
	}

	await context.reloadPolicies();
	const { roots } = await context.trustRoots();
	const { signer, sha256 } = await verifyAnyStatement(bundle, { roots });
	return { signer, sha256, subject, expires, isNewKey, bundle };
}

async function signOwn(context: EngineContext, statement: UnsignedStatement) {
	const { key, isNew } = await ownSigningKey(context);
	return { bundle: signStatement(statement, key), isNewKey: isNew };
}

async function signAs(keyless: KeylessSigner, statement: UnsignedStatement) {
	return { bundle: await signStatementKeyless(statement, keyless), isNewKey: false };
}

/** What is installed, else what the registry says of exactly this version. A review is of bytes, so there must be a sha512. */
async function findArtefact(
	context: EngineContext,
	spec: string,
	signal: AbortSignal,
): Promise<{ readonly name: string; readonly version: string; readonly integrity: Integrity }> {
	try {
		return (await findInstalled(context, spec)).locked;
	} catch (error) {
		if (!(error instanceof EngineError) || error.code !== 'not-installed') {
			throw error;
		}
	}

	const { name, spec: version, isBare } = parseSpec(spec);
	const manifest = isBare ? undefined : (await context.registry.packument(name, { signal })).versions.get(version);
	if (manifest === undefined) {
		throw new EngineError('not-installed', `${stripToLine(spec)} is neither installed nor an exact version that the registry has.`, {
			hint: `Name the version that you looked at: ${name}@VERSION`,
		});
	}

	const integrity = manifest.dist.integrity === null ? null : parseIntegrity(manifest.dist.integrity);
	if (integrity === null) {
		throw new EngineError(
			'evidence-invalid',
			`The registry knows no sha512 of ${name}@${version}, so that a review would be about nothing.`,
			{
				hint: 'Install it first, which computes its sha512.',
			},
		);
	}

	return { name, version, integrity };
}

function lifeUntil(context: EngineContext, expires: string): { readonly made: string; readonly expires: string } {
	const now = context.clock().getTime();
	const end = Date.parse(expires);
	if (Number.isNaN(end) || end <= now || end - now > LONGEST_LIFE_MILLISECONDS + 86_400_000) {
		throw new EngineError('usage', `A statement must end within a year from now, not at ${stripToLine(expires)}.`, {
			hint: `For instance: --expires ${new Date(now + LONGEST_LIFE_MILLISECONDS).toISOString().slice(0, 10)}`,
		});
	}

	return { made: new Date(now).toISOString(), expires: new Date(end).toISOString() };
}
