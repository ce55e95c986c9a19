/**
 * The line, counted from 1, on which each entry of `plugward.permissions` starts in the text of a package.json; empty when there is no
 * such list. The text must be JSON that was parsed before, so that nothing is judged here: strings and brackets are enough to follow it.
 */
export function declarationLines(text: string): readonly number[] {
	const lines: number[] = [];
	const path: (string | number)[] = [];
	let line = 1;
	let key = '';
	for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:\n]/g)) {
		switch (token) {
			case '\n':
				line += 1;
				break;
			case '{':
			case '[':
				if (path.length === 3 && path[1] === 'plugward' && path[2] === 'permissions') {
					lines.push(line);
				}

				path.push(key);
				key = '';
				break;
			case '}':
			case ']':
				path.pop();
				key = '';
				break;
			case ',':
				key = '';
				break;
			case ':':
				break;
			default:
				// A value is taken for a key as well, and forgotten at the next comma or bracket.
				key = key === '' ? textOf(token) : key;
		}
	}

	return lines;
}

function textOf(token: string): string {
	const value: unknown = JSON.parse(token);
	return typeof value === 'string' ? value : '';
}
