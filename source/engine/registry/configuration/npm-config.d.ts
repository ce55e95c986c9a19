// The package ships no types. Only what `npm-configuration.ts` uses is declared.
declare module '@npmcli/config' {
	type Options = {
		readonly definitions: Readonly<Record<string, Config.Definition>>;
		readonly shorthands: Readonly<Record<string, readonly string[]>>;
		readonly flatten: (data: Readonly<Record<string, unknown>>, flat?: Record<string, unknown>) => Record<string, unknown>;
		readonly nerfDarts: readonly string[];
		readonly npmPath: string;
		readonly env: Record<string, string | undefined>;
		readonly argv: readonly string[];
		readonly cwd: string;
	};

	class Config {
		constructor(options: Options);
		/** Everything there is. */
		load(): Promise<void>;
		/** The first parts of that, which need each other in this order. */
		loadDefaults(): void;
		loadCLI(): void;
		loadProjectConfig(): Promise<void>;
		static readonly typeDefs: Config.TypeDefinitions;
		get(key: string): unknown;
		/** The kind of source that sets the key: `env`, `user`, `global`, `project`, `default`; null when nothing does. */
		find(key: string): string | null;
		readonly flat: Record<string, unknown>;
		readonly data: ReadonlyMap<
			string,
			{ readonly data: Readonly<Record<string, unknown>>; /** As written in the file. */ readonly raw?: Readonly<Record<string, unknown>> }
		>;
	}

	namespace Config {
		/** `type` in the form of nopt: a value, what makes one, or several of these. */
		type Definition = { readonly type: unknown; readonly default: unknown };
		type TypeDefinitions = Readonly<Record<'path' | 'url', { readonly type: unknown }>>;
	}

	export = Config;
}
