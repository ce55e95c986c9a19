import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { EngineError } from '../../../source/engine/errors.ts';
import { type Home, openHome } from '../../../source/engine/home/index.ts';
import { createLayout } from '../../../source/engine/home/layout.ts';
import { openHomeOn } from '../../../source/engine/home/open-home.ts';
import { randomFrom } from '../../proofs/random.ts';
import { createFailingDisk } from './failing-disk.ts';
import { changeTo, install, sample, signal, temporaryFolder, waiting } from './temporary-home.ts';

const ROUNDS = process.env['PLUGWARD_THOROUGH'] === '1' ? 150 : 12;
const [one, two] = [sample('one'), sample('two')];

const WRONG: readonly unknown[] = [
	null,
	true,
	-1,
	0,
	1.5,
	2 ** 53,
	1e308,
	'',
	'x'.repeat(5000),
	'../../etc',
	[],
	[[]],
	{},
	{ length: 1 },
	'__proto__',
];
const TEXTS = [
	'',
	' ',
	'null',
	'[]',
	'{}',
	'0',
	'"text"',
	'{"format":1}',
	'{"format":1e999}',
	'['.repeat(200_000),
	'{"a":'.repeat(50_000),
	'\0'.repeat(100),
];

/** One of everything that a home keeps as a file, with a commit that was interrupted. */
async function fullHome(path: string): Promise<void> {
	const failing = createFailingDisk(path);
	const home = await openHomeOn(failing.disk, { path, waitMilliseconds: 100 });
	await install(home, [one]);
	await install(home, [one, two]);
	await home.withMutex(
		() => home.revoke({ type: 'version', name: 'one', version: '1.0.0', revokedAt: '2026-01-01T00:00:00.000Z', reason: null }),
		waiting,
	);
	await home.withMutex(() => home.keepGeneration(1), waiting);
	await home.writeBundle('ab'.repeat(32), Buffer.from('code'));
	failing.stopAt(9);
	await home.withMutex(() => home.commit(changeTo([two], 2), { signal }), waiting).catch(() => undefined);
	await home[Symbol.asyncDispose]();
}

function filesOf({ layout }: Pick<Home, 'layout'>, journal: string): Readonly<Record<string, string>> {
	const generation = (part: string) => join(layout.generation(2), `${part}.json`);
	return {
		format: layout.format,
		current: layout.current,
		journal,
		lock: generation('lock'),
		grants: generation('grants'),
		settings: generation('settings'),
		meta: generation('meta'),
		'meta of an older generation': join(layout.generation(1), 'meta.json'),
		receipt: join(layout.entry(one.integrity), 'receipt.json'),
		revocations: layout.revocations,
		kept: layout.kept,
		audit: layout.audit,
		'mutex note': layout.mutexHolder,
		key: layout.key,
		bundle: layout.bundle('ab'.repeat(32)),
	};
}

function mutate(original: Buffer, random: () => number): Buffer {
	const bytes = Buffer.from(original);
	switch (Math.floor(random() * 5)) {
		case 0:
			for (let flips = Math.floor(random() * 3); flips >= 0; flips -= 1) {
				const at = Math.floor(random() * bytes.length);
				bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
			}

			return bytes;
		case 1:
			return bytes.subarray(0, Math.floor(random() * bytes.length));
		case 2:
			return Buffer.from(TEXTS[Math.floor(random() * TEXTS.length)] ?? '');
		default:
			return swapped(bytes, random);
	}
}

/** The same JSON with one value somewhere in it of another kind. */
function swapped(bytes: Buffer, random: () => number): Buffer {
	let json: unknown;
	try {
		json = JSON.parse(bytes.toString());
	} catch {
		return Buffer.concat([bytes, bytes]);
	}

	const places: (() => void)[] = [];
	const collect = (node: unknown): void => {
		if (typeof node === 'object' && node !== null) {
			for (const key of Object.keys(node)) {
				const record = node as Record<string, unknown>;
				places.push(() => {
					record[key] = WRONG[Math.floor(random() * WRONG.length)];
				});
				places.push(() => {
					delete record[key];
				});
				collect(record[key]);
			}
		}
	};
	collect(json);
	places[Math.floor(random() * places.length)]?.();
	return Buffer.from(JSON.stringify(json));
}

const digestOf = (bytes: Uint8Array) => `sha512-${createHash('sha512').update(bytes).digest('base64')}`;

/** Makes the digests right again, so that what reads the content is what must refuse it. */
async function vouchFor(home: string, part: string): Promise<void> {
	const folder = join(home, 'generations/000002');
	const meta = JSON.parse(await readFile(join(folder, 'meta.json'), 'utf8')) as { files: Record<string, string> };
	if (part !== 'meta.json') {
		meta.files[part] = digestOf(await readFile(join(folder, part)));
		await writeFile(join(folder, 'meta.json'), JSON.stringify(meta));
	}

	await writeFile(join(home, 'current'), JSON.stringify({ number: 2, digest: digestOf(await readFile(join(folder, 'meta.json'))) }));
}

