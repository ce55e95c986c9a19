import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';

import { EngineError } from '../../../source/engine/errors.ts';
import { DEFAULT_LIMITS } from '../../../source/engine/manifest.ts';
import { parsePluginManifest } from '../../../source/engine/sandbox/index.ts';

const good = {
	apiVersion: 1,
	main: './plugin.js',
	tasks: { check: { description: 'Checks', input: { type: 'object' }, output: { type: 'object' } } },
	permissions: [
		{ type: 'net', host: 'API.example.com', reason: 'to ask' },
		{ type: 'net', host: 'api.example.com', port: 8443, reason: 'to ask' },
		{ type: 'fs', path: '$project/logs/**', access: 'read', reason: 'to read' },
		{ type: 'env', name: 'API_KEY', reason: 'to sign' },
	],
	limits: { wallMilliseconds: 5000 },
};

test('a package without the field is a plain package', () => {
	expect(parsePluginManifest({ name: 'x' })).toBeNull();
	expect(parsePluginManifest(null)).toBeNull();
	expect(parsePluginManifest(Object.create({ plugward: good }))).toBeNull();
});

test('a manifest is read with its defaults', () => {
	const manifest = parsePluginManifest({ plugward: good });
	expect(
		manifest?.permissions.map((permission) => (permission.type === 'net' ? `${permission.host}:${permission.port}` : permission.type)),
	).toEqual(['api.example.com:443', 'api.example.com:8443', 'fs', 'env']);
	expect(manifest?.limits).toEqual({ ...DEFAULT_LIMITS, wallMilliseconds: 5000 });
	expect(parsePluginManifest({ plugward: { apiVersion: 1, main: './p.js', tasks: {} } })?.limits).toEqual(DEFAULT_LIMITS);
});

test('text shown to the user has marks in place of control characters', () => {
	const permissions = [{ type: 'env', name: 'A', reason: 'nice\u001B[2J\nand\u202Eevil' }];
	expect(parsePluginManifest({ plugward: { ...good, permissions } })?.permissions[0]?.reason).toBe('nice\uFFFD and\uFFFDevil');
});

const deep = (levels: number): object => (levels === 0 ? {} : { not: deep(levels - 1) });

const BAD: readonly (readonly [string, unknown])[] = [
	['plugward', 'text'],
	['plugward.apiVersion', { ...good, apiVersion: 2 }],
	['plugward.main', { ...good, main: 'plugin.js' }],
	['plugward.main', { ...good, main: './../../secret.js' }],
	['plugward.main', { ...good, main: './a/../../b.js' }],
	['plugward.main', { ...good, main: String.raw`./..\secret.js` }],
	['plugward.tasks.Bad Name', { ...good, tasks: { 'Bad Name': {} } }],
	['plugward.tasks.check.input', { ...good, tasks: { check: { input: 'x' } } }],
	['plugward.tasks.check.input', { ...good, tasks: { check: { input: deep(40) } } }],
	['plugward.tasks.check.input', { ...good, tasks: { check: { input: deep(7000) } } }],
	['plugward.tasks.check.input', { ...good, tasks: { check: { input: { description: 'x'.repeat(70_000) } } } }],
	['plugward.permision', { ...good, permision: [] }],
	['plugward.permissions.0.type', { ...good, permissions: [{ type: 'exec', name: 'sh', reason: 'x' }] }],
	['plugward.permissions.0.host', { ...good, permissions: [{ type: 'net', host: '*', reason: 'x' }] }],
	['plugward.permissions.0.host', { ...good, permissions: [{ type: 'net', host: 'a.example/x', reason: 'x' }] }],
	['plugward.permissions.0.host', { ...good, permissions: [{ type: 'net', host: 'a.example:80', port: 81, reason: 'x' }] }],
	['plugward.permissions.0.path', { ...good, permissions: [{ type: 'fs', path: '$project/../x', access: 'read', reason: 'x' }] }],
	['plugward.permissions.0.path', { ...good, permissions: [{ type: 'fs', path: '$home/x', access: 'read', reason: 'x' }] }],
	['plugward.permissions.0.access', { ...good, permissions: [{ type: 'fs', path: '/x', access: 'all', reason: 'x' }] }],
	['plugward.permissions.0.reason', { ...good, permissions: [{ type: 'env', name: 'A', reason: ' \u200B ' }] }],
	['plugward.permissions.0.reason', { ...good, permissions: [{ type: 'env', name: 'A' }] }],
	['plugward.permissions.0.methods', { ...good, permissions: [{ type: 'net', host: 'a.example', methods: ['BREW'], reason: 'x' }] }],
	['plugward.permissions.0.program', { ...good, permissions: [{ type: 'run', program: '../x', reason: 'x' }] }],
	['plugward.permissions.0.args', { ...good, permissions: [{ type: 'run', program: 'git', args: ['a b'], reason: 'x' }] }],
	['plugward.permissions.0.args', { ...good, permissions: [{ type: 'run', program: 'git', args: ['**', 'a'], reason: 'x' }] }],
	[
		'plugward.permissions.0.plugin',
		{ ...good, permissions: [{ type: 'message', direction: 'send', plugin: 'A B', topic: 'x', reason: 'x' }] },
	],
	['plugward.permissions.0.topic', { ...good, permissions: [{ type: 'message', direction: 'send', plugin: 'b', topic: '', reason: 'x' }] }],
	['plugward.limits.memoryBytes', { ...good, limits: { memoryBytes: 2 ** 40 } }],
	['plugward.limits.wallMilliseconds', { ...good, limits: { wallMilliseconds: 1.5 } }],
];

test.each(BAD)('%s is named when it is wrong', (field, plugward) => {
	try {
		parsePluginManifest({ plugward });
	} catch (error) {
		expect(error).toBeInstanceOf(EngineError);
		expect(error).toMatchObject({ code: 'manifest-invalid', exitCode: 5, details: { field } });
		return;
	}

	throw new Error('it was accepted');
});

test('the published JSON Schema accepts what the parser accepts', async () => {
	const schema: unknown = JSON.parse(
		await readFile(new URL('../../../source/engine/sdk/plugin-manifest.schema.json', import.meta.url), 'utf8'),
	);
	const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema as object);
	expect(validate(good)).toBe(true);
	// Depth, size and what a reason looks like after stripping are beyond a schema.
	const refused = BAD.filter(([, manifest]) => !validate(manifest)).length;
	expect(refused).toBeGreaterThanOrEqual(20);
});
