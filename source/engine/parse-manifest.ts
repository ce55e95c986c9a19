import * as v from 'valibot';

import { EngineError } from './errors.ts';
import {
	DEFAULT_LIMITS,
	MAXIMUM_LIMITS,
	MAXIMUM_STORAGE_BYTES,
	type JsonSchema,
	type PluginManifest,
	type PluginMessages,
} from './manifest.ts';
import {
	isArgumentList,
	isPluginName,
	isProgram,
	isTopic,
	parseHostAndPort,
	parseMethods,
	type Permission,
	permissionId,
} from './permission.ts';
import { HIDDEN_MARK, stripToLine } from './strip-controls.ts';

const MAXIMUM_TASKS = 100;
const MAXIMUM_PERMISSIONS = 100;
const MAXIMUM_ROUTES = 100;
const MAXIMUM_SCHEMA_BYTES = 64 * 1024;
const MAXIMUM_SCHEMA_DEPTH = 32;
const MINIMUM_MEMORY_BYTES = 16 * 1024 * 1024;

const taskName = v.pipe(
	v.string(),
	v.regex(/^[a-z][a-zA-Z0-9-]{0,63}$/, 'expected a task name: a lower-case letter, then letters, digits or dashes'),
);
const reason = v.pipe(
	v.string(),
	v.maxLength(300),
	v.transform(stripToLine),
	v.check((text) => text.replaceAll(HIDDEN_MARK, '').trim() !== '', 'expected a reason the user can read'),
);

const schema = v.pipe(
	v.record(v.string(), v.unknown()),
	v.check((value) => depthOf(value) <= MAXIMUM_SCHEMA_DEPTH, `expected a JSON Schema at most ${MAXIMUM_SCHEMA_DEPTH} levels deep`),
	v.check(
		(value) => JSON.stringify(value).length <= MAXIMUM_SCHEMA_BYTES,
		`expected a JSON Schema of at most ${MAXIMUM_SCHEMA_BYTES} characters`,
	),
);

const task = v.strictObject({
	description: v.optional(v.pipe(v.string(), v.maxLength(1000), v.transform(stripToLine)), ''),
	input: v.optional(schema, {}),
	output: v.optional(schema, {}),
});

const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));

const netPermission = v.pipe(
	v.strictObject({
		type: v.literal('net'),
		host: v.pipe(v.string(), v.maxLength(253)),
		port: v.optional(port),
		methods: v.optional(
			v.pipe(
				v.array(v.string()),
				v.check((names) => parseMethods(names) !== null, 'expected names of HTTP methods such as GET'),
			),
		),
		reason,
	}),
	v.rawTransform(({ dataset, addIssue, NEVER }): Permission => {
		const { host, reason, port, methods } = dataset.value;
		const target = parseHostAndPort(host);
		if (target === null || (port !== undefined && host.toLowerCase() !== target.host)) {
			addIssue({ message: 'expected a host name, optionally with :port', path: [pathItem(dataset.value, 'host')] });
			return NEVER;
		}

		const named = methods === undefined ? null : parseMethods(methods);
		return { type: 'net', host: target.host, port: port ?? target.port, ...(named === null ? {} : { methods: named }), reason };
	}),
);

const fsPermission = v.strictObject({
	type: v.literal('fs'),
	path: v.pipe(
		v.string(),
		v.maxLength(1000),
		v.check(isPathPattern, 'expected $project/..., $data/... or an absolute path, without . or .. parts'),
	),
	access: v.picklist(['read', 'write']),
	reason,
});

const envPermission = v.strictObject({
	type: v.literal('env'),
	name: v.pipe(v.string(), v.regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'expected the name of an environment variable')),
	reason,
});

const runPermission = v.strictObject({
	type: v.literal('run'),
	program: v.pipe(v.string(), v.check(isProgram, 'expected the name of a program or an absolute path')),
	args: v.optional(
		v.pipe(
			v.array(v.string()),
			v.check((args) => isArgumentList(args), 'expected at most 50 patterns without white space, ** only as the last'),
		),
		[],
	),
	reason,
});

const messagePermission = v.strictObject({
	type: v.literal('message'),
	direction: v.picklist(['send', 'receive']),
	plugin: v.pipe(v.string(), v.check(isPluginName, 'expected the name of a plugin')),
	topic: v.pipe(v.string(), v.check(isTopic, 'expected a topic: lower-case letters, digits, dots, dashes and slashes, or *')),
	reason,
});

const permission = v.variant('type', [netPermission, fsPermission, envPermission, runPermission, messagePermission]);

const limits = v.strictObject({
	wallMilliseconds: v.optional(limit(1, MAXIMUM_LIMITS.wallMilliseconds), DEFAULT_LIMITS.wallMilliseconds),
	cpuMilliseconds: v.optional(limit(1, MAXIMUM_LIMITS.cpuMilliseconds), DEFAULT_LIMITS.cpuMilliseconds),
	storageBytes: v.exactOptional(limit(1, MAXIMUM_STORAGE_BYTES)),
	memoryBytes: v.optional(limit(MINIMUM_MEMORY_BYTES, MAXIMUM_LIMITS.memoryBytes), DEFAULT_LIMITS.memoryBytes),
});

