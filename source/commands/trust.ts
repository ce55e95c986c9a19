import {
	EngineError,
	type ImportReport,
	type KeylessSigner,
	type MadeStatement,
	type PersonSummary,
	type PublishReport,
	type RawEvidence,
	type SourceIdentity,
	stripToLine,
	type TrustAudit,
	type TrustDifference,
	type TrustExplanation,
} from '../engine/index.ts';
import type { CommandContext, CommandDefinition, ParsedArguments } from './command.ts';
import { isSet, listFlag, requirePositionals, textFlag } from './flags.ts';
import { type RootsResult, TRUST_ROOTS_USAGE, trustRoots } from './trust-roots.ts';
import { unknownSubcommand } from './unknown-subcommand.ts';
import { trustText } from './trust-text.ts';

export type TrustResult =
	| ({ readonly type: 'why' } & TrustExplanation)
	| ({ readonly type: 'raw' } & RawEvidence)
	| ({ readonly type: 'audit' } & TrustAudit)
	| ({ readonly type: 'diff' } & TrustDifference)
	| ({ readonly type: 'signed' } & MadeStatement)
	| { readonly type: 'people'; readonly people: readonly PersonSummary[] }
	| RootsResult
	| { readonly type: 'pinned'; readonly name: string; readonly identity: SourceIdentity | null }
	| ({ readonly type: 'imported' } & ImportReport)
	| { readonly type: 'exported'; readonly statements: readonly unknown[] }
	| ({ readonly type: 'published' } & PublishReport)
	| { readonly type: 'key'; readonly id: string };

type Word = {
	/** Behind `trust`. */
	readonly usage: string;
	readonly does: string;
	/** How many arguments follow the word. */
	readonly least: number;
	readonly most: number;
	readonly run: (context: CommandContext, words: readonly string[]) => Promise<TrustResult>;
};

const DAY_MILLISECONDS = 86_400_000;

const WORDS: Readonly<Record<string, Word>> = {
	why: {
		usage: 'why <name>',
		does: 'Why an installed package has its level, in full',
		least: 1,
		most: 1,
		run: async ({ engine, call }, [name = '']) => ({ type: 'why', ...(await engine.trust.why(name, call)) }),
	},
	raw: {
		usage: 'raw <name>',
		does: 'The signed things behind it, as they came',
		least: 1,
		most: 1,
		run: async ({ engine, call }, [name = '']) => ({ type: 'raw', ...(await engine.trust.raw(name, call)) }),
	},
	audit: {
		usage: 'audit',
		does: 'The level of everything installed, with what would raise it',
		least: 0,
		most: 0,
		run: async ({ engine, call }) => ({ type: 'audit', ...(await engine.trust.audit(call)) }),
	},
	diff: {
		usage: 'diff <name@version> <name@version>',
		does: 'What is proven about two versions, side by side',
		least: 2,
		most: 2,
		run: async ({ engine, call }, [from = '', to = '']) => ({ type: 'diff', ...(await engine.trust.diff(from, to, call)) }),
	},
	endorse: {
		usage: 'endorse <name[@version]>',
		does: 'Sign that you looked at this version and would use it',
		least: 1,
		most: 1,
		run: (context, [spec = '']) => review(context, 'endorse', spec),
	},
	reject: {
		usage: 'reject <name[@version]>',
		does: 'Sign that nobody should use this version',
		least: 1,
		most: 1,
		run: (context, [spec = '']) => review(context, 'reject', spec),
	},
	revoke: {
		usage: 'revoke <sha256>',
		does: 'Take back what you signed',
		least: 1,
		most: 1,
		run: async ({ engine, call }, [sha256 = '']) => ({ type: 'signed', ...(await engine.trust.revoke(sha256, call)) }),
	},
	people: {
		usage: 'people [add <id>|remove <id or name>|vouch <id>]',
		does: 'Whose words count, and how much',
		least: 0,
		most: 2,
		run: people,
	},
	pin: {
		usage: 'pin <name>',
		does: 'Let nobody but the proven builder build it',
		least: 1,
		most: 1,
		run: async ({ engine, call }, [name = '']) => ({ type: 'pinned', name, identity: await engine.trust.pin(name, call) }),
	},
	unpin: {
		usage: 'unpin <name>',
		does: 'Let others build it again',
		least: 1,
		most: 1,
		run: async ({ engine, call }, [name = '']) => {
			await engine.trust.unpin(name, call);
			return { type: 'pinned', name, identity: null };
		},
	},
	roots: {
		usage: TRUST_ROOTS_USAGE,
		does: 'The roots that signatures are held against; add a private Sigstore, or fetch them anew',
		least: 0,
		most: 2,
		run: trustRoots,
	},
	import: { usage: 'import <file|npm:package>', does: 'Take in what others signed', least: 0, most: 1, run: importFrom },
	publish: {
		usage: 'publish <name>',
		does: 'Give the registry what you signed about it',
		least: 1,
		most: 1,
		run: async ({ engine, call }, [name = '']) => ({ type: 'published', ...(await engine.trust.publishStatements(name, call)) }),
	},
	export: {
		usage: 'export',
		does: 'Everything you signed, to give to others',
		least: 0,
		most: 0,
		run: async ({ engine, call }) => ({ type: 'exported', statements: await engine.trust.exportStatements(call) }),
	},
	key: {
		usage: 'key',
		does: 'Who you are to others: the id of your key',
		least: 0,
		most: 0,
		run: async ({ engine, call }) => ({ type: 'key', id: await engine.trust.ownId(call) }),
	},
};

