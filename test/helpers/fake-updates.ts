import type { InstalledPlugin } from '../../source/engine/installed-state.ts';
import { EngineError } from '../../source/engine/errors.ts';
import type { CallOptions } from '../../source/engine/events.ts';
import type { Evidence, Level } from '../../source/engine/evidence.ts';
import { permissionId } from '../../source/engine/permission.ts';
import type { FileChange, ReviewedVersion, UpdateCalls, UpdateReview } from '../../source/engine/update-review.ts';
import type { OutdatedReport } from '../../source/engine/version-questions.ts';

type Parts = {
	readonly plugins: () => readonly InstalledPlugin[];
	readonly generation: () => number;
	readonly askRegistry: (call: CallOptions) => Promise<void>;
	/** Brings some bytes and tells of them. */
	readonly transfer: (call: CallOptions) => Promise<void>;
	readonly evidenceOf: (level: Level) => readonly Evidence[];
};

/** Sample answers about what is behind: prettier gets worse, @acme/links does not. */
export function sampleUpdateCalls(parts: Parts): {
	readonly updates: UpdateCalls;
	readonly outdated: (names: readonly string[], call: CallOptions) => Promise<OutdatedReport>;
} {
	return {
		async outdated(_names, call) {
			await parts.askRegistry(call);
			const behind = parts.plugins().filter(({ version, latest }) => latest !== version);
			return {
				generation: parts.generation(),
				plugins: behind.map(({ name, version, wanted, latest, spec, isHeld }) => ({
					name,
					current: version,
					wanted,
					latest: latest ?? version,
					publishedAt: '2026-11-01T12:00:00.000Z',
					spec,
					isHeld,
					reasons: wanted === latest ? [] : [{ code: 'range', text: `the range ${spec} does not allow ${latest ?? ''}`, lifts: null }],
				})),
				checkedCount: parts.plugins().length,
				unaskedCount: 0,
				metadataFrom: '2026-11-20T11:59:00.000Z',
				unsolvable: [],
			};
		},
		updates: {
			async review({ name, to }, call) {
				await parts.askRegistry(call);
				await parts.transfer(call);
				const plugin = parts.plugins().find((one) => one.name === name);
				if (plugin === undefined) {
					throw new EngineError('not-installed', `${name} is not installed.`);
				}

				return sampleReview(plugin, to ?? plugin.wanted ?? plugin.version, parts);
			},
			async file({ name, to, path }, call) {
				await parts.askRegistry(call);
				const file = FILES.find((one) => one.path === path) ?? FILES[0];
				const from = parts.plugins().find((one) => one.name === name)?.version ?? '';
				const same = (text: string) => ({ type: 'same' as const, text });
				return {
					name,
					from,
					to: to ?? '',
					file: file ?? { path, type: 'changed', fromBytes: 1, toBytes: 1, addedLines: 0, removedLines: 0, unreadable: null },
					hunks:
						file?.unreadable !== null
							? []
							: [
									{
										fromLine: 10,
										toLine: 10,
										lines: [
											same("import { read } from 'node:fs';"),
											{ type: 'removed', text: 'const limit = 10; // lines' },
											{ type: 'added', text: 'const limit = 20; // lines' },
											{ type: 'added', text: "await fetch('https://example.com');\u001B[2J" },
											same('return limit;'),
										],
									},
									{
										fromLine: 200,
										toLine: 202,
										lines: [...Array.from({ length: 60 }, (_, line) => same(`line ${line}`)), { type: 'added', text: 'the last' }],
									},
								],
				};
			},
		},
	};
}

const FILES: readonly FileChange[] = [
	{ path: 'CHANGELOG.md', type: 'changed', fromBytes: 4000, toBytes: 4400, addedLines: 12, removedLines: 0, unreadable: null },
	{
		path: 'dist/bundle.min.js',
		type: 'changed',
		fromBytes: 90_000,
		toBytes: 93_000,
		addedLines: null,
		removedLines: null,
		unreadable: 'minified',
	},
	{ path: 'index.js', type: 'changed', fromBytes: 2000, toBytes: 2100, addedLines: 2, removedLines: 1, unreadable: null },
	{ path: 'old.js', type: 'removed', fromBytes: 800, toBytes: 0, addedLines: 0, removedLines: 40, unreadable: null },
];

function sampleReview(plugin: InstalledPlugin, to: string, { evidenceOf }: Parts): UpdateReview {
	const isWorse = plugin.name === 'prettier';
	const before = reviewed(plugin, plugin.version, evidenceOf(plugin.level));
	return {
		name: plugin.name,
		spec: plugin.spec,
		from: before,
		to: { ...before, version: to, ...(isWorse ? { level: 'unknown', unpackedBytes: 260_000 } : {}) },
		changelog: {
			file: 'CHANGELOG.md',
			sections: [
				{ version: to, lines: ['### Fixed', '', '- Reads [links](https://example.com) \u001B[31mtwice\u001B[0m.', '- Is faster.'] },
			],
		},
		files: FILES,
		unchangedFiles: 8,
		permissions: { added: isWorse ? ['net:tracker.example.net:443'] : [], removed: [], kept: plugin.permissions.map(permissionId) },
		scripts: isWorse ? [{ name: 'postinstall', from: null, to: 'node steal.js', runsOnInstall: true }] : [],
		dependencies: [{ name: 'undici', kind: 'dependency', from: '^7.0.0', to: '^7.3.0' }],
		capabilities: { from: plugin.version, to, gained: [], lost: [] },
		widenings: isWorse
			? [
					{ code: 'permission', isGrave: true, text: `${to} asks for net:tracker.example.net:443, which was not asked for before.` },
					{ code: 'level', isGrave: true, text: 'Its level falls from known to unknown.' },
				]
			: [],
	};
}

function reviewed(
	{ level, identity, permissions, sizeBytes }: InstalledPlugin,
	version: string,
	evidence: readonly Evidence[],
): ReviewedVersion {
	return {
		version,
		publishedAt: '2026-10-01T12:00:00.000Z',
		publisher: 'maya',
		level,
		evidence,
		identity,
		permissions,
		fileCount: 12,
		unpackedBytes: sizeBytes,
		packedBytes: 40_000,
		licence: 'MIT',
	};
}
