// An address may hold brackets in pairs: https://en.wikipedia.org/wiki/Link_(film)
const ADDRESS = String.raw`https?:\/\/[^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*`;
const INLINE = new RegExp(String.raw`\]\(\s*<?(${ADDRESS})>?`, 'g');
const DEFINITION = new RegExp(String.raw`^ {0,3}\[[^\]]+\]:\s*<?(${ADDRESS})`, 'g');
const BARE = new RegExp(String.raw`(?<![\w/])(${ADDRESS})`, 'g');
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/**
 * The web links of a Markdown text, each address once, at the first line it stands on. Code is skipped: what stands there is not meant
 * to be followed.
 *
 * @param {string} markdown
 * @returns {{url: string, line: number}[]}
 */
export function findLinks(markdown) {
	const found = new Map();
	let fence = null;
	for (const [index, line] of markdown.split('\n').entries()) {
		const marker = FENCE.exec(line)?.[1];
		if (marker !== undefined && (fence === null || marker.startsWith(fence))) {
			fence = fence === null ? marker : null;
			continue;
		}

		if (fence !== null) {
			continue;
		}

		let text = line.replace(/(`+)(?:(?!\1).)+\1/g, '');
		for (const pattern of [INLINE, DEFINITION, BARE]) {
			// What one pattern has taken is gone for the next, which would find a part of it again.
			text = text.replace(pattern, (_, address) => {
				const url = withoutTrailingMarks(address);
				if (!found.has(url)) {
					found.set(url, index + 1);
				}

				return ' ';
			});
		}
	}

	return [...found].map(([url, line]) => ({ url, line }));
}

/** A full stop after a bare address ends the sentence, not the address. */
function withoutTrailingMarks(url) {
	return url.replace(/[.,;:!?*_'"\]]+$/, '');
}