export const trust: CommandDefinition<TrustResult> = {
	name: 'trust',
	aliases: [],
	summary: 'Show why something is trusted, say what you trust, and tell others',
	usage: Object.keys(WORDS).join('|'),
	subcommands: Object.values(WORDS).map(({ usage, does }) => [usage, does]),
	flags: {
		delta: { type: 'string', placeholder: 'VERSION', description: 'endorse, reject: you looked at the difference from this version' },
		notes: { type: 'string', placeholder: 'TEXT', description: 'endorse, reject: what you found' },
		expires: { type: 'string', placeholder: 'DATE', description: 'When it ends; a year from now at most, which is the default' },
		keyless: { type: 'boolean', description: 'endorse, reject: sign as whom the token in SIGSTORE_ID_TOKEN names, not with your key' },
		fulcio: { type: 'string', placeholder: 'URL', description: 'Certificate authority of --keyless, for a private Sigstore' },
		rekor: { type: 'string', placeholder: 'URL', description: 'Log of --keyless, for a private Sigstore' },
		timestamps: { type: 'string', placeholder: 'URL', description: 'Timestamp authority of --keyless, for a private Sigstore' },
		name: { type: 'string', placeholder: 'NAME', description: 'people add: what you call them' },
		level: { type: 'string', placeholder: 'LEVEL', description: 'people add, vouch: high, medium (the default) or low' },
		scope: { type: 'string', isMultiple: true, placeholder: 'NAMES', description: 'people, roots: for these names only, like @acme/*' },
		forRegistry: { type: 'string', isMultiple: true, placeholder: 'URL', description: 'roots add: for what comes from this registry' },
		id: { type: 'string', placeholder: 'ID', description: 'roots add: what to call a file' },
		tuf: { type: 'string', placeholder: 'URL', description: 'roots add, refresh: the TUF repository it is fetched from' },
		root: { type: 'string', placeholder: 'FILE', description: 'roots add --tuf: the root.json you got by another way' },
		fromRegistry: { type: 'string', placeholder: 'PACKAGE', description: 'import: what the registry keeps about this package' },
	},
	examples: [
		'plugward trust why @examples/link-checker',
		'plugward trust audit --json',
		'plugward trust endorse left-pad@1.3.0 --notes "read all of it"',
		'plugward trust people add ed25519:... --name Ana --level high --scope "@acme/*"',
		'plugward trust import npm:@acme/endorsements',
		'plugward trust roots refresh',
	],
	fields: [
		'type',
		'id',
		'verdict',
		'effective',
		'evidence',
		'identity',
		'identityChanges',
		'acceptances',
		'ownReviews',
		'paths',
		'attestations',
		'attestationsNote',
		'generation',
		'packages',
		'roots',
		'refreshed',
		'from',
		'to',
		'level',
		'signer',
		'sha256',
		'subject',
		'expires',
		'isNewKey',
		'bundle',
		'people',
		'name',
		'added',
		'known',
		'refused',
		'statements',
		'published',
	],
	rows: null,
	run: async (context) => {
		const [word = '', ...rest] = context.parsed.positionals;
		const found = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
		if (found === undefined) {
			const known = Object.keys(WORDS);
			throw unknownSubcommand({ command: 'trust', word, known, usage: `trust ${known.join('|')}` });
		}

		requirePositionals(context.parsed, { least: found.least + 1, most: found.most + 1, usage: `trust ${found.usage}` });
		return found.run(context, rest);
	},
	toJson: (result) => ({ ...result }),
	toText: trustText,
};

