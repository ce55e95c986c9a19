const LEVEL = /\b(FATAL|ERROR|WARN(?:ING)?|INFO|DEBUG|TRACE)\b/i;
const TIME = /^\[?(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?\]?/;
const SEVERITY = ['FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE', 'other'];
const LISTED_PROBLEMS = 10;
const LISTED_HOURS = 48;
const BAR_WIDTH = 24;

/**
 * One log line taken apart.
 *
 * @param {string} line
 * @returns {{time: string | null, level: string, message: string}}
 */
export function parseLine(line) {
	const time = TIME.exec(line);
	const rest = time === null ? line : line.slice(time[0].length);
	const level = LEVEL.exec(rest);
	const word = level === null ? 'other' : level[1].toUpperCase().replace('WARNING', 'WARN');
	const message = (level === null ? rest : rest.replace(level[0], '')).replace(/^[\s:[\]|-]+/, '').trim();
	return { time: time === null ? null : `${time[1]}T${time[2]}:${time[3]}`, level: word, message };
}

/** The same kind of message with other numbers and ids counts as one: `timed out after 30 s` and `... after 31 s`. */
export function messageKind(message) {
	return message.replace(/\b(?:[0-9a-f]{8,}|0x[0-9a-f]+|\d+(?:[.,:]\d+)*)\b/gi, '#').slice(0, 200);
}

/**
 * Counts what the files say, worst first.
 *
 * @param {{name: string, text: string}[]} files
 */
export function summarise(files) {
	const levels = new Map();
	const problems = new Map();
	const hours = new Map();
	let lines = 0;
	for (const file of files) {
		for (const line of file.text.split('\n')) {
			if (line.trim() === '') {
				continue;
			}

			lines += 1;
			const { time, level, message } = parseLine(line);
			levels.set(level, (levels.get(level) ?? 0) + 1);
			countHour(hours, { time, level });
			if (SEVERITY.indexOf(level) <= SEVERITY.indexOf('WARN')) {
				countProblem(problems, { level, message, file: file.name, time });
			}
		}
	}

	return {
		files: files.length,
		lines,
		levels: SEVERITY.filter((level) => levels.has(level)).map((level) => ({ level, count: levels.get(level) })),
		problems: worstOf(problems),
		hours: histogram(hours),
	};
}

function countProblem(problems, { level, message, file, time }) {
	const kind = messageKind(message);
	const key = `${level} ${file} ${kind}`;
	const known = problems.get(key);
	problems.set(key, {
		count: (known?.count ?? 0) + 1,
		level,
		message: known === undefined ? message : kind,
		file,
		last: latest(time ?? '', known?.last ?? ''),
	});
}

/** Lines without a time belong to no hour. */
function countHour(hours, { time, level }) {
	if (time !== null) {
		const hour = `${time.slice(0, 13).replace('T', ' ')}:00`;
		const known = hours.get(hour) ?? { lines: 0, errors: 0 };
		const isError = SEVERITY.indexOf(level) <= SEVERITY.indexOf('ERROR');
		hours.set(hour, { lines: known.lines + 1, errors: known.errors + (isError ? 1 : 0) });
	}
}

/** One row per hour that has lines, with a bar; the busiest hour fills it. */
function histogram(hours) {
	const rows = [...hours].sort(([a], [b]) => (a < b ? -1 : 1)).slice(-LISTED_HOURS);
	const most = Math.max(1, ...rows.map(([, counts]) => counts.lines));
	return rows.map(([hour, counts]) => ({ hour, ...counts, bar: '#'.repeat(Math.max(1, Math.round((counts.lines / most) * BAR_WIDTH))) }));
}

function latest(a, b) {
	return a > b ? a : b;
}

function worstOf(problems) {
	return [...problems.values()]
		.sort((a, b) => SEVERITY.indexOf(a.level) - SEVERITY.indexOf(b.level) || b.count - a.count)
		.slice(0, LISTED_PROBLEMS);
}
