import type { Unpacker } from './unpacker.ts';

/** Made when the first archive comes: most commands unpack nothing, and loading what unpacks takes longer than they do. */
export function lazyUnpacker(make: () => Promise<Unpacker>): Unpacker {
	let making: Promise<Unpacker> | null = null;
	let made: Unpacker | null = null;
	const open = async (): Promise<Unpacker> => (made = await (making ??= make()));
	return {
		scan: async (archive, options) => (await open()).scan(archive, options),
		forget: () => made?.forget(),
		dispose: async () => {
			if (making !== null) {
				await (await making).dispose();
			}
		},
	};
}
