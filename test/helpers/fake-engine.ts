import { setTimeout as sleep } from 'node:timers/promises';

import type { Engine } from '../../source/engine/engine.ts';
import type { GenerationSummary, InstalledPlugin } from '../../source/engine/installed-state.ts';
import type { PackageInfo, SearchHit } from '../../source/engine/package-answers.ts';
import type { RunRequest } from '../../source/engine/task-runs.ts';
import { parseSearchQuery, SearchIndex } from '../../source/engine/package-search/index.ts';
import { EngineError, throwIfAborted } from '../../source/engine/errors.ts';
import type { CallOptions, StepName } from '../../source/engine/events.ts';
import { runStep } from '../../source/engine/events.ts';
import type { Evidence, Level, SourceIdentity, Verdict } from '../../source/engine/evidence.ts';
import type { Job } from '../../source/engine/jobs.ts';
import { sampleContentCalls } from './fake-contents.ts';
import { sampleDownloads } from './fake-downloads.ts';
import type { DownloadNumbers } from '../../source/engine/download-numbers.ts';
import { sampleJobCalls } from './fake-jobs.ts';
import type { Grant, Permission } from '../../source/engine/permission.ts';
import { permissionId } from '../../source/engine/permission.ts';
import { type FakeCores, fakeCores } from './fake-cores.ts';
import { sampleRegistryCalls } from './fake-registries.ts';
import { sampleTrustCalls } from './fake-trust-calls.ts';
import { sampleUpdateCalls } from './fake-updates.ts';
import type { Applied, Change, Decision, Plan, PlannedPackage, Requirement } from '../../source/engine/plan.ts';

export type FakeEngineOptions = {
	/** How long each step of an operation takes. */
	readonly stepMilliseconds?: number;
	/** Extra installed plain packages, for long lists. */
	readonly extraPlugins?: number;
	/** Everything that asks the registry fails. */
	readonly isOffline?: boolean;
	/** The registry has no search of its own. */
	readonly hasNoSearch?: boolean;
	/** What is told of the downloads of every package. */
	readonly downloads?: DownloadNumbers;
	readonly isEmpty?: boolean;
	/** What runs; without it two processes with sample plugins. */
	readonly cores?: FakeCores;
	/** What went on without a terminal before. */
	readonly jobs?: readonly Job[];
	/** Gets each job that is recorded, as a line of JSON. */
	readonly jobsFile?: string;
};

export type FakeEngine = Engine & {
	/** Every call that changes or runs something, in order, for instance `applyPlan install acme-links`. */
	readonly calls: readonly string[];
	readonly lastDecisions: () => readonly Decision[];
	/** The registry goes away or comes back. */
	readonly setOffline: (isOffline: boolean) => void;
};

const NOW = Date.parse('2026-11-20T12:00:00Z');
const hoursAgo = (hours: number): string => new Date(NOW - hours * 3_600_000).toISOString();
const NET: Permission = { type: 'net', host: 'api.example.com', port: 443, reason: 'To ask whether each link still answers.' };
const LOGS: Permission = { type: 'fs', path: '$project/logs/**', access: 'read', reason: 'To read the logs it summarises.' };
const HOME: Permission = { type: 'env', name: 'HOME', reason: '' };

const IDENTITY: SourceIdentity = {
	issuer: 'https://token.actions.githubusercontent.com',
	subject: 'https://github.com/acme/links/.github/workflows/release.yml@refs/tags/v2.1.0',
	repository: 'https://github.com/acme/links',
	repositoryId: '123456',
	ownerId: '42',
	workflow: '.github/workflows/release.yml',
	ref: 'refs/tags/v2.1.0',
	commit: '4f1c2a9d8e7b6a5c4d3e2f1a0b9c8d7e6f5a4b3c',
	trigger: 'push',
	runner: 'github-hosted',
};

async function unused(): Promise<never> {
	throw new Error('The app called for a tool, which it never does.');
}

