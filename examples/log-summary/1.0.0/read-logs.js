const MAXIMUM_BYTES = 4_000_000;
const MAXIMUM_DEPTH = 5;
const LOG_FILE = /\.(?:log|txt)$/i;

/**
 * The log files in a folder and below it, in the order of their names. Files that are too large are left out and said so.
 *
 * @param {string} folder
 * @param {{fs: {list: Function, stat: Function, readFile: Function}, log: {warn: Function}}} context
 * @returns {Promise<{name: string, text: string}[]>}
 */
export async function readLogs(folder, context) {
	return readFolder({ path: folder, prefix: '', depth: 0 }, context);
}

async function readFolder({ path, prefix, depth }, context) {
	const files = [];
	for (const { name, type } of await context.fs.list(path)) {
		const place = { path: `${path}/${name}`, prefix: `${prefix}${name}/`, depth: depth + 1 };
		if (type === 'folder') {
			files.push(...(depth < MAXIMUM_DEPTH ? await readFolder(place, context) : []));
		} else if (LOG_FILE.test(name)) {
			const { sizeBytes } = await context.fs.stat(place.path);
			if (sizeBytes > MAXIMUM_BYTES) {
				context.log.warn(`${prefix}${name} is left out: ${sizeBytes} bytes are more than ${MAXIMUM_BYTES}.`);
			} else {
				files.push({ name: `${prefix}${name}`, text: await context.fs.readFile(place.path) });
			}
		}
	}

	return files;
}
