import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { EngineError, throwIfAborted } from '../errors.ts';
import { stripToLine } from '../strip-controls.ts';
import type { Disk } from './disk.ts';
import { FILE_MODE, temporaryName } from './disk.ts';
import { damaged, systemCode, writeError } from './home-errors.ts';
import type { KernelLock } from './kernel-lock.ts';
import { NOT_A_LOCK, tryLock } from './kernel-lock.ts';
import type { Layout } from './layout.ts';

/** The process that holds the mutex, as it wrote about itself. */
export type MutexHolder = {
	readonly pid: number;
	readonly command: string;
	/** ISO time. */
	readonly since: string;
};

export type Mutex = {
	/** Throws `home-busy` when the waiting time is over, `cancelled`, `home-unwritable`. */
	readonly acquire: (options: MutexWait) => Promise<{ readonly release: () => Promise<void> }>;
	/** Null when somebody holds it. */
	readonly tryAcquire: () => Promise<{ readonly release: () => Promise<void> } | null>;
	readonly isHeld: () => boolean;
};

export type MutexWait = {
	readonly waitMilliseconds: number;
	readonly signal: AbortSignal;
	/** Called once when the wait begins, and again when another process takes over. */
	readonly onWaiting: (holder: MutexHolder | null) => void;
};

const POLL_MILLISECONDS = 20;

const holderSchema = v.object({ pid: v.number(), command: v.string(), since: v.string() });

export function createMutex(options: {
	readonly layout: Layout;
	readonly disk: Disk;
	readonly command: string;
	readonly clock: () => Date;
}): Mutex {
	const { layout, disk } = options;
	let held: KernelLock | null = null;

	async function hold(lock: KernelLock): Promise<{ readonly release: () => Promise<void> }> {
		held = lock;
		const release = async () => {
			held = null;
			// The note only informs; that it stays must not hide what the work itself threw.
			await disk.removeFile(layout.mutexHolder).catch(() => undefined);
			lock.release();
		};

		try {
			const holder: MutexHolder = { pid: process.pid, command: options.command, since: options.clock().toISOString() };
			await writeHolder({ disk, layout, holder });
		} catch (error) {
			held = null;
			lock.release();
			throw systemCode(error) === 'EISDIR'
				? damaged(layout.relative(layout.mutexHolder), 'is a folder, expected a file', { cause: error, hint: 'Remove that folder.' })
				: writeError(error, 'take the mutex of the home');
		}

		return { release };
	}

	return {
		isHeld: () => held !== null,
		tryAcquire: async () => {
			const lock = await tryPath(layout.mutex, layout);
			return lock === null ? null : hold(lock);
		},
		acquire: async (wait) => {
			const deadline = performance.now() + wait.waitMilliseconds;
			const announce = announcer(layout, wait.onWaiting);
			const turn = await poll({ path: layout.mutexQueue, layout, wait, deadline, announce });
			try {
				return await hold(await poll({ path: layout.mutex, layout, wait, deadline, announce }));
			} finally {
				turn.release();
			}
		},
	};
}

/** A home that shares its store changes while no other home of that store does: always first its own mutex, then that of the store. */
export function bothMutexes(home: Mutex, store: Mutex): Mutex {
	const releasing = (first: Held, second: Held) => ({
		release: async () => {
			try {
				await second.release();
			} finally {
				await first.release();
			}
		},
	});
	return {
		isHeld: () => home.isHeld() && store.isHeld(),
		tryAcquire: async () => {
			const first = await home.tryAcquire();
			const second = first === null ? null : await orRelease(first, () => store.tryAcquire());
			if (first !== null && second === null) {
				await first.release();
			}

			return first === null || second === null ? null : releasing(first, second);
		},
		acquire: async (wait) => {
			const first = await home.acquire(wait);
			return releasing(first, await orRelease(first, () => store.acquire(wait)));
		},
	};
}

type Held = { readonly release: () => Promise<void> };

async function orRelease<T>(held: Held, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		await held.release();
		throw error;
	}
}

type Poll = {
	readonly path: string;
	readonly layout: Layout;
	readonly wait: MutexWait;
	readonly deadline: number;
	readonly announce: () => Promise<MutexHolder | null>;
};

async function poll({ path, layout, wait, deadline, announce }: Poll): Promise<KernelLock> {
	for (;;) {
		throwIfAborted(wait.signal);
		const lock = await tryPath(path, layout);
		if (lock !== null) {
			return lock;
		}

		const holder = await announce();
		if (performance.now() >= deadline) {
			throw busy(holder, wait.waitMilliseconds);
		}

		// Not in step with the other waiters.
		await sleep(POLL_MILLISECONDS * (0.5 + Math.random()), undefined, { signal: wait.signal }).catch(() => throwIfAborted(wait.signal));
	}
}

async function tryPath(path: string, layout: Layout): Promise<KernelLock | null> {
	try {
		return await tryLock(path);
	} catch (error) {
		throw systemCode(error) === NOT_A_LOCK
			? damaged(layout.relative(path), 'is not the empty lock file it was', { cause: error })
			: writeError(error, 'take the mutex of the home');
	}
}

function announcer(layout: Layout, onWaiting: MutexWait['onWaiting']): () => Promise<MutexHolder | null> {
	let told: number | null | undefined;
	return async () => {
		const holder = await readHolder(layout);
		const pid = holder?.pid ?? null;
		if (told === undefined || (pid !== null && pid !== told)) {
			told = pid;
			onWaiting(holder);
		}

		return holder;
	};
}

// It only informs: the lock itself is the truth, so a missing or unreadable note is no error.
async function readHolder(layout: Layout): Promise<MutexHolder | null> {
	const text = await readFile(layout.mutexHolder, 'utf8').catch(() => null);
	if (text === null) {
		return null;
	}

	try {
		const holder = v.parse(holderSchema, JSON.parse(text));
		return { ...holder, command: stripToLine(holder.command).slice(0, 200) };
	} catch {
		// Written by nobody we know; the wait goes on without a name.
		return null;
	}
}

async function writeHolder(note: { readonly disk: Disk; readonly layout: Layout; readonly holder: MutexHolder }): Promise<void> {
	const temporary = temporaryName(note.layout.mutexHolder);
	await note.disk.writeFile(temporary, Buffer.from(`${JSON.stringify(note.holder)}\n`), FILE_MODE);
	await note.disk.rename(temporary, note.layout.mutexHolder);
}

function busy(holder: MutexHolder | null, waitMilliseconds: number): EngineError {
	const who = holder === null ? 'Another plugward' : `Another plugward (process ${holder.pid}, \`${holder.command}\`)`;
	return new EngineError('home-busy', `${who} is changing this home; waited ${(waitMilliseconds / 1000).toFixed(1)} s.`, {
		hint: 'Wait until it is done, or wait longer with --wait <seconds>.',
		details: { holder },
	});
}