/** An engine with rich sample data behind the real door; it keeps its state in memory. */
export function createFakeEngine(options: FakeEngineOptions = {}): FakeEngine {
	const pause = options.stepMilliseconds ?? 0;
	const calls: string[] = [];
	let isMended = false;
	let isOffline = options.isOffline ?? false;
	let lastDecisions: readonly Decision[] = [];
	let plugins: readonly InstalledPlugin[] =
		options.isEmpty === true ? [] : [...samplePlugins(), ...extraPlugins(options.extraPlugins ?? 0)];
	let generations: readonly GenerationSummary[] = options.isEmpty === true ? [] : sampleHistory();
	const kept = new Map<number, readonly InstalledPlugin[]>(generations.map((generation) => [generation.number, plugins]));

	const current = (): number => generations.find((generation) => generation.isCurrent)?.number ?? 0;
	const askRegistry = async (call: CallOptions): Promise<void> => {
		await wait(Math.min(pause, 200), call.signal);
		if (isOffline) {
			throw new EngineError('registry-unreachable', 'http://127.0.0.1:4873/ does not answer.', {
				hint: 'Check the network, or go on offline: plugward --offline',
				cause: new Error('connect ECONNREFUSED 127.0.0.1:4873'),
			});
		}
	};
	const steps = async (names: readonly StepName[], call: CallOptions, detail: string): Promise<void> => {
		for (const name of names) {
			await runStep({ name, detail, onEvent: call.onEvent }, () => (name === 'fetch' ? transfers(call, pause) : wait(pause, call.signal)));
		}
	};

	function write(command: string, changes: readonly Change[], next: readonly InstalledPlugin[]): Applied {
		const fromGeneration = current();
		const toGeneration = Math.max(0, ...generations.map((generation) => generation.number)) + 1;
		plugins = next;
		kept.set(toGeneration, next);
		const created: GenerationSummary = {
			number: toGeneration,
			isCurrent: true,
			createdAt: new Date(NOW).toISOString(),
			command,
			user: 'maya',
			isKept: false,
			changes,
			pluginCount: next.length,
			packageCount: next.length + 80,
		};
		generations = [created, ...generations.map((generation) => ({ ...generation, isCurrent: false }))];
		return { fromGeneration, toGeneration, changes, granted: [], denied: [], unchanged: false };
	}

	return {
		homePath: '/home/maya/.local/share/plugward',
		profile: 'default',
		registryUrl: async () => 'http://127.0.0.1:4873/',
		calls,
		lastDecisions: () => lastDecisions,
		setOffline(next) {
			isOffline = next;
		},
		async search({ text }, call) {
			await askRegistry(call);
			const samples = sampleHits();
			const query = parseSearchQuery(text, NOW);
			const found = SearchIndex.of(samples.map((hit) => ({ ...hit, licence: hit.license, maintainers: [], isPlugin: true }))).filter({
				query,
				installed: new Map(
					samples.flatMap((hit) => (hit.level === null ? [] : [[hit.name, { version: hit.version, level: hit.level, marks: [] }]])),
				),
			});
			const hits = found.map((index) => samples[index]).filter((hit) => hit !== undefined);
			return {
				query: text,
				hits,
				total: hits.length,
				source: options.hasNoSearch === true ? 'local-index' : 'registry',
				notice: options.hasNoSearch === true ? 'This registry has no search: only packages seen before are found.' : null,
				problems: query.problems,
			};
		},
		async info(spec, call) {
			await askRegistry(call);
			return sampleInfo(spec, plugins.find((plugin) => plugin.name === spec) ?? null);
		},
		async downloads({ spec, fresh }, call) {
			calls.push(`downloads ${spec}${fresh ? ', fresh' : ''}`);
			await askRegistry(call);
			return options.downloads ?? sampleDownloads(NOW);
		},
		explainPermissions: notAsked,
		runtime: {
			prepare: notAsked,
			start: notAsked,
			call: notAsked,
			send: notAsked,
			reload: notAsked,
			stop: notAsked,
			setLimits: notAsked,
			revoke: notAsked,
			list: () => [],
			logs: () => [],
			quarantined: notAsked,
			release: notAsked,
		},
		...fakeCores(options.cores),
		data: { list: async () => [], show: notAsked, purge: notAsked },
		testPlugin: notAsked,
		develop: notAsked,
		auditLog: { show: notAsked, verify: notAsked, export: notAsked },
		resolve: notAsked,
		evaluate: notAsked,
		async doctor({ fix, signal }) {
			await wait(Math.min(pause, 100), signal);
			calls.push(`doctor${fix ? ' --fix' : ''}`);
			isMended ||= fix;
			return {
				checks: [
					{ id: 'node', state: 'ok', text: 'Node 26.10.0, ABI 140.', fix: null },
					{ id: 'sandbox-seccomp', state: 'warn', text: 'Missing here: a filter of system calls.', fix: null },
					...(isMended
						? []
						: [
								{
									id: 'home-journal',
									state: 'fail' as const,
									text: 'An operation was interrupted.',
									fix: 'Put it right: plugward doctor --fix',
								},
							]),
				],
				fixed: fix ? ['the operation that was interrupted is undone'] : [],
			};
		},
		cacheInfo: notAsked,
		verifyCache: notAsked,
		cleanCache: notAsked,
		jobs: sampleJobCalls(options.jobs ?? [], options.jobsFile ?? null),
		registries: sampleRegistryCalls(calls),
		planOverride: notAsked,
		planFrozen: notAsked,
		contents: sampleContentCalls({
			calls,
			plugins: () => plugins,
			askRegistry,
			transfer: (call) => transfers(call, pause),
			verdictOf: sampleVerdict,
			evidenceOf: sampleEvidence,
		}),
		...sampleUpdateCalls({
			plugins: () => plugins,
			generation: current,
			askRegistry,
			transfer: (call) => transfers(call, pause),
			evidenceOf: sampleEvidence,
		}),
		explain: notAsked,
		why: notAsked,
		writeLock: notAsked,
		exportHome: notAsked,
		planImport: notAsked,
		profiles: notAsked,
		makeProfile: notAsked,
		selectProfile: notAsked,
		removeProfile: notAsked,
		async planSwitch(generation, call) {
			calls.push(`planSwitch ${generation}`);
			await steps(['verify'], call, `generation ${generation}`);
			return { ...emptyPlan('switch', `switch ${generation}`, current()), targetGeneration: generation };
		},
		async planUndo(generation, call) {
			calls.push(`planUndo ${generation}`);
			await steps(['resolve'], call, `generation ${generation}`);
			return emptyPlan('undo', `undo ${generation}`, current());
		},
		async planRedo(call) {
			calls.push('planRedo');
			await steps(['verify'], call, 'the generation left');
			return { ...emptyPlan('redo', 'redo', current()), targetGeneration: current() };
		},
		async planMark(mark, names, call) {
			calls.push(`planMark ${mark} ${names.join(' ')}`);
			await steps(['verify'], call, names.join(', '));
			return emptyPlan(mark, `${mark} ${names.join(' ')}`, current());
		},
		async diff(from, to) {
			calls.push(`diff ${from}`);
			return {
				from,
				to: to ?? current(),
				changes: [{ type: 'update', name: 'prettier', from: '3.5.3', to: '3.6.0', isRoot: true }],
				specs: [{ name: 'semver', from: '^7.0.0', to: '7.8.6' }],
				grants: { added: [{ plugin: '@acme/links', permission: 'net:api.example.com:443' }], removed: [] },
				held: { added: ['yaml'], removed: [] },
				plugins: { added: [], removed: [] },
				disabled: { added: [], removed: ['left-pad'] },
				overrides: { added: [], removed: [] },
			};
		},
		async keepGeneration(generation) {
			calls.push(`keep ${generation}`);
			generations = generations.map((entry) => (entry.number === generation ? { ...entry, isKept: true } : entry));
		},
		async releaseGeneration(generation) {
			calls.push(`release ${generation}`);
			generations = generations.map((entry) => (entry.number === generation ? { ...entry, isKept: false } : entry));
		},
		async collectGarbage({ isDryRun }) {
			calls.push(`collect ${isDryRun ? 'dry' : 'now'}`);
			return {
				removed: !isDryRun,
				generations: [9],
				keptGenerations: [10, 11, 12],
				packageCount: 4,
				bundleCount: 1,
				bytes: 2_400_000,
				forgottenHomes: [],
			};
		},
		async planInstall(specs, call) {
			calls.push(`planInstall ${specs.join(' ')}`);
			await steps(['resolve'], call, `${specs.join(', ')} and what they need`);
			if (specs.some((spec) => spec.startsWith('clash')) && !specs.some((spec) => spec.endsWith('@1.9.0'))) {
				throw conflict();
			}

			await askRegistry(call);
			await steps(['fetch', 'verify', 'unpack'], call, '3 packages');
			return installPlan(specs, current());
		},
		async planUpdate(names, call) {
			calls.push(`planUpdate ${names.join(' ')}`);
			await steps(['resolve', 'fetch', 'verify'], call, names.join(', ') || 'everything');
			return updatePlan(
				plugins.filter((plugin) => (names.length === 0 || names.includes(plugin.name)) && plugin.wanted !== plugin.version),
				names,
				current(),
			);
		},
		async planRemove(names, call) {
			calls.push(`planRemove ${names.join(' ')}`);
			await steps(['resolve'], call, names.join(', '));
			const changes = plugins
				.filter((plugin) => names.includes(plugin.name))
				.map((plugin): Change => ({ type: 'remove', name: plugin.name, from: plugin.version, isRoot: true }));
			return { ...emptyPlan('remove', `remove ${names.join(' ')}`, current()), changes };
		},
		async planRollback(generation, call) {
			const target = generation ?? current() - 1;
			calls.push(`planRollback ${target}`);
			await steps(['verify'], call, `generation ${target}`);
			return {
				...emptyPlan('rollback', `rollback ${target}`, current()),
				targetGeneration: target,
				changes: [{ type: 'downgrade', name: '@acme/links', from: '2.1.0', to: '2.0.3', isRoot: true }],
			};
		},
		async applyPlan(plan, call) {
			calls.push(`applyPlan ${plan.command}`);
			lastDecisions = call.decisions;
			await steps(['bundle', 'sync', 'switch'], call, plan.command);
			if (plan.targetGeneration !== null) {
				const fromGeneration = current();
				plugins = kept.get(plan.targetGeneration) ?? plugins;
				generations = generations.map((generation) => ({ ...generation, isCurrent: generation.number === plan.targetGeneration }));
				return { fromGeneration, toGeneration: plan.targetGeneration, changes: plan.changes, granted: [], denied: [], unchanged: false };
			}

			const applied = write(plan.command, plan.changes, applyChanges(plugins, plan.changes));
			return { ...applied, ...decided(plan, call.decisions) };
		},
		async list(call) {
			await wait(Math.min(pause, 100), call.signal);
			return { generation: current(), plugins, packageCount: plugins.length + 80, storeBytes: 48_200_000, overrides: [] };
		},
		async history(call) {
			await wait(Math.min(pause, 100), call.signal);
			return generations;
		},
		async verify(names, call) {
			calls.push(`verify ${names.join(' ')}`);
			await steps(['verify'], call, names.join(', ') || 'the whole generation');
			return {
				generation: current(),
				packagesChecked: 92,
				filesChecked: 1840,
				bytesChecked: 48_200_000,
				findings: [{ id: 'left-pad@1.3.0', problem: 'changed', path: 'index.js', text: 'expected sha512-aaaa, got sha512-bbbb' }],
				repaired: [],
				packages: plugins.map((plugin) => ({
					id: `${plugin.name}@${plugin.version}`,
					level: plugin.level,
					evidence: sampleEvidence(plugin.level),
				})),
			};
		},
		async exportNodeModules(folder, call) {
			await wait(Math.min(pause, 100), call.signal);
			return { folder, generation: current(), folders: 92, linkedFiles: 1840, copiedFiles: 0, unchanged: false };
		},
		repair(names, call) {
			return this.verify(names, call);
		},
		trust: sampleTrustCalls({ calls, plugins: () => plugins, verdictOf: sampleVerdict, evidenceOf: sampleEvidence }),
		// The app runs no tools; the command that does is tested by itself.
		tools: { planTool: unused, runTool: unused, forgetTool: unused },
		async runTask(request, call) {
			calls.push(`runTask ${request.target} ${request.task ?? ''} ${JSON.stringify(request.input)}`);
			return runSample(request, call, pause);
		},
		async *subscribe(topic, { signal }) {
			if (topic === 'generation') {
				yield { number: current() } as never;
			}

			await new Promise((resolve) => {
				signal.addEventListener('abort', resolve, { once: true });
			});
		},
		[Symbol.asyncDispose]: () => Promise.resolve(),
	};
}