const peer = v.pipe(v.string(), v.check(isPluginName, 'expected the name of a package'));
const topic = v.pipe(
	v.string(),
	v.regex(/^[a-z][a-z0-9./-]{0,63}$/, 'expected a topic: a lower-case letter, then letters, digits, dots, dashes or slashes'),
);
const messages = v.strictObject({
	send: v.optional(v.pipe(v.array(v.strictObject({ to: peer, topic })), v.maxLength(MAXIMUM_ROUTES)), []),
	receive: v.optional(v.pipe(v.array(v.strictObject({ from: peer, topic })), v.maxLength(MAXIMUM_ROUTES)), []),
});

const stateVersion = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000));
const state = v.pipe(
	v.strictObject({ version: stateVersion, readsFrom: v.optional(stateVersion) }),
	v.check(({ version, readsFrom = version }) => readsFrom <= version, 'expected readsFrom to be no newer than version'),
	v.transform(({ version, readsFrom = version }) => ({ version, readsFrom })),
);

const manifest = v.strictObject({
	apiVersion: v.literal(1),
	main: v.pipe(v.string(), v.maxLength(500), v.check(isMain, 'expected a file of the package that starts with ./')),
	tasks: v.pipe(
		v.record(taskName, task),
		v.check((tasks) => Object.keys(tasks).length <= MAXIMUM_TASKS, `expected at most ${MAXIMUM_TASKS} tasks`),
	),
	permissions: v.optional(v.pipe(v.array(permission), v.maxLength(MAXIMUM_PERMISSIONS)), []),
	limits: v.optional(limits, {}),
	messages: v.exactOptional(messages),
	state: v.exactOptional(state),
	runtime: v.exactOptional(v.picklist(['isolate', 'native'])),
	worksWithout: v.exactOptional(
		v.pipe(
			v.array(v.pipe(v.string(), v.regex(/^(?:[a-z][a-z0-9_]{0,31}|native addon)$/, 'expected the name of a module of node'))),
			v.maxLength(20),
		),
	),
	stays: v.exactOptional(v.boolean()),
});

/**
 * The `plugward` field of a parsed package.json, or null when there is none: then it is a plain package. Unknown fields are refused,
 * so that a misspelt `permissions` is not read as "needs nothing". Throws `manifest-invalid`, naming the field.
 */
export function parsePluginManifest(packageJson: unknown): PluginManifest | null {
	if (typeof packageJson !== 'object' || packageJson === null || !Object.hasOwn(packageJson, 'plugward')) {
		return null;
	}

	const { plugward } = packageJson as { readonly plugward: unknown };
	const result = v.safeParse(manifest, plugward, { abortEarly: true, abortPipeEarly: true });
	if (result.success) {
		const { tasks, permissions, messages: routes } = result.output;
		return { ...result.output, tasks: withoutPrototype(tasks), permissions: [...permissions, ...permissionsOfRoutes(routes, permissions)] };
	}

	const [issue] = result.issues;
	const field = ['plugward', ...(issue.path ?? []).map((item) => String(item.key))].join('.');
	throw new EngineError(
		'manifest-invalid',
		`The package.json is not a valid plugin manifest: ${stripToLine(field)}: ${stripToLine(issue.message)}.`,
		{
			hint: 'Compare the field with plugward/plugin-manifest.schema.json, which describes the manifest.',
			details: { field },
		},
	);
}

/** A route is a right like any other: the user is asked for it, and can take it back. */
export function permissionsOfRoutes(
	{ send, receive }: PluginMessages = { send: [], receive: [] },
	declared: readonly Permission[] = [],
): readonly Permission[] {
	const known = new Set(declared.map(permissionId));
	const wanted: readonly Permission[] = [
		...send.map(({ to, topic: name }) => messageTo('send', to, name)),
		...receive.map(({ from, topic: name }) => messageTo('receive', from, name)),
	];
	return wanted.filter((one) => {
		const isNew = !known.has(permissionId(one));
		known.add(permissionId(one));
		return isNew;
	});
}

function messageTo(direction: 'send' | 'receive', plugin: string, name: string): Permission {
	const reason = direction === 'send' ? `To tell ${plugin} about "${name}"` : `To be told about "${name}" by ${plugin}`;
	return { type: 'message', direction, plugin, topic: name, reason };
}

function limit(minimum: number, maximum: number) {
	return v.pipe(v.number(), v.integer(), v.minValue(minimum), v.maxValue(maximum));
}

function isMain(path: string): boolean {
	return (
		path.startsWith('./') &&
		path.length > 2 &&
		!/[\0\\]/.test(path) &&
		path
			.slice(2)
			.split('/')
			.every((name) => !['', '.', '..'].includes(name))
	);
}

function isPathPattern(path: string): boolean {
	const rest = /^(?:\$project|\$data)?\/(.+)$/.exec(path)?.[1];
	return rest !== undefined && !rest.includes('\0') && rest.split('/').every((name) => !['', '.', '..'].includes(name));
}

function pathItem(input: Record<string, unknown>, key: string): v.ObjectPathItem {
	return { type: 'object', origin: 'value', input, key, value: input[key] };
}

// A task may be called `constructor`; on a plain object a lookup by a user's word would then find inherited things.
function withoutPrototype<T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
	return Object.assign(Object.create(null) as Record<string, T>, record);
}

function depthOf(value: unknown): number {
	let depth = 0;
	let level: unknown[] = [value];
	while (level.length > 0 && depth <= MAXIMUM_SCHEMA_DEPTH) {
		depth += 1;
		level = level.filter((item): item is JsonSchema => typeof item === 'object' && item !== null).flatMap((item) => Object.values(item));
	}

	return depth;
}
