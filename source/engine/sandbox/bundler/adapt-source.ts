import { mountedPath } from './mounts.ts';

export type SourceFile = {
	/** The package's name below the made-up folder. */
	readonly mount: string;
	/** Relative to the package. */
	readonly path: string;
	readonly isModule: boolean;
	/** True for the file a program starts with. */
	readonly isEntry: boolean;
};

/** `require(` and `import(` of something that is not written out, neither as a method nor in a template. */
const COMPUTED = /(?<![.\w$]|function )(require|import)\(\s*(?!["'`)$/]|\.\.\.|[\w$,\s]*\)\s*\{)/g;
/** `import('./' + name)`, which esbuild would turn into a search of folders. */
const CONCATENATED = /(?<![.\w$])(require|import)(?=\(\s*(?:`\.{1,2}\/[^`$]*\$\{|(["'])\.{0,2}\/?[^"'\n]*\2\s*\+))/g;
const CREATED = /(?:const|let|var)\s+(\w{3,})\s*=\s*(?:\w+\.)?createRequire\w*\(\s*import\.meta\.(?:url|filename)\s*\)\s*;?/g;
const RESOLVE = /(?<![.\w$])require\.resolve\(/g;
const MAIN = /require\.main\s*(!==?|===?)\s*module\b/g;
const STRICT = /^(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*["']use strict["']/;

/**
 * Puts into a file what node gives each file and a bundle has only once: its own place, `require` of a computed path, whether it is
 * the program. No line is added or removed, so that positions stay those of the file.
 */
export function adaptSource(source: string, file: SourceFile): string {
	const place = mountedPath(file.mount, file.path);
	const named = source
		.replace(/^\uFEFF?#![^\n]*/, '')
		.replace(CREATED, (declaration, name: string) => takeCreated(declaration, name, source));
	// Without a quote of its own, since the same text may stand in a string that becomes code later.
	const text = renameCreated(named, source)
		.replace(MAIN, (_, operator: string) => String(operator.startsWith('=') === file.isEntry))
		.replace(RESOLVE, 'plugwardHere.require.resolve(')
		.replace(CONCATENATED, 'plugwardHere.$1')
		.replace(COMPUTED, 'plugwardHere.$1(');
	return `${header(text, { place, file })}${text}`;
}

/** `const require = createRequire(import.meta.url)` hides what could be bundled. */
function takeCreated(declaration: string, name: string, source: string): string {
	return name === 'require' || calls(name, source) ? declaration.replaceAll(/[^\n]/g, '') : declaration;
}

function renameCreated(text: string, source: string): string {
	let renamed = text;
	for (const [, name = ''] of source.matchAll(CREATED)) {
		if (name !== 'require' && calls(name, source)) {
			renamed = renamed.replaceAll(new RegExp(String.raw`(?<![.\w$])${name}(?=\(|\.resolve\()`, 'g'), 'require');
		}
	}

	return renamed;
}

/** Only where it is called and nothing else: passed around it has to stay a function. */
function calls(name: string, source: string): boolean {
	const all = source.match(new RegExp(String.raw`(?<![.\w$])${name}\b`, 'g'))?.length ?? 0;
	const called = source.match(new RegExp(String.raw`(?<![.\w$])${name}(?=\(|\.resolve\()`, 'g'))?.length ?? 0;
	return all === called + 1;
}

function header(text: string, { place, file }: { readonly place: string; readonly file: SourceFile }): string {
	const quoted = JSON.stringify(place);
	const folder = JSON.stringify(place.slice(0, place.lastIndexOf('/')));
	const parts: string[] = [];
	if (text.includes('plugwardHere.') || (file.isModule && text.includes('import.meta'))) {
		parts.push(`var plugwardHere = plugwardModule.here(${quoted});`);
	}

	if (file.isModule && text.includes('import.meta')) {
		parts.push(`var plugwardMeta = plugwardHere.meta(${file.isEntry});`);
	}

	if (!file.isModule && /\b__(?:dirname|filename)\b/.test(text)) {
		parts.push(`var __dirname = ${folder}, __filename = ${quoted};`);
	}

	return parts.length > 0 && STRICT.test(text) ? `"use strict"; ${parts.join('')}` : parts.join('');
}