function notAsked(): Promise<never> {
	return Promise.reject(new EngineError('internal', 'No screen asks for this.'));
}

async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
	throwIfAborted(signal);
	if (milliseconds > 0) {
		await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
	}

	throwIfAborted(signal);
}

async function transfers(call: CallOptions, pause: number): Promise<void> {
	const files = [
		['@acme/links@2.1.0', 48_000],
		['undici@7.3.0', 1_240_000],
		['semver@7.8.6', 96_000],
		['p-limit@7.0.0', 12_000],
	] as const;
	const unpackedBytes = files.reduce((sum, [, totalBytes]) => sum + 3 * totalBytes, 0);
	call.onEvent({ type: 'fetch-planned', packages: files.length, unpackedBytes, unknownSizes: 0 });
	for (let part = 1; part <= 5; part += 1) {
		for (const [id, totalBytes] of files) {
			const receivedBytes = Math.round((totalBytes * part) / 5);
			call.onEvent({ type: 'fetch-progress', id, receivedBytes, totalBytes, unpackedBytes: 3 * totalBytes, finished: part === 5 });
		}

		await wait(pause / 4, call.signal);
	}
}

async function runSample(request: RunRequest, call: CallOptions, pause: number) {
	await runStep({ name: 'run', detail: `${request.target} ${request.task ?? ''}`, onEvent: call.onEvent }, async () => {
		for (const text of ['checking https://example.com/', 'checking https://example.com/missing', '\u001B[31mred\u001B[0m from a plugin']) {
			call.onEvent({ type: 'plugin-output', plugin: request.target, stream: 'log', text });
			await wait(pause, call.signal);
		}
	});
	return {
		plugin: request.target,
		version: '2.0.3',
		task: request.task ?? 'default',
		level: 'verified' as const,
		output: { checked: 2, broken: [{ url: 'https://example.com/missing', status: 404 }] },
		milliseconds: 412,
		peakMemoryBytes: 14_200_000,
		denied: [
			{
				permission: 'net:tracker.example.net:443',
				count: 2,
				hint: `Allow it with: plugward run ${request.target} --allow net:tracker.example.net`,
			},
		],
	};
}

