/**
 * Resolves inside one process, as the app and a program that imports the engine do, and prints what it measured as JSON.
 * Usage: node --expose-gc bench/resolver-in-process.ts '{"what": "solve", "registry": URL, "cacheFolder": ..., "roots": {...}, ...}'
 */
import { createHash } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseIntegrity } from '../source/engine/integrity.ts';
import type { Lock } from '../source/engine/lock.ts';
import { lockOfResolution } from '../source/engine/operations/locks/lock-of-resolution.ts';
import { createRegistryClient, type RegistryClient } from '../source/engine/registry/index.ts';
import { resolve, type Resolution } from '../source/engine/resolver/index.ts';

type Question = {
	/** `solve`: from the stored metadata; `cold`: with an empty cache folder; `relock`: with a lock, unchanged and with one root more. */
	readonly what: 'solve' | 'cold' | 'relock';
	readonly registry: string;
	readonly cacheFolder: string;
	readonly roots: Readonly<Record<string, string>>;
	readonly added: Readonly<Record<string, string>>;
	readonly repeats: number;
};

const question = JSON.parse(process.argv[2] ?? '{}') as Question;
const { signal } = new AbortController();
const delay = monitorEventLoopDelay({ resolution: 1 });

process.stdout.write(JSON.stringify(await measure()));

async function measure(): Promise<Readonly<Record<string, number>>> {
	switch (question.what) {
		case 'solve': {
			const client = await openClient();
			delay.enable();
			const heap = watchHeap();
			const first = await timed(client, { roots: question.roots, lock: null });
			const peaks = heap();
			const reread = await repeated(openClient, { roots: question.roots, lock: null });
			const repeat = await repeated(async () => client, { roots: question.roots, lock: null });
			return { first: first.milliseconds, reread, repeat, ...peaks, packages: first.resolution.packages.length };
		}
		case 'cold': {
			const client = await openClient();
			delay.enable();
			const first = await timed(client, { roots: question.roots, lock: null });
			const stallMilliseconds = delay.max / 1e6;
			await client[Symbol.asyncDispose]();
			return { first: first.milliseconds, stallMilliseconds };
		}
		case 'relock': {
			const client = await openClient();
			const { resolution } = await timed(client, { roots: question.roots, lock: null });
			const lock = lockOf(resolution);
			const unchanged = await repeated(async () => client, { roots: question.roots, lock });
			const hasAll = Object.keys(question.added).every((name) => Object.hasOwn(question.roots, name));
			return hasAll
				? { unchanged }
				: { unchanged, added: await repeated(async () => client, { roots: { ...question.roots, ...question.added }, lock }) };
		}
	}
}

function openClient(): Promise<RegistryClient> {
	return createRegistryClient({
		cwd: question.cacheFolder,
		environment: { HOME: question.cacheFolder },
		registry: question.registry,
		offline: question.what !== 'cold',
		cacheFolder: question.cacheFolder,
		onNotice: ({ text }) => {
			throw new Error(text);
		},
	});
}

type Wanted = { readonly roots: Readonly<Record<string, string>>; readonly lock: Lock | null };

async function timed(client: RegistryClient, { roots, lock }: Wanted): Promise<{ milliseconds: number; resolution: Resolution }> {
	const startedAt = performance.now();
	const outcome = await resolve(
		{
			roots: Object.entries(roots).map(([name, spec]) => ({ name, spec })),
			lock,
			unlocked: lock === null ? 'all' : [],
			overrides: [],
			platform: { os: process.platform, cpu: process.arch, libc: null, node: process.versions.node },
			policy: {
				minimumAgeMilliseconds: 0,
				now: Date.now(),
				asOf: null,
				denied: [],
				engines: 'preferred',
				ageExempt: () => false,
				revoked: [],
			},
		},
		{ provider: client.metadata, signal, budgetMilliseconds: 60_000 },
	);
	const milliseconds = performance.now() - startedAt;
	if (outcome.type !== 'resolved') {
		throw new Error(`Not solved: ${JSON.stringify(outcome).slice(0, 2000)}`);
	}

	return { milliseconds, resolution: outcome.resolution };
}

/** Median after as many again that are not counted. */
async function repeated(open: () => Promise<RegistryClient>, wanted: Wanted): Promise<number> {
	const times: number[] = [];
	for (let i = 0; i < question.repeats * 2; i += 1) {
		const { milliseconds } = await timed(await open(), wanted);
		times.push(milliseconds);
	}

	return times.slice(question.repeats).toSorted((a, b) => a - b)[Math.floor(question.repeats / 2)] ?? 0;
}

/** Looks whenever the event loop turns; the heap holds garbage too, as it does for the operating system. */
function watchHeap(): () => { readonly heapBytes: number; readonly bufferBytes: number; readonly stallMilliseconds: number } {
	globalThis.gc?.();
	let heapBytes = 0;
	let bufferBytes = 0;
	let isOver = false;
	const look = (): void => {
		const { heapUsed, arrayBuffers } = process.memoryUsage();
		heapBytes = Math.max(heapBytes, heapUsed);
		bufferBytes = Math.max(bufferBytes, arrayBuffers);
	};
	const again = (): void => {
		look();
		if (!isOver) {
			setTimeout(again, 1);
		}
	};
	again();
	return () => {
		look();
		isOver = true;
		return { heapBytes, bufferBytes, stallMilliseconds: delay.max / 1e6 };
	};
}

function lockOf(resolution: Resolution): Lock {
	const integrities = new Map(
		resolution.packages.map(({ name, version, manifest }) => {
			const digest = createHash('sha512').update(`${name}@${version}`).digest('base64');
			const integrity = parseIntegrity(manifest.integrity ?? '') ?? parseIntegrity(`sha512-${digest}`);
			if (integrity === null) {
				throw new Error('A digest is always an integrity.');
			}

			return [`${name}@${version}`, integrity] as const;
		}),
	);
	return lockOfResolution(resolution, { integrities, specs: new Map() });
}
