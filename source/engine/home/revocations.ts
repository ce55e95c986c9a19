import * as v from 'valibot';
import type { Disk } from './disk.ts';
import { replaceFile } from './disk.ts';
import { writeError } from './home-errors.ts';
import type { Layout } from './layout.ts';
import type { Revocation } from './revocation.ts';
import { readSealedFile } from './sealed-file.ts';
import { sealJson } from './sealed-json.ts';

const dated = { revokedAt: v.string(), reason: v.nullable(v.string()) };
const schema = v.strictObject({
	format: v.literal(1),
	revocations: v.array(
		v.variant('type', [
			v.object({ type: v.literal('grant'), plugin: v.string(), permission: v.nullable(v.string()), ...dated }),
			v.object({ type: v.literal('version'), name: v.string(), version: v.string(), ...dated }),
			v.object({ type: v.literal('identity'), issuer: v.string(), subject: v.string(), ...dated }),
		]),
	),
});

/** Throws `home-damaged`: a home that cannot tell what was withdrawn must not go on as if nothing was. */
export async function readRevocations(layout: Layout): Promise<readonly Revocation[]> {
	const read = await readSealedFile(layout, layout.revocations, { schema, what: 'a list of revocations' });
	return read?.revocations ?? [];
}

export async function addRevocation(
	{ disk, layout }: { readonly disk: Disk; readonly layout: Layout },
	revocation: Revocation,
): Promise<void> {
	const revocations = [...(await readRevocations(layout)), revocation];
	try {
		await replaceFile(disk, layout.revocations, Buffer.from(`${JSON.stringify(sealJson({ format: 1, revocations }), null, '\t')}\n`));
	} catch (error) {
		throw writeError(error, 'record the revocation');
	}
}