function conflict(): EngineError {
	return new EngineError('no-solution', 'clash-b needs clash-core 1, clash-a needs clash-core 2.', {
		details: {
			kind: 'conflict',
			sentences: ['clash-a and clash-b exclude each other.'],
			conflicts: [
				{
					facts: [],
					sentences: [
						'Every version of clash-a depends on clash-core ^2.0.0 as a peer.',
						'clash-b 3.0.0 and later depend on clash-core ^1.4.0 as a peer.',
						'So clash-a and clash-b 3 exclude each other.',
					],
					paths: ['clash-a > clash-core', 'clash-b > clash-core'],
				},
			],
			suggestions: [
				{
					type: 'change-root',
					name: 'clash-a',
					spec: '1.9.0',
					sentence: 'Ask for clash-a 1.9.0, which works with clash-core 1.',
					command: 'plugward install clash-a@1.9.0 clash-b',
				},
				{ type: 'drop-root', name: 'clash-b', sentence: 'Leave out clash-b.' },
			],
		},
	});
}

function decided(plan: Plan, decisions: readonly Decision[]): Pick<Applied, 'granted' | 'denied'> {
	const permissions = plan.requirements.filter((requirement) => requirement.type === 'permission');
	const isAccepted = (requirement: Requirement): boolean =>
		decisions.some((decision) => decision.requirementId === requirement.id && decision.answer === 'accept');
	const grant = (requirement: Extract<Requirement, { type: 'permission' }>) => ({
		plugin: requirement.plugin,
		permission: requirement.permissionId,
	});
	return {
		granted: permissions.filter((requirement) => isAccepted(requirement)).map((requirement) => grant(requirement)),
		denied: permissions.filter((requirement) => !isAccepted(requirement)).map((requirement) => grant(requirement)),
	};
}

