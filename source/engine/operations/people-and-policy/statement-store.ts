import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { EngineError } from '../../errors.ts';
import { writePrivateFile } from '../../home/index.ts';
import { type SignedStatement, verifyAnyStatement } from '../../trust/index.ts';
import type { EngineContext } from '../engine-context.ts';
import { trustFolder } from '../load-policy.ts';

/** One Sigstore bundle a line, exactly as it came. */
const BUNDLES = 'statements.jsonl';
/** What was read from them after their signatures were verified, for the digest of the file they came from. */
const VERIFIED = 'statements.verified.json';
const MAXIMUM_BYTES = 64 * 1024 * 1024;

const verifiedSchema = v.object({
	format: v.literal(1),
	sha256: v.string(),
	statements: v.array(v.object({ signer: v.string(), sha256: v.string(), statement: v.looseObject({ type: v.string() }) })),
});

export type ImportedStatements = {
	readonly added: number;
	readonly known: number;
	/** Why some were not taken, one sentence each. */
	readonly refused: readonly string[];
};

/**
 * Everything that people said and the user keeps. Signatures are verified once, when the file changes: who can write this folder can also
 * write the policy that says whom to believe. Throws `settings-invalid` when the file was changed into something that does not verify.
 */
export async function readStatements(context: EngineContext): Promise<readonly SignedStatement[]> {
	const text = await readOptional(pathOf(context, BUNDLES));
	if (text === null) {
		return [];
	}

	const sha256 = digestOf(text);
	const cached = await readVerified(context, sha256);
	if (cached !== null) {
		return cached;
	}

	const { roots } = await context.trustRoots();
	const statements: SignedStatement[] = [];
	for (const [index, line] of linesOf(text).entries()) {
		statements.push(await verifyKept(line, { index, roots }));
	}

	await keepVerified(context, { sha256, statements });
	return statements;
}

/** Verifies and keeps bundles; one that does not verify is told and left out. */
export async function addStatements(context: EngineContext, bundles: readonly unknown[]): Promise<ImportedStatements> {
	const present = await readStatements(context);
	const { roots } = await context.trustRoots();
	const seen = new Set(present.map(keyOf));
	const lines = linesOf((await readOptional(pathOf(context, BUNDLES))) ?? '').slice();
	const statements = present.slice();
	const refused: string[] = [];
	let known = 0;
	for (const bundle of bundles) {
		try {
			const statement = await verifyAnyStatement(bundle, { roots });
			if (seen.has(keyOf(statement))) {
				known += 1;
				continue;
			}

			seen.add(keyOf(statement));
			statements.push(statement);
			lines.push(JSON.stringify(bundle));
		} catch (error) {
			if (!(error instanceof EngineError)) {
				throw error;
			}

			refused.push(error.message);
		}
	}

	const added = statements.length - present.length;
	if (added > 0) {
		const text = `${lines.join('\n')}\n`;
		await writePrivateFile(pathOf(context, BUNDLES), text);
		await keepVerified(context, { sha256: digestOf(text), statements });
	}

	return { added, known, refused };
}

/** Kept bundles whose statement is about these bytes. `sha512`: lower-case hex. */
export async function bundlesAbout(context: EngineContext, sha512: string): Promise<readonly unknown[]> {
	const [bundles, statements] = await Promise.all([keptBundles(context), readStatements(context)]);
	// Both are in the order of the lines of one file.
	return bundles.filter((_, index) => {
		const statement = statements[index]?.statement;
		return (statement?.type === 'review' || statement?.type === 'certification') && statement.sha512 === sha512;
	});
}

/** The bundles as they came, for others. */
export async function keptBundles(context: EngineContext): Promise<readonly unknown[]> {
	return linesOf((await readOptional(pathOf(context, BUNDLES))) ?? '').map((line) => JSON.parse(line) as unknown);
}

async function verifyKept(
	line: string,
	{ index, roots }: { readonly index: number } & Parameters<typeof verifyAnyStatement>[1],
): Promise<SignedStatement> {
	try {
		return await verifyAnyStatement(JSON.parse(line), { roots });
	} catch (error) {
		throw new EngineError('settings-invalid', `Line ${index + 1} of ${BUNDLES} holds no statement that verifies.`, {
			hint: 'Remove that line, and import it again from where it came: plugward trust import FILE',
			cause: error,
		});
	}
}

async function readVerified(context: EngineContext, sha256: string): Promise<readonly SignedStatement[] | null> {
	const text = await readOptional(pathOf(context, VERIFIED));
	if (text === null) {
		return null;
	}

	try {
		const stored = v.parse(verifiedSchema, JSON.parse(text));
		return stored.sha256 === sha256 ? (stored.statements as unknown as readonly SignedStatement[]) : null;
	} catch {
		// Only a shortcut: the statements themselves are read and verified again.
		return null;
	}
}

async function keepVerified(
	context: EngineContext,
	{ sha256, statements }: { readonly sha256: string; readonly statements: readonly SignedStatement[] },
): Promise<void> {
	await writePrivateFile(pathOf(context, VERIFIED), JSON.stringify({ format: 1, sha256, statements }));
}

async function readOptional(path: string): Promise<string | null> {
	try {
		const bytes = await readFile(path);
		if (bytes.byteLength > MAXIMUM_BYTES) {
			throw new EngineError('settings-invalid', `${path} has ${bytes.byteLength} bytes; at most ${MAXIMUM_BYTES} are read.`, {
				hint: 'Keep only the statements of people you trust.',
			});
		}

		return bytes.toString('utf8');
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
			return null;
		}

		throw error instanceof EngineError
			? error
			: new EngineError('settings-invalid', `${path} cannot be read.`, { hint: 'Check its permissions.', cause: error });
	}
}

function linesOf(text: string): string[] {
	return text.split('\n').filter((line) => line.trim() !== '');
}

function keyOf({ signer, sha256 }: SignedStatement): string {
	return `${signer} ${sha256}`;
}

function digestOf(text: string): string {
	return createHash('sha256').update(text).digest('hex');
}

function pathOf({ options }: EngineContext, file: string): string {
	return join(trustFolder(options), file);
}