/** Everything that reads, and what changes the most. Gives how far it came. */
async function useEverything(path: string): Promise<readonly unknown[]> {
	const answers: unknown[] = [];
	const home = await openHome({ path, waitMilliseconds: 100 });
	const attempts: readonly (() => Promise<unknown>)[] = [
		() => home.current(),
		() => home.generations(),
		() => home.revocations(),
		() => home.keptGenerations(),
		() => home.operations(),
		() => home.readBundle('ab'.repeat(32)),
		() => home.store.receipt(one.integrity),
		() => home.store.verifyEntry(one.integrity, { signal }),
		() => home.findGarbage({ newest: 0, since: null }),
		() => home.recover(),
		() => home.appendAudit({ event: 'still-there' }),
		() => home.withMutex(() => home.collectGarbage({ newest: 0, since: null }, { signal }), waiting),
		() => home.withMutex(() => home.switchTo(1, { signal, command: 'rollback 1' }), waiting),
	];
	for (const attempt of attempts) {
		answers.push(await attempt().catch((error: unknown) => requireNamed(error)));
	}

	await home[Symbol.asyncDispose]();
	return answers;
}

function requireNamed(error: unknown): EngineError {
	expect(error, String(error)).toBeInstanceOf(EngineError);
	const { code, message } = error as EngineError;
	expect(['home-damaged', 'generation-not-found', 'home-unwritable'], message).toContain(code);
	expect(message).toMatch(
		/format|current|revocations\.json|journal\/|kept\.json|generation|packages\/[0-9a-f]{12}|audit|bundle|mutex\.json/u,
	);
	return error as EngineError;
}

const NAMES = Object.keys(
	filesOf({ layout: { generation: () => '', entry: () => '', bundle: () => '' } as unknown as Home['layout'] }, ''),
);

test.each(NAMES)('whatever is in the place of the %s, it is refused by name or harmless', { timeout: 600_000 }, async (name) => {
	await using folder = await temporaryFolder();
	const template = join(folder.path, 'template');
	await fullHome(template);
	for (let seed = 1; seed <= ROUNDS; seed += 1) {
		const random = randomFrom(seed);
		const path = join(folder.path, `home-${seed}`);
		await cp(template, path, { recursive: true });
		const layout = createLayout(path);
		const [intent = ''] = readdirSync(layout.journal);
		const target = filesOf({ layout }, join(layout.journal, intent))[name] ?? '';
		const original = await readFile(target).catch(() => Buffer.from('{"pid":1,"command":"x","since":"x"}'));
		const changed = mutate(original, random);
		await rm(target, { force: true });
		if (seed % 6 === 0) {
			await mkdir(target);
		} else {
			await writeFile(target, changed);
		}

		const part = relative(layout.generation(2), target);
		const isVouched = seed % 2 === 0 && seed % 6 !== 0 && ['lock.json', 'grants.json', 'settings.json', 'meta.json'].includes(part);
		if (isVouched) {
			await vouchFor(path, part).catch(() => undefined);
		}

		const answers = await useEverything(path).catch((error: unknown) => [requireNamed(error)]);
		if (['lock', 'grants', 'settings', 'meta'].includes(name) && !isVouched && !changed.equals(original)) {
			expect(answers[0], `seed ${seed}`).toBeInstanceOf(EngineError);
		}

		await rm(path, { recursive: true, force: true });
	}
});

test.each(['journal', 'revocations', 'kept'])('one changed letter in the %s is never believed', { timeout: 600_000 }, async (name) => {
	await using folder = await temporaryFolder();
	const template = join(folder.path, 'template');
	await fullHome(template);
	const layout = createLayout(template);
	const [intent = ''] = readdirSync(layout.journal);
	const target = filesOf({ layout }, join(layout.journal, intent))[name] ?? '';
	const original = await readFile(target);
	const step = process.env['PLUGWARD_THOROUGH'] === '1' ? 1 : 7;
	for (let at = 0; at < original.length; at += step) {
		const bytes = Buffer.from(original);
		bytes[at] = (bytes[at] ?? 0) ^ 1;
		await writeFile(target, bytes);
		const read = async () => {
			const home = await openHome({ path: template, waitMilliseconds: 100 });
			return name === 'revocations' ? home.revocations() : home.keptGenerations();
		};
		// Between the values any white space is as good as any other.
		const isSame = JSON.stringify(parse(bytes)) === JSON.stringify(parse(original));
		const answer: unknown = await read().catch((error: unknown) => error);
		expect(answer instanceof EngineError ? answer.code : 'believed', `byte ${at}`).toBe(isSame ? 'believed' : 'home-damaged');
		await writeFile(target, original);
	}
});

function parse(bytes: Buffer): unknown {
	try {
		return JSON.parse(bytes.toString());
	} catch {
		return null;
	}
}

test('a changed letter of what was proven is refused, and a receipt from before they had a digest is read', async () => {
	await using folder = await temporaryFolder();
	const path = join(folder.path, 'home');
	const home = await openHome({ path, waitMilliseconds: 1000 });
	await install(home, [one]);
	await home.store.updateEvidence(one.integrity, [
		{ kind: 'provenance', state: 'verified', reason: 'built by a', code: null, identity: null },
	]);
	const file = join(home.layout.entry(one.integrity), 'receipt.json');
	const text = await readFile(file, 'utf8');
	await writeFile(file, text.replace('built by a', 'built by b'));
	await expect(home.store.receipt(one.integrity)).rejects.toMatchObject({
		code: 'home-damaged',
		message: expect.stringContaining('was changed') as string,
	});
	const { check: _, ...old } = JSON.parse(text) as { readonly check: string };
	await writeFile(file, JSON.stringify(old));
	expect((await home.store.receipt(one.integrity))?.evidence).toMatchObject([{ reason: 'built by a' }]);
});