function applyChanges(plugins: readonly InstalledPlugin[], changes: readonly Change[]): readonly InstalledPlugin[] {
	const roots = changes.filter((change) => change.isRoot);
	const touched = new Set(roots.map((change) => change.name));
	const before = new Map(plugins.map((plugin) => [plugin.name, plugin]));
	const after = roots.flatMap((change): readonly InstalledPlugin[] =>
		change.type === 'remove'
			? []
			: [
					{
						...(before.get(change.name) ?? samplePlugin(change.name, change.to, 'known')),
						version: change.to,
						wanted: change.to,
						latest: change.to,
					},
				],
	);
	return [...plugins.filter((plugin) => !touched.has(plugin.name)), ...after].toSorted((left, right) =>
		left.name.localeCompare(right.name),
	);
}

function grantOf(plugin: string, version: string, permission: Permission): Grant {
	return { plugin, version, permission: permissionId(permission), grantedAt: hoursAgo(240), reason: null, expiresAt: null };
}

function samplePlugin(name: string, version: string, level: Level): InstalledPlugin {
	return {
		name,
		version,
		spec: `^${version}`,
		description: `What ${name} does, in one sentence.`,
		level,
		tasks: null,
		permissions: [],
		grants: [],
		identity: level === 'verified' || level === 'core' ? IDENTITY : null,
		dependencyCount: 3,
		isHeld: false,
		isDisabled: false,
		stays: false,
		sizeBytes: 240_000,
		wanted: version,
		latest: version,
		acceptances: [],
		problem: null,
	};
}

