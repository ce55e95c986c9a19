import { EngineError } from '../errors.ts';

/** JSON as npm reads it: a byte order mark before it is left out. */
export function parsePackageJson(bytes: Uint8Array, { name, version }: { readonly name: string; readonly version: string }): unknown {
	try {
		const json: unknown = JSON.parse(
			Buffer.from(bytes)
				.toString('utf8')
				.replace(/^\uFEFF/, ''),
		);
		return json;
	} catch (error) {
		throw new EngineError('archive-refused', `The package.json of ${name}@${version} is not JSON.`, { cause: error });
	}
}
