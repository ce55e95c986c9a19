import type { OutdatedPlugin } from '../../engine/index.ts';
import { cleanLine, truncate, formatAge, formatTime, plural } from '../../format.ts';
import { keyNames } from '../../key-bindings.ts';
import { filesSentence } from '../../review/facts-document.ts';
import { installedPlugins, isMovable, reviewOf } from '../../select.ts';
import type { State } from '../../state.ts';
import { badgeText, levelBadge, span } from '../../theme.ts';
import type { Line } from '../../theme.ts';
import { failureDocument } from '../documents/failure-document.ts';
import { BLANK, bullet, fact, heading, paragraph } from '../documents/lines.ts';

/** One plugin that is behind: where an update takes it, what keeps it from the latest, and what its review found. */
export function updateDocument(plugin: OutdatedPlugin, state: State, width: number): readonly Line[] {
	const level = installedPlugins(state).find(({ name }) => name === plugin.name)?.level;
	return [
		[span(truncate(cleanLine(plugin.name), width - 10), 'accent'), span(` ${cleanLine(plugin.current)}`)],
		...fact(
			'Update',
			isMovable(plugin) ? `to ${plugin.wanted ?? ''}` : 'leaves it as it is',
			width,
			isMovable(plugin) ? 'accent' : 'warning',
		),
		...fact('Latest', plugin.latest, width),
		...fact(
			'Published',
			plugin.publishedAt === null
				? 'not told by this registry'
				: `${formatAge(plugin.publishedAt, state.now)} (${formatTime(plugin.publishedAt)})`,
			width,
		),
		...fact('Asked for', plugin.spec, width),
		...(level === undefined ? [] : fact('Level now', badgeText(levelBadge(level)), width, levelBadge(level).tone)),
		...(plugin.reasons.length === 0
			? []
			: [
					BLANK,
					heading(`What holds it back from ${plugin.latest}`),
					...plugin.reasons.flatMap(({ text, lifts }) =>
						bullet('-', lifts === null ? text : `${text}; ends ${formatTime(lifts)}`, { width, tone: 'warning' }),
					),
				]),
		BLANK,
		...reviewLines(plugin, state, width),
	];
}

function reviewLines(plugin: OutdatedPlugin, state: State, width: number): readonly Line[] {
	if (!isMovable(plugin)) {
		return paragraph(
			plugin.reasons.some(({ code }) => code === 'range' || code === 'pinned')
				? `${keyNames(state)('update-latest', 'updates')} leaves the range and takes the latest.`
				: '',
			width,
			{ tone: 'dim' },
		);
	}

	const { value, failure } = reviewOf(state, { name: plugin.name, to: plugin.wanted ?? '' });
	if (value === null) {
		return failure === null
			? paragraph(
					`${keyNames(state)('review', 'updates')} fetches and proves the new version, and shows its changelog, files, rights and proof beside those of now.`,
					width,
					{ tone: 'dim' },
				)
			: failureDocument(failure, width, keyNames(state)('review', 'updates'));
	}

	return [
		heading('Reviewed'),
		...(value.widenings.length === 0 ? bullet('+', 'It widens no right and loses no trust.', { width, tone: 'good' }) : []),
		...value.widenings.flatMap(({ text, isGrave }) => bullet(isGrave ? '!' : '-', text, { width, tone: isGrave ? 'bad' : 'warning' })),
		...paragraph(`${filesSentence(value)}; ${plural(value.changelog.sections.length, 'part')} of its changelog`, width, { tone: 'dim' }),
	];
}