function samplePlugins(): readonly InstalledPlugin[] {
	const links = '@acme/links';
	return [
		{
			...samplePlugin(links, '2.0.3', 'verified'),
			description: 'Checks the links of Markdown files and says which are broken.',
			spec: '^2.0.0',
			tasks: ['check', 'report'],
			permissions: [NET, LOGS],
			grants: [grantOf(links, '2.0.3', NET)],
			wanted: '2.1.0',
			latest: '3.0.0-beta.1',
		},
		{
			...samplePlugin('log-summary', '1.4.2', 'trusted'),
			tasks: ['summarise'],
			permissions: [LOGS],
			grants: [grantOf('log-summary', '1.4.2', LOGS)],
		},
		{
			...samplePlugin('markdown-table', '3.0.4', 'core'),
			tasks: ['table'],
			description: 'Turns Markdown lists into tables; asks for nothing.',
		},
		{ ...samplePlugin('nosy-notes', '0.3.1', 'unknown'), tasks: ['collect'], permissions: [NET, HOME, LOGS] },
		{ ...samplePlugin('prettier', '3.6.0', 'known'), wanted: '3.6.2', latest: '3.6.2', sizeBytes: 8_400_000 },
		{ ...samplePlugin('semver', '7.8.6', 'verified'), description: 'The semantic versioner for npm.' },
		{ ...samplePlugin('yaml', '2.8.1', 'known'), dependencyCount: 0 },
		{ ...samplePlugin('数据-検査', '1.0.0', 'known'), description: '中文描述: 检查数据。' },
		samplePlugin('hostile\u001B[31m-name\u202E', '0.0.1', 'unknown'),
	];
}

function extraPlugins(count: number): readonly InstalledPlugin[] {
	return Array.from({ length: count }, (_, index) => samplePlugin(`plain-package-${String(index).padStart(5, '0')}`, '1.0.0', 'known'));
}

function sampleHistory(): readonly GenerationSummary[] {
	const make = (number: number, command: string, hours: number, changes: readonly Change[]): GenerationSummary => ({
		number,
		isCurrent: number === 12,
		createdAt: hoursAgo(hours),
		command,
		user: 'maya',
		changes,
		pluginCount: 9,
		isKept: false,
		packageCount: 89,
	});
	return [
		make(12, 'update prettier', 5, [{ type: 'update', name: 'prettier', from: '3.5.3', to: '3.6.0', isRoot: true }]),
		make(11, 'install @acme/links@2 --allow @acme/links=net:api.example.com', 30, [
			{ type: 'add', name: '@acme/links', to: '2.0.3', isRoot: true },
			{ type: 'add', name: 'undici', to: '7.3.0', isRoot: false },
		]),
		make(10, 'remove left-pad', 200, [{ type: 'remove', name: 'left-pad', from: '1.3.0', isRoot: true }]),
		make(9, 'install semver yaml', 900, [
			{ type: 'add', name: 'semver', to: '7.8.6', isRoot: true },
			{ type: 'add', name: 'yaml', to: '2.8.1', isRoot: true },
		]),
	];
}

function sampleHits(): readonly SearchHit[] {
	const hit = (name: string, version: string, description: string, installed: string | null = null): SearchHit => ({
		license: 'MIT',
		downloads: name.length * 1234,
		permissions: name.startsWith('@acme') ? ['net', 'fs'] : [],
		proof: name.startsWith('link') ? 'attested' : 'signed',
		level: installed === null ? null : 'verified',
		name,
		version,
		description,
		publisher: 'maya',
		publishedAt: hoursAgo(name.length * 77),
		keywords: ['links', 'markdown', 'check'],
		installed,
	});
	return [
		hit('@acme/links', '2.1.0', 'Checks the links of Markdown files and says which are broken.', '2.0.3'),
		hit('link-doctor', '0.9.4', 'Another link checker, faster and with fewer dependencies than most.'),
		hit('markdown-link-check', '4.2.0', 'checks all of the hyperlinks in a markdown text to determine if they are alive or dead'),
		hit('clash-a', '2.0.0', 'Cannot be solved, to show a conflict.'),
		hit('remark-validate-links', '13.1.0', 'remark plugin to validate links to headings and files in markdown'),
		hit('数据-検査', '1.0.0', '中文描述: 检查数据。 全角文字的宽度是两格。', '1.0.0'),
		hit('evil\u001B]52;c;ZXZpbA==\u0007-escape', '6.6.6', '\u001B[2J\u001B[31mI clear your screen\u202E and reverse it'),
	];
}

