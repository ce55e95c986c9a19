import { throwIfAborted } from '../errors.ts';
import type { Disk } from './disk.ts';
import type { ReceiptFile } from './receipt.ts';
import type { ReceivedArchive } from './receive-archive.ts';
import type { TwinFinder } from './twin-files.ts';
import { scanReceived, unpackArchive } from './unpack-archive.ts';

/** An archive whose headers broke no rule. Nothing of it was written yet. */
export type ScannedToUnpack = {
	/** Raw bytes of the package.json at the root. */
	readonly packageJson: Uint8Array;
	/** Content only, without headers. */
	readonly unpackedBytes: number;
	/** Writes the archive, unless it is on disk already, and its files below `tree`, which must not exist. Call it once. */
	readonly unpack: (tree: string) => Promise<readonly ReceiptFile[]>;
	/** Lets go of what is held, and stops what is under way; does nothing after `unpack`. */
	readonly drop: () => void;
};

/** Scans archives and unpacks those that were judged: on this thread or on others. The bytes of an archive belong to it from then on. */
export type Unpacker = {
	/** Throws `archive-refused`, `cancelled`, and what the disk throws. */
	readonly scan: (archive: ReceivedArchive, options: { readonly signal: AbortSignal }) => Promise<ScannedToUnpack>;
	/** What was unpacked so far has moved into the store. */
	readonly forget: () => void;
	readonly dispose: () => Promise<void>;
};

const PACKED_MODE = 0o644;

/** Unpacks on the calling thread, with pauses that let other work run. */
export function createUnpacker({ disk, twins }: { readonly disk: Disk; readonly twins: TwinFinder }): Unpacker {
	return {
		scan: async (archive, { signal }) => {
			const scanned = await scanReceived(archive, signal);
			return {
				packageJson: scanned.listing.packageJson,
				unpackedBytes: scanned.listing.unpackedBytes,
				unpack: async (tree) => {
					throwIfAborted(signal);
					if (archive.bytes !== null) {
						disk.writeFileSync(archive.path, archive.bytes, PACKED_MODE);
					}

					return unpackArchive({ archive, scanned }, { disk, twins, tree, signal });
				},
				drop: () => undefined,
			};
		},
		forget: twins.forget,
		dispose: async () => undefined,
	};
}
