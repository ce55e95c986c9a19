import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { AddRequest, GenerationChange, Home, Receipt } from '../../../source/engine/home/index.ts';
import { EMPTY_SETTINGS } from '../../../source/engine/home/index.ts';
import type { Integrity } from '../../../source/engine/integrity.ts';
import type { Lock } from '../../../source/engine/lock.ts';
import { integrityOf, tarballOf } from './archive-builder.ts';

export const signal = new AbortController().signal;
export const waiting = { signal, onWaiting: () => undefined };

/** A folder that is removed when it goes out of scope. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
	const path = await mkdtemp(join(tmpdir(), 'plugward-home-'));
	return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export type Sample = { readonly name: string; readonly version: string; readonly tarball: Buffer; readonly integrity: Integrity };

export function sample(name: string, version = '1.0.0', files: Readonly<Record<string, string>> = {}): Sample {
	const tarball = tarballOf({
		'package.json': JSON.stringify({ name, version }),
		'index.js': `module.exports = '${name}@${version}';\n`,
		LICENSE: 'The same in every package.\n',
		...files,
	});
	return { name, version, tarball, integrity: integrityOf(tarball) };
}

export function addRequest({ name, version, tarball, integrity }: Sample, changes: Partial<AddRequest> = {}): AddRequest {
	return {
		name,
		version,
		expected: { integrity, shasum: null },
		open: async () => ({ stream: Readable.from([tarball]), totalBytes: tarball.length }),
		judge: async () => [],
		signal,
		onProgress: () => undefined,
		...changes,
	};
}

export async function add(home: Home, one: Sample, changes: Partial<AddRequest> = {}): Promise<Receipt> {
	return home.store.add(addRequest(one, changes));
}

export function lockOf(samples: readonly Sample[]): Lock {
	const rest = { dependencies: {}, peers: [], dropped: {}, optional: false, os: [], cpu: [], libc: [], tarballPath: null };
	return {
		format: 1,
		roots: Object.fromEntries(samples.map(({ name, version }) => [name, { spec: version, instance: `${name}@${version}` }])),
		packages: Object.fromEntries(
			samples.map(({ name, version, integrity }) => [`${name}@${version}`, { name, version, integrity, ...rest }]),
		),
	};
}

export function changeTo(samples: readonly Sample[], base: number): GenerationChange {
	return {
		base,
		lock: lockOf(samples),
		grants: [
			{
				plugin: samples[0]?.name ?? 'none',
				version: '1.0.0',
				permission: 'net:a.example:443',
				grantedAt: '2026-01-01T00:00:00.000Z',
				reason: null,
				expiresAt: null,
			},
		],
		settings: EMPTY_SETTINGS,
		meta: {
			createdAt: '2026-01-01T00:00:00.000Z',
			command: `install ${samples.map(({ name }) => name).join(' ')}`,
			user: 'tester',
			changes: samples.map(({ name, version }) => ({ type: 'add', name, to: version, isRoot: true })),
			base,
		},
		artefacts: samples.map(({ integrity }) => integrity),
	};
}

/** Adds and commits in one go. */
export async function install(home: Home, samples: readonly Sample[]): Promise<number> {
	for (const one of samples) {
		await add(home, one);
	}

	const base = (await home.current()).number;
	const generation = await home.withMutex(() => home.commit(changeTo(samples, base), { signal }), waiting);
	return generation.number;
}
