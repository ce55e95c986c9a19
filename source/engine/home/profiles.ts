import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import * as v from 'valibot';
import { EngineError } from '../errors.ts';
import { stripToLine } from '../strip-controls.ts';
import { noProfile, readCurrent, writeCurrent } from './current.ts';
import type { Disk } from './disk.ts';
import { replaceFile } from './disk.ts';
import type { Generation } from './generation.ts';
import { readGeneration } from './generation-files.ts';
import { damaged, isMissing, writeError } from './home-errors.ts';
import type { Layout } from './layout.ts';
import { DEFAULT_PROFILE, layoutOfProfile } from './layout.ts';
import { allowProfiles } from './prepare-home.ts';

/** One line of generations in a home. */
export type Profile = {
	readonly name: string;
	/** The generation that is current in it. */
	readonly generation: number;
	/** True for the one that is used when none is asked for. */
	readonly isSelected: boolean;
};

type Place = { readonly disk: Disk; readonly layout: Layout };

// Also the name of a file, on every file system.
const NAME = /^[a-z][a-z0-9-]{0,31}$/;
const selectedSchema = v.object({ format: v.literal(1), name: v.pipe(v.string(), v.regex(NAME)) });

/** Throws `usage`. */
export function requireProfileName(name: string): void {
	if (!NAME.test(name)) {
		throw new EngineError(
			'usage',
			`"${stripToLine(name)}" is not a name for a profile: expected up to 32 of a-z, 0-9 and -, a letter first.`,
			{
				hint: 'For example: plugward profile new work',
			},
		);
	}
}

/** The profile to work in: the one asked for, else the selected one. Throws `usage`, `profile-not-found`, `home-damaged`. */
export async function chooseProfile(layout: Layout, wanted: string | null): Promise<string> {
	const name = wanted ?? (await readSelected(layout));
	requireProfileName(name);
	if (!(await hasProfile(layout, name))) {
		throw noProfile(name);
	}

	return name;
}

/** The default one first, the others by name. */
export async function readProfiles(layout: Layout): Promise<readonly Profile[]> {
	const selected = await readSelected(layout);
	const names = [DEFAULT_PROFILE, ...(await ownNames(layout))];
	return Promise.all(
		names.map(async (name) => ({
			name,
			generation: (await readCurrent(layoutOfProfile(layout, name))).number,
			isSelected: name === selected,
		})),
	);
}

/**
 * The line of one profile, ascending: what was made in it, what the first of that was made from, and what is current. Others have
 * lines of their own, and a collection counts each by itself.
 */
export function lineOf<T extends Pick<Generation, 'number' | 'meta'>>(
	generations: readonly T[],
	{ profile, current }: { readonly profile: string; readonly current: number },
): readonly T[] {
	const own = generations.filter(({ meta }) => meta.profile === profile);
	const start = own[0]?.meta.base;
	return generations.filter(({ number, meta }) => meta.profile === profile || number === start || number === current);
}

/** Makes a profile whose current generation is an existing one, or none (0). One rename makes it. The mutex must be held. */
export async function makeProfile(
	{ disk, layout }: Place,
	{ name, from }: { readonly name: string; readonly from: number },
): Promise<void> {
	requireProfileName(name);
	if (await hasProfile(layout, name)) {
		throw new EngineError('usage', `There is a profile "${name}" already.`, { hint: `Work in it: plugward profile switch ${name}` });
	}

	const digest = from === 0 ? null : (await readGeneration(layout, { number: from, digest: null })).digest;
	const own = layoutOfProfile(layout, name);
	const first = layoutOfProfile(layout, DEFAULT_PROFILE);
	try {
		// A home where nothing was installed has no `current`; with generations of others it would look lost.
		if (!existsSync(first.current)) {
			await writeCurrent(disk, first, await readCurrent(first));
		}

		await allowProfiles({ disk, layout });
		await disk.makeFolder(layout.profiles);
		await disk.syncFolder(layout.home);
		await writeCurrent(disk, own, { number: from, digest });
	} catch (error) {
		throw writeError(error, `make the profile ${name}`);
	}
}

/** The profile that is used from now on when none is asked for. The mutex must be held. Throws `profile-not-found`. */
export async function selectProfile({ disk, layout }: Place, name: string): Promise<void> {
	await chooseProfile(layout, name);
	try {
		await replaceFile(disk, layout.selectedProfile, Buffer.from(`${JSON.stringify({ format: 1, name })}\n`));
	} catch (error) {
		throw writeError(error, `switch to the profile ${name}`);
	}
}

/** Takes a profile away; its generations stay until a collection. The mutex must be held. Throws `profile-not-found`, `usage`. */
export async function removeProfile({ disk, layout }: Place, name: string): Promise<void> {
	await chooseProfile(layout, name);
	const selected = await readSelected(layout);
	if (name === DEFAULT_PROFILE || name === selected) {
		throw new EngineError(
			'usage',
			name === DEFAULT_PROFILE ? 'The default profile cannot be removed.' : `The profile "${name}" is in use.`,
			{
				hint:
					name === DEFAULT_PROFILE
						? 'Remove what is in it: plugward remove PLUGIN'
						: 'Work in another one first: plugward profile switch default',
			},
		);
	}

	try {
		await disk.removeFile(layoutOfProfile(layout, name).current);
		await disk.syncFolder(layout.profiles);
	} catch (error) {
		throw writeError(error, `remove the profile ${name}`);
	}
}

async function readSelected(layout: Layout): Promise<string> {
	const file = layout.relative(layout.selectedProfile);
	let text: string;
	try {
		text = readFileSync(layout.selectedProfile, 'utf8');
	} catch (error) {
		if (isMissing(error)) {
			return DEFAULT_PROFILE;
		}

		throw damaged(file, 'cannot be read', { cause: error, hint: HINT });
	}

	try {
		return v.parse(selectedSchema, JSON.parse(text)).name;
	} catch (error) {
		throw damaged(file, 'does not name a profile', { cause: error, hint: HINT });
	}
}

const HINT = 'Say which profile to work in with --profile NAME, and choose it anew: plugward profile switch NAME --profile default';

async function hasProfile(layout: Layout, name: string): Promise<boolean> {
	return name === DEFAULT_PROFILE || (await ownNames(layout)).includes(name);
}

async function ownNames(layout: Layout): Promise<readonly string[]> {
	try {
		const names = (await readdir(layout.profiles)).flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -'.json'.length)] : []));
		return names.filter((name) => NAME.test(name)).toSorted();
	} catch (error) {
		if (isMissing(error)) {
			return [];
		}

		throw damaged('profiles', 'cannot be listed', { cause: error });
	}
}
