import { parse } from 'yaml';

// Aliases that unfold into millions of nodes are an old trick; a report needs few.
const PARSE_OPTIONS = { maxAliasCount: 50 };

/**
 * The records in a YAML or JSON text: a list of them, or a map whose keys become the column `name`.
 *
 * @param {string} text
 * @returns {Record<string, unknown>[]}
 */
export function readRecords(text) {
	const value = parse(text, PARSE_OPTIONS);
	if (Array.isArray(value)) {
		return value.map((entry) => (isRecord(entry) ? entry : { value: entry }));
	}

	if (isRecord(value)) {
		return Object.entries(value).map(([name, entry]) => (isRecord(entry) ? { name, ...entry } : { name, value: entry }));
	}

	throw new TypeError('The data holds no records: expected a list or a map.');
}

/**
 * The front matter of each text, with the document's name first. A text without one gives a row with its name alone.
 *
 * @param {{name: string, text: string}[]} documents
 */
export function readFrontMatter(documents) {
	return documents.map(({ name, text }) => {
		const head = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---\s*(?:\r?\n|$)/.exec(text);
		const fields = head === null ? null : parse(head[1], PARSE_OPTIONS);
		return { document: name, ...(isRecord(fields) ? fields : {}) };
	});
}

function isRecord(value) {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