function sampleEvidence(level: Level): readonly Evidence[] {
	const isProven = level === 'verified' || level === 'core';
	return [
		{ kind: 'integrity', state: 'verified', reason: 'The bytes have the sha512 that the registry announced.', code: null, identity: null },
		{
			kind: 'registry-signature',
			state: 'verified',
			reason: 'Signed by the registry key SHA256:jl3bwswu80PjjokCgh0o2w5c2U4LhQAE57gj9cz1kzA.',
			code: null,
			identity: null,
		},
		isProven
			? {
					kind: 'provenance',
					state: 'verified',
					reason: 'Built by acme/links from the commit 4f1c2a9 on a hosted runner.',
					code: null,
					identity: IDENTITY,
				}
			: {
					kind: 'provenance',
					state: 'unavailable',
					reason: 'This registry strips attestations, so nobody could look.',
					code: 'stripped',
					identity: null,
				},
		{
			kind: 'publish-attestation',
			state: 'absent',
			reason: 'The registry serves publish attestations and has none here.',
			code: 'none',
			identity: null,
		},
	];
}

function sampleVerdict(level: Level): Verdict {
	const isProven = level === 'verified' || level === 'core';
	return {
		level,
		decision: level === 'unknown' ? 'ask' : 'allow',
		reasons: [
			{ rule: 'integrity', passed: true, text: 'Its bytes are what the registry announced.' },
			{ rule: 'signature', passed: level !== 'unknown', text: 'The registry signed this version.' },
			{ rule: 'provenance', passed: isProven, text: 'A build service signed where it was built.' },
			{ rule: 'identity', passed: isProven, text: 'The same repository and workflow built the version before.' },
		],
		wouldRaise: level === 'core' ? [] : ['A provenance attestation from the repository named in package.json.'],
	};
}

function sampleInfo(name: string, plugin: InstalledPlugin | null): PackageInfo {
	const level = plugin?.level ?? 'verified';
	return {
		name,
		version: plugin?.latest ?? '2.1.0',
		description: plugin?.description ?? 'Checks the links of Markdown files and says which are broken.',
		license: 'MIT',
		homepage: `https://example.com/${name}`,
		repository: 'git+https://github.com/acme/links.git',
		publisher: 'maya',
		publishedAt: hoursAgo(50),
		deprecated: name === 'left-pad' ? 'use String.prototype.padStart()' : null,
		keywords: ['links', 'markdown'],
		distTags: { latest: '2.1.0', next: '3.0.0-beta.1' },
		versions: Array.from({ length: 30 }, (_, index) => ({
			version: `2.${30 - index}.0`,
			publishedAt: hoursAgo(50 + index * 400),
			deprecated: index === 4,
		})),
		dependencies: { undici: '^7.3.0', semver: '^7.5.0', 'p-limit': '^7.0.0' },
		peerDependencies: { react: '>=19' },
		unpackedBytes: 184_000,
		fileCount: 12,
		hasInstallScript: name === 'nosy-notes',
		readme: `# ${name}\n\nChecks every link, *quickly*.\n\n## Use\n\n\`\`\`sh\nplugward run ${name} check\n\`\`\`\n\n${'It follows redirects, remembers what it saw and never asks twice. '.repeat(30)}\n`,
		doubts: [],
		installed: plugin?.version ?? null,
		tasks: tasksOf(plugin),
		permissions: plugin?.permissions ?? null,
		grants: plugin?.grants ?? [],
		trust: plugin === null ? null : { verdict: sampleVerdict(level), evidence: sampleEvidence(level) },
		tree: plugin === null ? null : sampleTree(plugin),
	};
}

