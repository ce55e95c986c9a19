/** How hosts are started: the same for every plugin of an engine. */
export type SandboxRules = {
	/** No plugin runs without a wall of the system around its process. */
	readonly isStrict: boolean;
	/** V8 makes no machine code while plugins run: slower, without WebAssembly, and without the part of V8 that most faults were found in. */
	readonly isJitless: boolean;
	/** Where `bwrap` is looked up, as in PATH; undefined for nowhere. */
	readonly searchPath: string | undefined;
};

export const USUAL_RULES: SandboxRules = { isStrict: false, isJitless: false, searchPath: undefined };
