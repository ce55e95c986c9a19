/**
 * 1,000 identities with 10,000 statements, really signed and verified; then, as after a start with the verified cache at hand: read it,
 * sort it, and evaluate everything a tree of 300 packages was said about. Prints one JSON line. Usage: node people.ts FOLDER
 */
import { generateKeyPairSync, hash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
	evaluatePeople,
	IDENTITY_TRUST_TYPE,
	indexStatements,
	personIdOf,
	REVIEW_TYPE,
	type Person,
	type SignedStatement,
	signStatement,
	verifyStatement,
} from '../../source/engine/trust/index.ts';

export type PeopleTimes = {
	readonly readMilliseconds: number;
	readonly indexMilliseconds: number;
	readonly evaluateMilliseconds: number;
	readonly trusted: number;
};

const IDENTITIES = 1000;
const STATEMENTS_OF_EACH = 10;
const PACKAGES = 300;
const OWN_PEOPLE = 10;
const LIFE = { made: '2026-05-01T00:00:00Z', expires: '2026-12-01T00:00:00Z' };
const NOW = Date.parse('2026-06-01T00:00:00Z');

const [folder = '', step = 'measure'] = process.argv.slice(2);
const file = join(folder, 'statements.verified.json');
if (step === 'prepare') {
	await prepare();
} else {
	process.stdout.write(`${JSON.stringify(await measure())}\n`);
}

/** Half of what each says is about other people, half about packages; none of them is nobody's. */
async function prepare(): Promise<void> {
	const keys = Array.from({ length: IDENTITIES }, () => generateKeyPairSync('ed25519').privateKey);
	const ids = keys.map(personIdOf);
	const statements: SignedStatement[] = [];
	for (const [index, key] of keys.entries()) {
		for (let nth = 0; nth < STATEMENTS_OF_EACH; nth += 1) {
			const other = (index * 7 + nth * 131 + 1) % IDENTITIES;
			const unsigned =
				nth % 2 === 0
					? {
							subject: [],
							predicateType: IDENTITY_TRUST_TYPE,
							predicate: {
								...LIFE,
								subject: ids[other],
								level: nth % 4 === 0 ? 'high' : 'medium',
								scopes: nth === 8 ? ['@acme/*'] : ['*'],
							},
						}
					: {
							subject: [{ name: purlOf(other % PACKAGES), digest: { sha512: sha512Of(other % PACKAGES) } }],
							predicateType: REVIEW_TYPE,
							predicate: { ...LIFE, verdict: 'endorse', deltaFrom: null },
						};
			statements.push(verifyStatement(signStatement(unsigned, key)));
		}
	}

	await writeFile(file, JSON.stringify({ people: ids.slice(0, OWN_PEOPLE), statements }));
}

async function measure(): Promise<PeopleTimes> {
	const startedAt = performance.now();
	const { people: ids, statements } = JSON.parse(await readFile(file, 'utf8')) as {
		readonly people: readonly string[];
		readonly statements: readonly SignedStatement[];
	};
	const readAt = performance.now();
	const index = indexStatements(statements, NOW);
	const indexedAt = performance.now();
	const people: readonly Person[] = ids.map((id, nth) => ({
		id,
		name: `person ${nth}`,
		level: nth % 2 === 0 ? 'high' : 'medium',
		scopes: ['*'],
		expires: LIFE.expires,
	}));
	let trusted = 0;
	for (let nth = 0; nth < PACKAGES; nth += 1) {
		const question = { name: nameOf(nth), purl: purlOf(nth), sha512: sha512Of(nth), identity: null, people, certifiers: [], now: NOW };
		trusted += Number((evaluatePeople({ ...question, statements: index }).endorsements?.quorum ?? null) !== null);
	}

	const endedAt = performance.now();
	return {
		readMilliseconds: readAt - startedAt,
		indexMilliseconds: indexedAt - readAt,
		evaluateMilliseconds: endedAt - indexedAt,
		trusted,
	};
}

function nameOf(nth: number): string {
	return nth % 3 === 0 ? `@acme/plug-${nth}` : `plug-${nth}`;
}

function purlOf(nth: number): string {
	return `pkg:npm/${nameOf(nth).replace('@', '%40')}@1.0.0`;
}

function sha512Of(nth: number): string {
	return hash('sha512', nameOf(nth), 'hex');
}
