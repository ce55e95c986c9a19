import type { Disk } from './disk.ts';
import { FILE_MODE, temporaryName } from './disk.ts';
import { writeError } from './home-errors.ts';
import type { Layout } from './layout.ts';
import { isLinkRefusal } from './twin-files.ts';

/** Tries what an install needs of the disk: one file, and a hard link to it. Its names are temporary, so what stays is removed by `recover`. */
export async function probeDisk({
	disk,
	layout,
}: {
	readonly disk: Disk;
	readonly layout: Layout;
}): Promise<{ readonly canLink: boolean }> {
	const file = temporaryName(layout.kept);
	const link = temporaryName(layout.kept);
	try {
		await disk.writeFile(file, Buffer.from('probe\n'), FILE_MODE);
		try {
			await disk.link(file, link);
			await disk.removeFile(link);
			return { canLink: true };
		} catch (error) {
			if (isLinkRefusal(error)) {
				return { canLink: false };
			}

			throw error;
		} finally {
			await disk.removeFile(file);
		}
	} catch (error) {
		throw writeError(error, 'try a write');
	}
}
