// The package ships no types. Only what `npm-configuration.ts` uses is declared.
declare module '@npmcli/config' {
	type Options = {
		readonly definitions: unknown;
		readonly shorthands: unknown;
		readonly flatten: unknown;
		readonly nerfDarts: unknown;
		readonly npmPath: string;
		readonly env: Record<string, string | undefined>;
		readonly argv: readonly string[];
		readonly cwd: string;
	};

	class Config {
		constructor(options: Options);
		load(): Promise<void>;
		get(key: string): unknown;
		/** The kind of source that sets the key: `env`, `user`, `global`, `project`, `default`; null when nothing does. */
		find(key: string): string | null;
		readonly flat: Record<string, unknown>;
		readonly data: ReadonlyMap<
			string,
			{ readonly data: Readonly<Record<string, unknown>>; /** As written in the file. */ readonly raw?: Readonly<Record<string, unknown>> }
		>;
	}

	export = Config;
}

declare module '@npmcli/config/lib/definitions/index.js' {
	const parts: {
		readonly definitions: unknown;
		readonly shorthands: unknown;
		readonly flatten: unknown;
		readonly nerfDarts: unknown;
	};

	export = parts;
}
