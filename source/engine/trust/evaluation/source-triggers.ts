import { capabilityOfModule } from './module-capabilities.ts';

/**
 * Words without which a file can reach nothing of note. They are looked for in the text, comments included, since looking is ten times
 * cheaper than parsing; a file that has none of them is passed over. Names that say nothing (`process.env.NODE_ENV`) do not count.
 */
const WORDS = new RegExp(
	[
		String.raw`\bprocess\b(?=\s*[.[;,)}=:|&?\n])(?!\.(?:env\.(?:NODE_ENV|NODE_DEBUG|DEBUG|NO_COLOR|FORCE_COLOR|CI|TERM)\b|stdout|stderr|stdin|platform|cwd\(|nextTick|argv|exit|version|hrtime|on\(|once\(|emitWarning|arch|pid|title|uptime|memoryUsage|browser|release|execPath|execArgv|features|config\b))`,
		String.raw`\beval\b`,
		String.raw`\bFunction\s*\(`,
		String.raw`\bFunction\b(?=\s*[;,)\]}])(?<!instanceof Function)`,
		String.raw`\.\s*constructor\s*(?:\(|\.\s*constructor)`,
		String.raw`\[\s*["'\x60][\w$]+["'\x60]\s*\]\s*(?:\(|\[)`,
		String.raw`\b(?:WebAssembly|fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon)\b`,
		String.raw`\bglobalThis\b|(?<![.\w$])global\b(?!\s*[:(])`,
		String.raw`\b(?:window|self|root|top)\s*\[|\bthis\s*\[\s*["'\x60]`,
		String.raw`\bset(?:Timeout|Interval)\s*\(\s*["'\x60]`,
		String.raw`_0x[0-9a-fA-F]{3}`,
		String.raw`\.push\s*\(\s*[\w$]+\.shift\s*\(`,
		String.raw`\\u(?:00[4-7][0-9a-fA-F]|\{0*[4-7][0-9a-fA-F]\})`,
		String.raw`(?:\\x[2-7][0-9a-fA-F]){4}`,
		String.raw`[\[\]()!+]{200}`,
		String.raw`[A-Za-z0-9+/=_-]{1000}`,
		String.raw`[\uFE00-\uFE0F]{8}|\uDB40[\uDC00-\uDDEF]|[\u202A\u202B\u202D\u202E\u2066-\u2068]`,
		String.raw`\.(?:ssh|npmrc|aws|netrc|pypirc|pgpass|git-credentials|docker|kube|gnupg|azure|yarnrc)\b|id_rsa|/etc/(?:passwd|shadow)|_history\b|Keychains|Login Data|wallet\.dat|_authToken|/-/(?:npm|user|whoami)`,
		String.raw`\bnpm["'\x60,\s[]+publish|registry\.npmjs`,
	].join('|'),
);

const REQUIRE = /\brequire\b(?:\s*\(\s*(["'])([^"'\\\n]+)\1\s*\)|\.resolve\s*\(\s*["'])?/g;
const IMPORT = /\b(?:import|from)\s*\(?\s*(["'])([^"'\\\n]+)\1/g;
const DYNAMIC_IMPORT = /\bimport\s*\((?!\s*["'][^"'\\\n]+["']\s*[,)])/;

/** True unless it is certain from the words alone that there is nothing to find. */
export function deservesParsing(text: string): boolean {
	if (WORDS.test(text) || DYNAMIC_IMPORT.test(text)) {
		return true;
	}

	for (const [whole, , specifier] of text.matchAll(REQUIRE)) {
		if (
			specifier === undefined
				? !whole.includes('resolve')
				: capabilityOfModule(specifier) !== null || specifier === 'module' || specifier === 'node:module'
		) {
			return true;
		}
	}

	for (const [, , specifier = ''] of text.matchAll(IMPORT)) {
		if (capabilityOfModule(specifier) !== null || /^(?:node:)?(?:module|process)$/.test(specifier)) {
			return true;
		}
	}

	return false;
}
