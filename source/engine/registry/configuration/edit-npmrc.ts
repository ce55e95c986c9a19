import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { EngineError } from '../../errors.ts';
import { writePrivateFile } from '../../home/index.ts';

/** Lines of an .npmrc by their key; null takes a line away. */
export type NpmrcChange = ReadonlyMap<string, string | null>;

/**
 * Changes lines of the user's .npmrc and leaves every other one as it is, comments included. The file is then readable by its owner
 * alone, as npm has it: it may hold tokens. A link to it stays a link. Throws `settings-invalid`, `home-unwritable`.
 */
export async function editNpmrc(file: string, change: NpmrcChange): Promise<void> {
	const text = await readExisting(file);
	const next = changedText(text, change);
	if (next !== text) {
		await writePrivateFile(realPath(file), next);
	}
}

/** The text with each key once, where it stood first, or at the end. */
export function changedText(text: string, change: NpmrcChange): string {
	const written = new Set<string>();
	const kept = text
		.split('\n')
		.flatMap((line) => {
			const key = keyOf(line);
			const value = key === null ? undefined : change.get(key);
			if (key === null || value === undefined) {
				return [line];
			}

			const isFirst = !written.has(key);
			written.add(key);
			return value !== null && isFirst ? [`${key}=${value}`] : [];
		})
		.join('\n');
	const added = [...change].flatMap(([key, value]) => (value === null || written.has(key) ? [] : [`${key}=${value}\n`]));
	return `${kept === '' || kept.endsWith('\n') ? kept : `${kept}\n`}${added.join('')}`;
}

function keyOf(line: string): string | null {
	const trimmed = line.trim();
	const end = trimmed.indexOf('=');
	return end < 1 || trimmed.startsWith('#') || trimmed.startsWith(';') ? null : trimmed.slice(0, end).trim();
}

async function readExisting(file: string): Promise<string> {
	try {
		return await readFile(file, 'utf8');
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
			return '';
		}

		throw new EngineError('settings-invalid', 'Your .npmrc cannot be read, so it is not changed.', {
			hint: 'Look at its rights: ls -l ~/.npmrc',
			cause: error,
		});
	}
}

function realPath(file: string): string {
	try {
		return realpathSync(file);
	} catch {
		// It is not there yet, or is a link to something that is not there: then it is made under its own name.
		return file;
	}
}