async function review({ engine, parsed, call }: CommandContext, verdict: 'endorse' | 'reject', spec: string): Promise<TrustResult> {
	const request = {
		verdict,
		spec,
		from: textFlag(parsed, 'delta'),
		notes: textFlag(parsed, 'notes') ?? '',
		expires: expiryOf(parsed),
		keyless: isSet(parsed, 'keyless') ? keylessSigner(parsed) : null,
	};
	return { type: 'signed', ...(await engine.trust.review(request, call)) };
}

function keylessSigner(parsed: ParsedArguments): KeylessSigner {
	const identityToken = process.env['SIGSTORE_ID_TOKEN'] ?? '';
	if (identityToken === '') {
		throw new EngineError('usage', '--keyless needs an OpenID token in SIGSTORE_ID_TOKEN, which is not set.', {
			hint: 'In a CI job, let it ask for one with the audience "sigstore"; elsewhere leave --keyless out.',
		});
	}

	return {
		identityToken,
		certificateAuthorityUrl: textFlag(parsed, 'fulcio'),
		logUrl: textFlag(parsed, 'rekor'),
		timestampUrl: textFlag(parsed, 'timestamps'),
	};
}

async function people({ engine, parsed, call }: CommandContext, [word, who = '']: readonly string[]): Promise<TrustResult> {
	if (who === '' && (word === 'add' || word === 'remove' || word === 'vouch')) {
		throw new EngineError('usage', `trust people ${word} wants the id of a person.`, {
			hint: `Type: plugward trust people ${word} ed25519:KEY; they print theirs with: plugward trust key`,
		});
	}

	switch (word) {
		case undefined:
			break;
		case 'add':
			await engine.trust.addPerson({ id: who, name: textFlag(parsed, 'name') ?? who, ...terms(parsed) }, call);
			break;
		case 'remove':
			await engine.trust.removePerson(who, call);
			break;
		case 'vouch':
			return { type: 'signed', ...(await engine.trust.vouch({ id: who, name: who, ...terms(parsed) }, call)) };
		default:
			throw unknownSubcommand({
				command: 'trust people',
				word,
				known: ['add', 'remove', 'vouch'],
				usage: `trust ${WORDS['people']?.usage ?? 'people'}`,
			});
	}

	return { type: 'people', people: await engine.trust.people(call) };
}

async function importFrom({ engine, parsed, call }: CommandContext, [source]: readonly string[]): Promise<TrustResult> {
	const name = textFlag(parsed, 'fromRegistry');
	if ((source === undefined) === (name === null)) {
		throw new EngineError('usage', 'import takes one source: a file, npm:PACKAGE, or --from-registry PACKAGE.', {
			hint: 'For example: plugward trust import endorsements.jsonl',
		});
	}

	if (name !== null) {
		return { type: 'imported', ...(await engine.trust.importStatements({ type: 'registry', name }, call)) };
	}

	const path = source ?? '';
	const from = path.startsWith('npm:') ? { type: 'package' as const, spec: path.slice('npm:'.length) } : { type: 'file' as const, path };
	return { type: 'imported', ...(await engine.trust.importStatements(from, call)) };
}

function terms(parsed: ParsedArguments): Pick<PersonSummary, 'level' | 'scopes' | 'expires'> {
	const level = textFlag(parsed, 'level') ?? 'medium';
	if (level !== 'high' && level !== 'medium' && level !== 'low') {
		throw new EngineError('usage', `People are trusted high, medium or low, not "${stripToLine(level)}".`, {
			hint: 'For example: --level high',
		});
	}

	const scopes = listFlag(parsed, 'scope');
	return { level, scopes: scopes.length === 0 ? ['*'] : scopes, expires: expiryOf(parsed) };
}

function expiryOf(parsed: ParsedArguments): string {
	const text = textFlag(parsed, 'expires');
	if (text === null) {
		return new Date(Date.now() + 365 * DAY_MILLISECONDS).toISOString();
	}

	if (Number.isNaN(Date.parse(text))) {
		throw new EngineError('usage', `"${stripToLine(text)}" is no date.`, { hint: 'For example: --expires 2027-06-30' });
	}

	return new Date(text).toISOString();
}
