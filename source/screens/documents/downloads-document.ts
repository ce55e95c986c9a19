import { busiestDay, changeWords, downloadsText, endsToday } from '../../download-words.ts';
import type { DownloadNumbers, SearchHit } from '../../engine/index.ts';
import { cleanLine, fit, fitRight, plural } from '../../format.ts';
import { columnChart } from '../../pictures/column-chart.ts';
import type { KeyName } from '../../key-bindings.ts';
import type { Loadable } from '../../state.ts';
import { type Line, span } from '../../theme.ts';
import { failureDocument } from './failure-document.ts';
import { fact, heading, LABEL_WIDTH, paragraph } from './lines.ts';

export type Downloads = Loadable<DownloadNumbers>;

type Context = {
	readonly width: number;
	readonly now: number;
	readonly downloads: Downloads;
	readonly key: KeyName;
	/** What the last search told of it; null when it was not among what was found. */
	readonly hit: SearchHit | null;
};

type Told = Extract<DownloadNumbers, { readonly type: 'told' }>;

const CHART_ROWS = 3;
const DAY_CELLS = 10;
const MOST_COLUMN_CELLS = 2;

/** Downloads day by day, in a picture and in words; where nobody tells them, why not. */
export function downloadsDocument({ downloads: { value, failure }, key, hit, width, now }: Context): readonly Line[] {
	if (value?.type === 'told') {
		return [heading('Downloads'), ...toldLines(value, width, now)];
	}

	const why = value?.why ?? 'Asking the registry how often it is downloaded ...';
	return [
		heading('Downloads'),
		...(hit === null || hit.downloads === null
			? []
			: fact('Last week', `${downloadsText(hit.downloads)}, as the search of the registry told`, width)),
		...(value === null && failure !== null ? failureDocument(failure, width, key('refresh')) : paragraph(why, width, { tone: 'dim' })),
	];
}

function toldLines(told: Told, width: number, now: number): readonly Line[] {
	const { days, host, total, lastWeek } = told;
	const busiest = busiestDay(told);
	return [
		...fact(`Last ${plural(Math.min(7, days.length), 'day')}`, `${downloadsText(lastWeek)}${changeWords(told)}`, width),
		...chart(told, width),
		...fact(plural(days.length, 'day'), `${downloadsText(total)}${busiest === null ? '' : `, most on ${busiest}`}`, width),
		...(endsToday(told, now) ? fact('Today', 'is one of them and goes on, so its number still grows', width) : []),
		...fact('Counted by', `${cleanLine(host)}; nobody here can check that`, width, 'dim'),
	];
}

/** Each day a column, with the first and the last day under its ends; only those two where there is no room for columns. */
function chart({ days }: Told, width: number): readonly Line[] {
	const room = width - LABEL_WIDTH;
	const [first, last] = [days[0]?.day ?? '', days.at(-1)?.day ?? ''];
	const columnWidth = Math.min(MOST_COLUMN_CELLS, Math.floor(room / days.length));
	const drawn = columnWidth * days.length;
	if (drawn < DAY_CELLS * 2 + 1) {
		return fact('Day by day', first === last ? first : `${first} to ${last}`, width);
	}

	const rows = columnChart(
		days.map(({ downloads }) => downloads),
		{ rows: CHART_ROWS, columnWidth },
	);
	return [
		...rows.map((row): Line => [span(' '.repeat(LABEL_WIDTH)), ...row]),
		[span(fit('Day by day', LABEL_WIDTH), 'dim'), span(`${first}${fitRight(last, drawn - DAY_CELLS)}`, 'dim')],
	];
}
