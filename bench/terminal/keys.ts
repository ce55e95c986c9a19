import { setTimeout as sleep } from 'node:timers/promises';

import type { Chunk, Session } from './session.ts';

/** A pane that follows the selection is drawn this long after a key at the latest. */
const SETTLED_MILLISECONDS = 150;
const SYNCHRONISED_START = '\u001B[?2026h';
const SYNCHRONISED_END = '\u001B[?2026l';

export type Pace = {
	/** From the key to the first byte, in milliseconds; keys that changed nothing on the screen are left out. */
	readonly latencies: readonly number[];
	readonly bytesPerKey: number;
};

/** One key after the other, each followed by a pause in which everything it changed is drawn. */
export async function pressSlowly(session: Session, keys: readonly string[]): Promise<Pace> {
	return pressKeys(session, keys, async () => session.quiet(SETTLED_MILLISECONDS));
}

/** Keys at the speed of somebody who types fast; the pause is counted from the answer. */
export async function pressQuickly(session: Session, keys: readonly string[]): Promise<Pace> {
	return pressKeys(session, keys, async (index) => sleep(30 + (index % 7) * 5));
}

async function pressKeys(session: Session, keys: readonly string[], pause: (index: number) => Promise<unknown>): Promise<Pace> {
	const latencies: number[] = [];
	const before = session.bytes();
	for (const [index, key] of keys.entries()) {
		const coming = session.next(500);
		const sentAt = performance.now();
		session.send(key);
		const at = await coming;
		latencies.push(...(at === null ? [] : [at - sentAt]));
		await pause(index);
	}

	await session.quiet(SETTLED_MILLISECONDS);
	return { latencies, bytesPerKey: (session.bytes() - before) / keys.length };
}

/** A key held down, as keyboards repeat it. Resolves to the bytes for each. */
export async function hold(
	session: Session,
	key: string,
	{ count, perSecond }: { readonly count: number; readonly perSecond: number },
): Promise<number> {
	const before = session.bytes();
	const startedAt = performance.now();
	for (let index = 0; index < count; index += 1) {
		await sleep(Math.max(0, startedAt + (index * 1000) / perSecond - performance.now()));
		session.send(key);
	}

	await session.quiet(SETTLED_MILLISECONDS);
	return (session.bytes() - before) / count;
}

export type Burst = { readonly milliseconds: number; readonly frames: number; readonly bytes: number };

/** All keys in one write; `shows` is what stands on the screen once all of them were taken. Null waits for silence instead. */
export async function burst(session: Session, keys: string, shows: string | RegExp | null): Promise<Burst> {
	const [before, first] = [session.bytes(), session.chunks.length];
	const sentAt = performance.now();
	session.send(keys);
	const drawnAt = shows === null ? null : await session.until(shows, 5000);
	if (drawnAt === null) {
		await session.next(1000);
	}

	await session.quiet(300);
	const at = drawnAt ?? session.chunks.at(-1)?.at ?? sentAt;
	const written = session.chunks.slice(first).filter((chunk) => chunk.at <= at);
	return { milliseconds: at - sentAt, frames: framesIn(written), bytes: session.bytes() - before };
}

/** Those that are marked as frames, and each read in which something else stands: what is too little for the marks, or a program without. */
function framesIn(chunks: readonly Chunk[]): number {
	const text = chunks.map((chunk) => chunk.text).join('');
	const unmarked = chunks.filter((chunk) => !chunk.text.includes(SYNCHRONISED_START) && !chunk.text.includes(SYNCHRONISED_END));
	return text.split(SYNCHRONISED_START).length - 1 + unmarked.length;
}
