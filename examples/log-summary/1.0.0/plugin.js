import { definePlugin } from 'plugward/sdk';
import { readLogs } from './read-logs.js';
import { summarise } from './summarise.js';

const DEFAULT_FOLDER = '$project/logs';

export default definePlugin({
	async execute({ input }, context) {
		const folder = (input.folder ?? DEFAULT_FOLDER).replace(/\/+$/, '');
		const files = await readLogs(folder, context);
		context.log.info(`read ${files.length} ${files.length === 1 ? 'file' : 'files'} in ${folder}`);
		return summarise(files);
	},
});
