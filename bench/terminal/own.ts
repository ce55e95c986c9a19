import { setTimeout as sleep } from 'node:timers/promises';

import { burst, hold, pressQuickly, pressSlowly } from './keys.ts';
import { PARTS, partNames, SLOW_NAMES } from './names.ts';
import type { BenchPlace } from './place.ts';
import { proportionalMegabytes } from './proportional-memory.ts';
import { openSession, type Session } from './session.ts';
import type { Measure } from './table.ts';

const PROGRAM = 'plugward';
const NO_PLUGIN = (commandLine: string): boolean => !commandLine.includes('sandbox-host');

type Plain = Pick<Measure, 'what' | 'unit' | 'values'>;

function own(measure: Plain, most?: number, more: Pick<Measure, 'take'> = {}): Measure {
	return { program: PROGRAM, ...measure, ...more, ...(most === undefined ? {} : { goal: { most, isRatio: false } }) };
}

/** Opens Browse with a list of some hundred results. */
async function openResults(place: BenchPlace): Promise<Session> {
	const session = openSession(place.plugward());
	await session.until(place.firstPlugin);
	session.send('2');
	await session.until('Search');
	session.send('/log\r');
	await session.until(/matches for "log"/);
	await session.quiet(300);
	return session;
}

/** Keys in the list of results: how soon, with how many bytes, and what memory it takes. */
export async function measureKeys(place: BenchPlace): Promise<readonly Measure[]> {
	await using session = await openResults(place);
	await sleep(700);
	const atStart = proportionalMegabytes(session.pid, NO_PLUGIN);
	const inPage = [...Array<string>(20).fill('j'), ...Array<string>(20).fill('k')];
	const settled = await pressSlowly(session, inPage);
	const quick = await pressQuickly(
		session,
		Array.from({ length: 240 }, (_, index) => inPage[index % inPage.length] ?? ''),
	);
	const jumps = await pressSlowly(session, ['\u0004', '\u0004', '\u0004', '\u0004', '\u0015', '\u0015', '\u0015', '\u0015']);
	session.send('g');
	await session.quiet(300);
	const held = await hold(session, 'j', { count: 90, perSecond: 30 });
	session.send('g');
	await session.until(/ 1 of /);
	await session.quiet(300);
	const many = await burst(session, 'j'.repeat(100), '101 of');
	await session.quiet(300);
	for (let key = 0; key < 1500; key += 1) {
		session.send(key % 50 < 25 ? 'k' : 'j');
		await sleep(4);
	}

	await session.quiet(300);
	const after = proportionalMegabytes(session.pid, NO_PLUGIN);
	return [
		own({ what: 'key to first byte, p50', unit: 'ms', values: quick.latencies }, 5),
		own({ what: 'key to first byte, p99', unit: 'ms', values: quick.latencies }, 16, { take: 0.99 }),
		own({ what: 'bytes a key in a page', unit: 'B', values: [settled.bytesPerKey] }, 400),
		own({ what: 'bytes a page jump', unit: 'B', values: [jumps.bytesPerKey] }, 1800),
		own({ what: 'bytes a key, held at 30 a second', unit: 'B', values: [held] }, 200),
		own({ what: '100 keys in one write, all drawn', unit: 'ms', values: [many.milliseconds] }, 50),
		own({ what: '100 keys in one write, frames', unit: 'frames', values: [many.frames] }, 3),
		own({ what: 'memory (PSS) at start', unit: 'MB', values: [atStart] }, 110),
		own({ what: 'memory (PSS) after 1,500 keys', unit: 'MB', values: [after] }, 180),
	];
}

/** An install that lasts: what its screen sends, and keys in another list meanwhile. */
export async function measureInstall(place: BenchPlace): Promise<readonly Measure[]> {
	await using session = await openResults(place);
	session.send('/\u0015');
	session.send(`${SLOW_NAMES.join(' ')}\r`);
	await session.until(/1 of 1 /);
	session.send('i');
	// What an installation fetches it fetches for its plan.
	await session.until(/0 of 8 packages/);
	await sleep(500);
	const [before, startedAt] = [session.bytes(), performance.now()];
	await sleep(3000);
	const bytesPerSecond = ((session.bytes() - before) * 1000) / (performance.now() - startedAt);
	const during = await pressWhileRunning(session, place, 100);
	const busy: number[] = [];
	for (const name of ['many-a', 'many-b']) {
		busy.push(...(await pressDuringLargeInstall(place, name)));
	}

	return [
		own({ what: 'progress screen', unit: 'B/s', values: [bytesPerSecond] }, 500),
		own({ what: 'key to first byte during a slow install, p50', unit: 'ms', values: during }, 5),
		own({ what: 'key to first byte during a slow install, p99', unit: 'ms', values: during }, 16, { take: 0.99 }),
		own({ what: 'key to first byte while 401 packages come, p50', unit: 'ms', values: busy }, 5),
		own({ what: 'key to first byte while 401 packages come, p99', unit: 'ms', values: busy }, 16, { take: 0.99 }),
	];
}

/** From the moment that it fetches until it is over: packages come as fast as they can be read, are unpacked and looked at. */
async function pressDuringLargeInstall(place: BenchPlace, name: string): Promise<readonly number[]> {
	// What the registry has to make first must not be waited for, nor take time from the app.
	await Promise.all([name, ...partNames(name)].map(async (one) => (await fetch(`${place.registry}${one}`)).arrayBuffer()));
	await using session = await openResults(place);
	session.send('/\u0015');
	session.send(`${name}\r`);
	await session.until(/1 of 1 /);
	session.send('i');
	await session.until(`of ${PARTS + 1} packages`);
	const latencies = await pressWhileRunning(session, place, 400);
	session.send('4');
	// It was planned, and nothing failed.
	await session.until(/Enter reviews it|plan is ready/i);
	return latencies;
}

/** Keys in another list, until so many were pressed or nothing runs any more. */
async function pressWhileRunning(session: Session, place: BenchPlace, most: number): Promise<readonly number[]> {
	session.send('1');
	await session.until(place.firstPlugin);
	const latencies: number[] = [];
	const keys = [...Array<string>(8).fill('j'), ...Array<string>(8).fill('k')];
	for (let index = 0; index < most; index += keys.length) {
		const { latencies: some } = await pressQuickly(session, keys.slice(0, most - index));
		// Else they were pressed beside nothing.
		if (!(await session.isShown(/Ctrl-C cancels it/))) {
			break;
		}

		latencies.push(...some);
	}

	if (latencies.length === 0) {
		throw new Error('It was over before a single key was pressed.');
	}

	return latencies;
}

/** From each letter of a search to the frame with its results. */
export async function measureFilter(
	place: BenchPlace,
	{ packages, most }: { readonly packages: number; readonly most: number },
): Promise<readonly Measure[]> {
	await using session = await openResults(place);
	const times: number[] = [];
	session.send('/');
	await session.until('leave field');
	for (const word of ['table', 'graph', 'mail', 'query']) {
		session.send('\u0015');
		await session.quiet(400);
		for (let length = 1; length <= word.length; length += 1) {
			const sentAt = performance.now();
			session.send(word[length - 1] ?? '');
			const at = await session.until(`for "${word.slice(0, length)}"`);
			times.push(at - sentAt);
			await session.quiet(100);
		}
	}

	return [own({ what: `letter of a search of ${packages} packages to frame`, unit: 'ms', values: times }, most)];
}
