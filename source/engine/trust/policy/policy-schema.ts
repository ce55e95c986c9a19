import type { JsonSchema } from '../../manifest.ts';
import { LEVELS } from '../../evidence.ts';
import { EXCEPTION_RULES } from '../../exception-rules.ts';
import { PERMISSION_KINDS } from '../../permission.ts';

const text = { type: 'string', minLength: 1 };
const texts = { type: 'array', items: text };
const namePatterns = {
	type: 'array',
	items: { type: 'string', pattern: '^(?:\\*|@[^/*]+/\\*|(?:@[^/*]+/)?[^/*@]+)$' },
	description: 'Exact names, "@scope/*", or "*".',
};
const pin = {
	type: 'object',
	additionalProperties: false,
	description: 'Compared letter by letter; a field that is left out is not compared.',
	properties: {
		issuer: text,
		subject: text,
		repository: { ...text, description: 'For instance https://github.com/acme/plug' },
		repositoryId: text,
		ownerId: text,
		workflow: { ...text, description: 'For instance .github/workflows/publish.yml' },
		refs: { ...texts, description: 'Full refs; one that ends in /* stands for everything below it.' },
		triggers: texts,
		runner: text,
	},
};
const personId = { type: 'string', pattern: '^(?:ed25519:[\\w-]{43}|sigstore:https:\\/\\/[^\\s#]+#\\S+)$' };
const within = (minimum: number, maximum: number) => ({ type: 'integer', minimum, maximum });
const absolutePath = { type: 'string', pattern: '^(?:\\/|[A-Za-z]:[\\\\/])' };
const person = {
	type: 'object',
	additionalProperties: false,
	required: ['id', 'name', 'level', 'expires'],
	properties: { id: personId, name: text, level: { enum: ['high', 'medium', 'low'] }, scopes: namePatterns, expires: text },
};
const certifier = {
	type: 'object',
	additionalProperties: false,
	required: ['id', 'name'],
	properties: { id: personId, name: text, scopes: namePatterns },
};
const bound = { id: text, scopes: namePatterns, registries: { ...texts, description: 'URLs of registries.' } };
const root = {
	anyOf: [
		{ type: 'object', additionalProperties: false, required: ['id', 'file'], properties: { ...bound, file: absolutePath } },
		{
			type: 'object',
			additionalProperties: false,
			required: ['id', 'tuf', 'root'],
			properties: { ...bound, tuf: { ...text, description: 'URL of a TUF repository.' }, root: absolutePath },
		},
	],
};
const ceiling = { enum: ['allow', 'ask', 'deny'] };
const ceilings = {
	type: 'object',
	additionalProperties: false,
	properties: Object.fromEntries(PERMISSION_KINDS.map((kind) => [kind, ceiling])),
};

/** JSON Schema of a policy file, for editors; `parseTrustPolicy` accepts what it accepts and also reads the dates. */
export const TRUST_POLICY_SCHEMA: JsonSchema = {
	$schema: 'http://json-schema.org/draft-07/schema#',
	title: 'plugward trust policy',
	type: 'object',
	additionalProperties: false,
	required: ['version'],
	properties: {
		$schema: { type: 'string' },
		version: { const: 1 },
		minimumLevel: { enum: [...LEVELS], description: 'A plugin below it is asked about.' },
		minimumAgeHours: { type: 'number', minimum: 0, description: 'A younger version is asked about.' },
		ageExempt: namePatterns,
		requireProvenance: namePatterns,
		pins: { type: 'object', additionalProperties: pin, description: 'Package name -> who must have built it.' },
		ownRegistries: { ...texts, description: 'URLs of registries where age is not judged.' },
		permissionCeilings: {
			type: 'object',
			additionalProperties: false,
			properties: Object.fromEntries(LEVELS.map((level) => [level, ceilings])),
		},
		people: { type: 'array', items: person, description: 'Whose endorsements and rejections count.' },
		certifiers: { type: 'array', items: certifier, description: 'Whose certifications count.' },
		quorum: {
			type: 'object',
			additionalProperties: false,
			description: 'How many of your own people must endorse, and how far a path may lead.',
			properties: { high: within(1, 10), medium: within(1, 20), depth: within(0, 4), budget: within(0, 20) },
		},
		core: {
			type: 'object',
			additionalProperties: pin,
			description: "Only in an organisation's policy: package name -> who must have built it.",
		},
		roots: { type: 'array', items: root, description: 'Private Sigstore roots, each for its names and registries only.' },
		organisation: {
			type: 'object',
			additionalProperties: false,
			required: ['file', 'key'],
			properties: { file: absolutePath, key: personId },
			description: 'A signed policy of the organisation; only read from the policy of the user.',
		},
		allowedLicences: { type: ['array', 'null'], items: text, description: 'SPDX ids; null allows any.' },
		advisories: {
			description: '"registry", or the absolute path of a file or folder of OSV advisories; with "key" a signed set.',
			anyOf: [
				{ type: ['string', 'null'] },
				{
					type: 'object',
					additionalProperties: false,
					required: ['source', 'key'],
					properties: {
						source: { ...text, description: '"registry", "kept", or an absolute path.' },
						key: { type: 'string', pattern: '^ed25519:[\\w-]{43}$' },
						maximumAgeDays: { type: 'integer', minimum: 1, maximum: 365 },
					},
				},
			],
		},
		openpgp: {
			type: 'array',
			items: {
				type: 'object',
				additionalProperties: false,
				required: ['names', 'keys'],
				properties: { names: namePatterns, keys: { ...text, description: 'Absolute path of a file of armored public keys.' } },
			},
		},
		acceptances: {
			type: 'object',
			additionalProperties: false,
			description: 'What --accept-... needs, and how many days it holds at most.',
			properties: { reason: { enum: ['optional', 'required'] }, days: { type: 'integer', minimum: 1, maximum: 365 } },
		},
		sandbox: {
			type: 'object',
			additionalProperties: false,
			description: 'What plugins may not run without: bubblewrap around each, V8 without machine code.',
			properties: { strict: { type: 'boolean' }, jitless: { type: 'boolean' } },
		},
		exceptions: {
			type: 'array',
			items: {
				type: 'object',
				additionalProperties: false,
				required: ['package', 'rule', 'reason', 'expires'],
				properties: {
					package: { ...text, description: 'A name, or name@version.' },
					rule: { enum: [...EXCEPTION_RULES] },
					reason: text,
					expires: { ...text, description: 'ISO time.' },
				},
			},
		},
	},
};
