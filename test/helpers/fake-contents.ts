import type { InstalledPlugin } from '../../source/engine/installed-state.ts';
import type { CallOptions } from '../../source/engine/events.ts';
import type { Evidence, Level, Verdict } from '../../source/engine/evidence.ts';
import type { ContentCalls } from '../../source/engine/package-contents.ts';

type Parts = {
	readonly calls: string[];
	readonly plugins: () => readonly InstalledPlugin[];
	readonly askRegistry: (call: CallOptions) => Promise<void>;
	/** Brings some bytes and tells of them. */
	readonly transfer: (call: CallOptions) => Promise<void>;
	readonly verdictOf: (level: Level) => Verdict;
	readonly evidenceOf: (level: Level) => readonly Evidence[];
};

const FILES = [
	{ path: 'README.md', bytes: 2100, isExecutable: false },
	{ path: 'index.js', bytes: 48_000, isExecutable: false },
	{ path: 'lib/check.js', bytes: 120_000, isExecutable: false },
	{ path: 'package.json', bytes: 900, isExecutable: false },
	{ path: 'picture.png', bytes: 13_000, isExecutable: false },
];

/** Installed packages are here; others come when they are fetched. */
export function sampleContentCalls(parts: Parts): ContentCalls {
	const fetched = new Set<string>();
	return {
		async list({ spec, fetch }, call) {
			const plugin = parts.plugins().find(({ name }) => name === spec);
			if (plugin === undefined) {
				await parts.askRegistry(call);
			}

			if (fetch) {
				parts.calls.push(`fetch ${spec}`);
				await parts.transfer(call);
				fetched.add(spec);
			}

			if (plugin === undefined && !fetched.has(spec)) {
				return { type: 'not-fetched', name: spec, version: '2.1.0' };
			}

			const level = plugin?.level ?? 'known';
			return {
				type: 'verified',
				name: spec,
				version: plugin?.version ?? '2.1.0',
				isInstalled: plugin !== undefined,
				files: FILES,
				packedBytes: 61_000,
				unpackedBytes: 184_000,
				readme:
					spec === 'left-pad'
						? null
						: {
								path: 'README.md',
								text: `# ${spec}\n\nChecks every link, *quickly*.\u001B]0;stolen\u0007 \u202Eevil\n\n## Use\n\n\`\`\`sh\nplugward run ${spec} check\n\`\`\`\n\n${'It follows redirects and never asks twice. '.repeat(30)}\n`,
								isCut: false,
							},
				permissions: plugin?.permissions ?? [{ type: 'net', host: 'api.example.com', port: 443, reason: 'To ask.' }],
				tasks: null,
				verdict: parts.verdictOf(level),
				evidence: parts.evidenceOf(level),
			};
		},
		async file({ spec, path }) {
			const text = path.endsWith('.png') ? null : `// ${path}\nconst answer = 42;\n\u001B[31mred\n`;
			return { name: spec, version: '2.1.0', path, bytes: 900, text, unreadable: text === null ? 'binary' : null };
		},
	};
}
