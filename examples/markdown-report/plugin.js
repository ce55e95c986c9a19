import { definePlugin } from 'plugward/sdk';
import { markdownTable } from './markdown-table.js';
import { readFrontMatter, readRecords } from './read-records.js';

export default definePlugin({
	execute({ task, input }) {
		const records = task === 'frontMatter' ? readFrontMatter(input.documents) : readRecords(input.data);
		return markdownTable(records, input);
	},
});
