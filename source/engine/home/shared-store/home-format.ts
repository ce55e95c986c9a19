import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import * as v from 'valibot';
import { EngineError } from '../../errors.ts';
import { damaged, isMissing, systemCode } from '../home-errors.ts';
import type { SharedStore } from '../layout.ts';

/** What a home's format.json says: a plugward that does not know all of it must not touch the home. */
export type HomeFormat = { readonly format: 1 | 2 | 3; readonly shared: SharedStore | null };

/** One line of generations and its own store. */
export const FORMAT = 1;
/** With profiles: an older plugward would collect what only another profile needs. */
export const FORMAT_WITH_PROFILES = 2;
/** With a store that other homes use too, with or without profiles: an older plugward would collect what they need. */
export const FORMAT_WITH_SHARED_STORE = 3;

const schema = v.variant('format', [
	v.object({ format: v.picklist([FORMAT, FORMAT_WITH_PROFILES]) }),
	v.object({
		format: v.literal(FORMAT_WITH_SHARED_STORE),
		store: v.pipe(v.string(), v.check(isAbsolute, 'not an absolute path')),
		homeId: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
	}),
]);

const NO_SUCH_PLACE: ReadonlySet<string> = new Set(['ENOTDIR', 'ENAMETOOLONG']);

/** Null when there is no such file. Throws `home-damaged`. */
export async function readFormat(path: string): Promise<HomeFormat | null> {
	let json: unknown;
	try {
		// Of the small files that each command reads none goes through the thread pool, which takes longer than they do.
		json = JSON.parse(readFileSync(path, 'utf8'));
	} catch (error) {
		// That a path leads through a file or is too long is told by whoever makes the folder, with a sentence of its own.
		if (isMissing(error) || NO_SUCH_PLACE.has(systemCode(error) ?? '')) {
			return null;
		}

		throw damaged('format.json', error instanceof SyntaxError ? 'is not JSON' : 'cannot be read', { cause: error });
	}

	const parsed = v.safeParse(schema, json);
	if (parsed.success) {
		const { output } = parsed;
		return output.format === FORMAT_WITH_SHARED_STORE
			? { format: output.format, shared: { folder: output.store, homeId: output.homeId } }
			: { format: output.format, shared: null };
	}

	const named = v.safeParse(v.object({ format: v.number() }), json);
	if (!named.success || named.output.format === FORMAT_WITH_SHARED_STORE) {
		throw damaged('format.json', named.success ? 'does not say where the content store is' : 'does not name a format');
	}

	throw new EngineError(
		'home-damaged',
		`This home has format ${named.output.format}, expected ${FORMAT}, ${FORMAT_WITH_PROFILES} or ${FORMAT_WITH_SHARED_STORE}.`,
		{
			hint: 'It was made by another version of plugward; use that one, or another home with --home.',
		},
	);
}

export function encodeFormat({ format, shared }: HomeFormat): Uint8Array {
	return Buffer.from(`${JSON.stringify({ format, ...(shared === null ? {} : { store: shared.folder, homeId: shared.homeId }) })}\n`);
}
