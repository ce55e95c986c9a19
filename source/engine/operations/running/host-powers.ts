import { EngineError } from '../../errors.ts';
import type { PluginManifest } from '../../manifest.ts';
import type { HostPowerUse } from '../../sandbox/index.ts';
import { stripToLine } from '../../strip-controls.ts';

const SHOWN = 3;

/** What a thing of the machine would be good for, to end a sentence. */
const MEANINGS: Readonly<Record<string, string>> = {
	child_process: 'which starts programs',
	cluster: 'which starts processes',
	ffi: 'which calls machine code',
	inspector: 'which debugs its process',
	repl: 'which reads from the terminal by itself',
	sqlite: 'which opens files by itself',
	wasi: 'which opens files by itself',
};
const SOCKETS = 'which opens sockets';

/** What the code of a package needs of the machine. */
export type PowersOf = {
	readonly name: string;
	readonly version: string;
	/** Null for a plain package. */
	readonly manifest: PluginManifest | null;
	readonly powers: readonly HostPowerUse[];
};

/**
 * The imports that keep a package from running. Of a plugin, every one that its code cannot do without and that its manifest does not
 * say it works without. A plain package was written for other places, and its dependencies import much that is never called: there,
 * only what it imports itself; what a dependency calls all the same ends the run.
 */
export function missingPowers({ manifest, powers }: Pick<PowersOf, 'manifest' | 'powers'>): readonly HostPowerUse[] {
	const without = new Set(manifest?.worksWithout ?? []);
	return powers.filter(({ isRequired, isOwn, power }) => isRequired && (manifest === null ? isOwn : !without.has(power)));
}

/** Throws `host-power-needed`. */
export function refuseMissingPowers(code: PowersOf): void {
	const missing = missingPowers(code);
	if (missing.length > 0) {
		const { name, version, manifest } = code;
		throw new EngineError('host-power-needed', `${name}@${version} cannot run in the sandbox: ${sentenceOf(missing)}`, {
			hint: manifest === null ? hintForUser(missing) : hintForAuthor(missing),
			details: { powers: missing },
		});
	}
}

/** `foo > bar/lib/x.js imports "child_process", which starts programs.` */
export function sentenceOf(uses: readonly HostPowerUse[]): string {
	const shown = uses.slice(0, SHOWN).map((use) => {
		const imported = `${stripToLine(use.trail)} imports "${stripToLine(use.specifier)}"`;
		return use.power === 'native addon' ? `${imported}, which is machine code` : `${imported}, ${MEANINGS[use.power] ?? SOCKETS}`;
	});
	const rest = uses.length - shown.length;
	return `${shown.join('; ')}${rest === 0 ? '' : `; and ${rest} more`}.`;
}

function hintForUser(missing: readonly HostPowerUse[]): string {
	return missing.some(({ power }) => power === 'native addon')
		? 'Look for a package that does the same in JavaScript, or run it all the same, with that import failing: --anyway'
		: 'Run it all the same, with what it calls of that failing: --anyway';
}

/** Whoever installs it can only choose; whoever wrote it can do without, or ask for less. */
function hintForAuthor(missing: readonly HostPowerUse[]): string {
	const powers = new Set(missing.map(({ power }) => power));
	const instead = powers.has('child_process')
		? 'ask for the permission "run"'
		: powers.has('native addon')
			? 'use a version in JavaScript'
			: 'ask for the permission "net" and use fetch';
	return `Choose another plugin. If it is yours: ${instead}, import it inside of try/catch, or name it in plugward.worksWithout.`;
}

/** For a program that got as far as calling what is not there. */
export function endedLacking({ name, version, lacked, powers }: Omit<PowersOf, 'manifest'> & { readonly lacked: string }): EngineError {
	const where = powers.length === 0 ? '' : ` (${sentenceOf(powers).replace(/\.$/, '')})`;
	return new EngineError('host-power-needed', `${name}@${version} cannot go on in the sandbox: ${lacked}${where}`, {
		hint: 'Another way of calling it may do without; else look for a package that is all JavaScript.',
		details: { powers },
	});
}
