import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from 'tar';

/** Where the example plugins lie when this runs from `dist/`. */
const EXAMPLES = join(import.meta.dirname, '..', 'examples');

const FOLDERS = ['link-checker', 'log-summary/1.0.0', 'log-summary/1.1.0', 'markdown-report', 'greedy-notes'];

/** Publishes the example plugins the way npm does. A version that is there already, from a kept folder, stays as it is. */
export async function publishExamples({ registry, token }: { readonly registry: string; readonly token: string }): Promise<void> {
	for (const folder of FOLDERS) {
		await publish(join(EXAMPLES, folder), { registry, token });
	}
}

async function publish(folder: string, { registry, token }: { readonly registry: string; readonly token: string }): Promise<void> {
	const manifest: { name: string; version: string; description?: string; files: string[] } = JSON.parse(
		await readFile(join(folder, 'package.json'), 'utf8'),
	);
	const tarball = await pack(folder, ['package.json', ...manifest.files]);
	const file = `${manifest.name}-${manifest.version}.tgz`;
	const dist = {
		integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
		shasum: createHash('sha1').update(tarball).digest('hex'),
		tarball: new URL(`${manifest.name}/-/${file}`, registry).href,
	};
	const response = await fetch(new URL(manifest.name.replace('/', '%2f'), registry), {
		method: 'PUT',
		headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
		body: JSON.stringify({
			_id: manifest.name,
			name: manifest.name,
			description: manifest.description ?? '',
			'dist-tags': { latest: manifest.version },
			versions: { [manifest.version]: { ...manifest, _id: `${manifest.name}@${manifest.version}`, dist } },
			_attachments: {
				[file]: { content_type: 'application/octet-stream', data: tarball.toString('base64'), length: tarball.length },
			},
		}),
	});
	if (!response.ok && response.status !== 409) {
		throw new Error(`The mirror refused ${file}: ${response.status} ${await response.text()}`);
	}
}

async function pack(folder: string, files: readonly string[]): Promise<Buffer> {
	const chunks: Buffer[] = [];
	// Portable and without times, so that the same sources give the same bytes on every start.
	for await (const chunk of create({ gzip: true, cwd: folder, prefix: 'package', portable: true, noMtime: true }, [...files])) {
		chunks.push(chunk);
	}

	return Buffer.concat(chunks);
}
