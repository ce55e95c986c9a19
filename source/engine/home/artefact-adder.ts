import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError, throwIfAborted } from '../errors.ts';
import { statedLicence } from '../stated-licence.ts';
import type { AddRequest } from './content-store.ts';
import type { Disk } from './disk.ts';
import { writeError } from './home-errors.ts';
import { PACKED, TREE } from './layout.ts';
import type { Limiter } from './limiter.ts';
import type { OtherFetches } from './other-fetches.ts';
import type { Receipt } from './receipt.ts';
import { parsePackageJson } from './package-json.ts';
import type { ReceivedArchive } from './receive-archive.ts';
import { receiveArchive } from './receive-archive.ts';
import type { Staging } from './staging.ts';
import type { Unpacker } from './unpacker.ts';

/** An artefact that this process unpacked and did not commit. */
export type StagedArtefact = { readonly receipt: Receipt; readonly folder: string };

export type AdderParts = {
	readonly disk: Disk;
	readonly staging: Staging;
	readonly others: OtherFetches;
	readonly unpacker: Unpacker;
	readonly clock: () => Date;
	/** Transfers wait for the network: many at a time. */
	readonly transfers: Limiter;
	/** Unpacking waits for a processor and holds a whole archive: few at a time. */
	readonly unpacking: Limiter;
};

/** Transfer, digest, header scan, judgement, unpacking, in this order; each refuses by throwing, and then nothing is left behind. */
export async function addArtefact(request: AddRequest, parts: AdderParts): Promise<StagedArtefact> {
	const { disk, staging } = parts;
	const subject = `unpack ${request.name}@${request.version}`;
	let folder: string;
	try {
		folder = await staging.makeFolder(request.expected.integrity);
	} catch (error) {
		throw writeError(error, subject);
	}

	try {
		const path = join(folder, PACKED);
		const archive = await receiveFromAnywhere(request, { folder, path, parts });
		const receipt = await parts.unpacking(() => unpackJudged(request, { archive, folder, parts }));
		return { receipt, folder };
	} catch (error) {
		// The first error is the one to report; what cannot be removed now is removed by `recover`.
		await disk.removeTree(folder).catch(() => undefined);
		throw withSubject(writeError(error, subject), request);
	}
}

// From another process that fetches the same just now, else from the registry.
async function receiveFromAnywhere(
	request: AddRequest,
	{ folder, path, parts }: { readonly folder: string; readonly path: string; readonly parts: AdderParts },
): Promise<ReceivedArchive> {
	const { signal, expected, replaces, onWaiting = () => undefined } = request;
	const { disk, transfers, others } = parts;
	const joins = expected.integrity !== null && replaces !== true;
	const taken = joins ? await others.take({ integrity: expected.integrity, folder }, { signal, onWaiting }) : null;
	if (taken === null) {
		return transfers(() => receiveArchive(request, { disk, path, signal }));
	}

	await using file = taken.file;
	const open = async () => ({ stream: file.createReadStream({ start: 0 }), totalBytes: taken.totalBytes });
	return await receiveArchive({ ...request, open }, { disk, path, signal });
}

type Received = { readonly archive: ReceivedArchive; readonly folder: string; readonly parts: AdderParts };

async function unpackJudged(request: AddRequest, { archive, folder, parts }: Received): Promise<Receipt> {
	const { signal } = request;
	throwIfAborted(signal);
	const { integrity, packedBytes } = archive;
	// The bytes belong to the unpacker from the scan on, and it may have handed them to another thread.
	const kept = request.readsPacked === true && archive.bytes !== null ? Buffer.from(archive.bytes) : null;
	const scanned = await parts.unpacker.scan(archive, { signal });
	try {
		const packageJson = parsePackageJson(scanned.packageJson, request);
		const evidence = await request.judge({
			integrity,
			packageJson,
			packedBytes,
			readPacked: async () => kept ?? readFile(archive.path),
		});
		throwIfAborted(signal);
		return {
			integrity,
			name: request.name,
			version: request.version,
			packedBytes,
			unpackedBytes: scanned.unpackedBytes,
			files: await scanned.unpack(join(folder, TREE)),
			evidence,
			license: statedLicence(packageJson),
			storedAt: parts.clock().toISOString(),
		};
	} finally {
		scanned.drop();
	}
}

function withSubject(error: EngineError, { name, version }: AddRequest): EngineError {
	if (error.code !== 'archive-refused' || !error.message.startsWith('The archive is refused')) {
		return error;
	}

	return new EngineError('archive-refused', error.message.replace('The archive', `The archive of ${name}@${version}`), {
		cause: error,
		details: error.details,
		...(error.hint === undefined ? {} : { hint: error.hint }),
	});
}
