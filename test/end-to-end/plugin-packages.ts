import type { FakeRegistry, ServedVersion } from '../helpers/fake-registry.ts';

export type ServedPlugin = {
	/** Body of `execute({ task, input }, context)`. */
	readonly execute: string;
	readonly tasks?: readonly string[];
	readonly permissions?: readonly Readonly<Record<string, unknown>>[];
	readonly limits?: Readonly<Record<string, number>>;
	readonly manifest?: Readonly<Record<string, unknown>>;
	readonly stays?: boolean;
	readonly messages?: Readonly<Record<string, unknown>>;
};

/** Publishes a plugin whose one file is written here. */
export function servePlugin(registry: FakeRegistry, [name, version]: readonly [string, string], plugin: ServedPlugin): ServedVersion {
	const { execute, tasks = ['go'], permissions = [], limits = {}, manifest = {}, stays = false, messages } = plugin;
	return registry.serve(
		name,
		version,
		{
			type: 'module',
			license: 'MIT',
			description: `What ${name} does, in one sentence`,
			...manifest,
			plugward: {
				apiVersion: 1,
				main: './plugin.js',
				tasks: Object.fromEntries(tasks.map((task) => [task, { description: `Does ${task}`, input: {}, output: {} }])),
				permissions,
				limits,
				stays,
				...(messages === undefined ? {} : { messages }),
			},
		},
		{
			'plugin.js': `import { definePlugin } from 'plugward/sdk';\nexport default definePlugin({ async execute({ task, input }, context) { ${execute} } });\n`,
		},
	);
}
