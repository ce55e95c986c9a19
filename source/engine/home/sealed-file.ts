import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { damaged, isMissing } from './home-errors.ts';
import type { Layout } from './layout.ts';
import { unsealJson } from './sealed-json.ts';

/**
 * What a small sealed file says; null where there is none. `what` names what it should be: `a list of plugins`. Throws `home-damaged` for
 * everything else, since who would take it for empty would forget what the user said.
 */
export async function readSealedFile<S extends v.GenericSchema>(
	layout: Layout,
	path: string,
	{ schema, what }: { readonly schema: S; readonly what: string },
): Promise<v.InferOutput<S> | null> {
	const file = layout.relative(path);
	let json: unknown;
	try {
		json = JSON.parse(readFileSync(path, 'utf8'));
	} catch (error) {
		if (isMissing(error)) {
			return null;
		}

		throw damaged(file, error instanceof SyntaxError ? 'is not JSON' : 'cannot be read', { cause: error });
	}

	const parsed = v.safeParse(schema, unsealJson(json, file));
	if (!parsed.success) {
		throw damaged(file, `is not ${what}: ${parsed.issues[0].message}`);
	}

	return parsed.output;
}