function sampleTree({ name, version }: InstalledPlugin): NonNullable<PackageInfo['tree']> {
	const root = `${name}@${version}`;
	return {
		root,
		packages: [
			{ id: root, name, version, bytes: 184_000, dependencies: ['undici@7.3.0', 'p-limit@7.0.0', 'semver@7.5.4'] },
			{ id: 'undici@7.3.0', name: 'undici', version: '7.3.0', bytes: 1_400_000, dependencies: [] },
			{ id: 'p-limit@7.0.0', name: 'p-limit', version: '7.0.0', bytes: 12_000, dependencies: ['yocto-queue@1.2.1'] },
			{ id: 'yocto-queue@1.2.1', name: 'yocto-queue', version: '1.2.1', bytes: 7000, dependencies: [] },
			{ id: 'semver@7.5.4', name: 'semver', version: '7.5.4', bytes: 98_000, dependencies: [] },
		],
	};
}

function tasksOf(plugin: InstalledPlugin | null): PackageInfo['tasks'] {
	return plugin === null || plugin.tasks === null ? null : sampleTasks();
}

function sampleTasks(): NonNullable<PackageInfo['tasks']> {
	return {
		check: {
			description: 'Checks the links of one file.',
			input: {
				type: 'object',
				properties: { file: { type: 'string' }, timeout: { type: 'integer', default: 30 }, strict: { type: 'boolean', default: false } },
				required: ['file'],
			},
			output: { type: 'object' },
		},
		report: { description: 'Writes a report.', input: { type: 'object' }, output: { type: 'object' } },
	};
}

function plannedPackage(name: string, version: string, level: Level, isRoot: boolean): PlannedPackage {
	return {
		id: `${name}@${version}`,
		name,
		version,
		isRoot,
		isNew: true,
		verdict: sampleVerdict(level),
		evidence: sampleEvidence(level),
		fetchedBytes: 48_000,
		license: 'MIT',
		deprecated: null,
		hasInstallScript: false,
		tasks: isRoot ? ['check', 'report'] : null,
	};
}

function emptyPlan(kind: Plan['kind'], command: string, baseGeneration: number): Plan {
	return {
		kind,
		command,
		baseGeneration,
		targetGeneration: null,
		changes: [],
		packages: [],
		requirements: [],
		notices: [],
		fetchedBytes: 0,
		fetchedCount: 0,
		lock: { format: 1, roots: {}, packages: {} },
	};
}

function installPlan(specs: readonly string[], baseGeneration: number): Plan {
	const roots = specs.map((spec) => spec.replace(/(.)@.*$/, '$1'));
	const version = '2.1.0';
	const permission = (plugin: string, asked: Permission): Requirement => ({
		type: 'permission',
		id: `permission:${plugin}@${version}:${permissionId(asked)}`,
		plugin,
		version,
		permission: asked,
		permissionId: permissionId(asked),
		novelty: 'new',
	});
	const [first = 'plugin'] = roots;
	return {
		...emptyPlan('install', `install ${specs.join(' ')}`, baseGeneration),
		changes: [
			...roots.map((name): Change => ({ type: 'add', name, to: version, isRoot: true })),
			{ type: 'add', name: 'undici', to: '7.3.0', isRoot: false },
			{ type: 'add', name: 'p-limit', to: '7.0.0', isRoot: false },
		],
		packages: [
			...roots.map((name) => plannedPackage(name, version, 'unknown', true)),
			plannedPackage('undici', '7.3.0', 'verified', false),
			plannedPackage('p-limit', '7.0.0', 'known', false),
		],
		requirements: [
			permission(first, NET),
			permission(first, LOGS),
			{ type: 'lower-level', id: `lower-level:${first}@${version}`, package: first, version, level: 'unknown', minimum: 'known' },
		],
		notices: [{ severity: 'info', text: 'undici 7.4.0 is 20 hours old; the older 7.3.0 was taken.' }],
		fetchedBytes: 1_396_000,
		fetchedCount: 3,
	};
}

function updatePlan(plugins: readonly InstalledPlugin[], names: readonly string[], baseGeneration: number): Plan {
	return {
		...emptyPlan('update', ['update', ...names].join(' '), baseGeneration),
		changes: plugins.map((plugin): Change => ({
			type: 'update',
			name: plugin.name,
			from: plugin.version,
			to: plugin.wanted ?? plugin.version,
			isRoot: true,
		})),
		// As its review says: prettier gets worse.
		packages: plugins.map((plugin) =>
			plannedPackage(plugin.name, plugin.wanted ?? plugin.version, plugin.name === 'prettier' ? 'unknown' : plugin.level, true),
		),
		fetchedBytes: 96_000,
		fetchedCount: plugins.length,
	};
}
