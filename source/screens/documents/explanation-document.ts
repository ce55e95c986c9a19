import type { RawEvidence, TrustExplanation } from '../../engine/index.ts';
import { cleanLine, fit, textWidth } from '../../format.ts';
import type { AuditedPackage } from '../../select.ts';
import { badgeText, evidenceBadge, levelBadge, span } from '../../theme.ts';
import type { Line } from '../../theme.ts';
import { BLANK, bullet, fact, heading, paragraph } from './lines.ts';
import { checklistDocument, evidenceDocument, identityDocument } from './trust-document.ts';

/** Why a plugin has its level, in the order in which a reader decides: what it counts as, what changed, the checklist, who vouches. */
export function explanationDocument(explanation: TrustExplanation, width: number): readonly Line[] {
	const { id, verdict, effective, evidence, identity, identityChanges, paths } = explanation;
	return [
		...levelHead(explanation, width),
		...(effective.limitedBy === null ? [] : paragraph(effective.text, width, { tone: 'warning' })),
		...identityDiff(identityChanges, width),
		BLANK,
		heading('Why'),
		...checklistDocument(verdict, evidence, width),
		BLANK,
		heading('Who vouches for it'),
		...(paths.length === 0
			? paragraph(`Nobody you trust said anything about ${id}.`, width, { tone: 'dim' })
			: paths.flatMap(({ path, text }) => [
					...bullet('>', path, { width, tone: 'accent' }),
					...paragraph(text, width, { indent: 2, tone: 'dim' }),
				])),
		...(identity === null ? [] : [BLANK, heading('Built by'), ...identityDocument(identity, width)]),
	];
}

/** In two lines where one is too short: what it counts as is what matters. */
function levelHead({ id, verdict, effective }: TrustExplanation, width: number): readonly Line[] {
	const own = levelBadge(verdict.level);
	const counts = levelBadge(effective.level);
	const head = [span(`${cleanLine(id)}  `, 'strong'), span(badgeText(own), own.tone)];
	const rest = effective.level === verdict.level ? [] : [span('counts as '), span(badgeText(counts), counts.tone)];
	const isOne = rest.length === 0 || [...head, ...rest].reduce((sum, { text }) => sum + textWidth(text), 2) <= width;
	return isOne ? [[...head, span(rest.length === 0 ? '' : '  '), ...rest]] : [head, rest];
}

/** Old above new, letter by letter beneath each other, so that a look-alike name shows. */
function identityDiff(changes: TrustExplanation['identityChanges'], width: number): readonly Line[] {
	return changes.length === 0
		? []
		: [
				BLANK,
				...bullet('!', 'Built by somebody else than the version before', { width, tone: 'bad' }),
				...changes.flatMap(({ field, from, to }) => [...fact(field, `- ${from}`, width, 'dim'), ...fact('', `+ ${to}`, width, 'bad')]),
			];
}

/** The signed things as they came, for who checks them with another tool. */
export function rawDocument({ id, evidence, attestations, attestationsNote, statements }: RawEvidence, width: number): readonly Line[] {
	return [
		[span(cleanLine(id), 'strong')],
		BLANK,
		...evidenceDocument(evidence, width),
		BLANK,
		heading("The registry's attestations, as it serves them now"),
		...(attestations === null
			? paragraph(attestationsNote ?? 'There are none.', width, { tone: 'dim' })
			: jsonDocument(attestations, width)),
		BLANK,
		heading('Statements of people about these bytes'),
		...(statements.length === 0
			? paragraph('None is kept here.', width, { tone: 'dim' })
			: statements.flatMap((statement) => jsonDocument(statement, width))),
	];
}

function jsonDocument(value: unknown, width: number): readonly Line[] {
	return JSON.stringify(value, null, 1)
		.split('\n')
		.flatMap((line) => {
			const indent = line.length - line.trimStart().length;
			return paragraph(line.trimStart(), width, { indent: Math.min(indent, 12), tone: 'dim' });
		});
}

/** Widths of the trust table; what does not fit is left out, least important first. */
function trustColumns(width: number): { readonly name: number; readonly proof: number; readonly from: number } {
	const proof = width >= 52 ? 11 : 0;
	const from = width >= 86 ? Math.min(40, width - 64) : 0;
	return { name: Math.max(12, width - LEVEL_WIDTH - proof - from - 3), proof, from };
}

const LEVEL_WIDTH = 10;

export function trustHeader(width: number): string {
	const columns = trustColumns(width);
	return [
		fit('LEVEL', LEVEL_WIDTH),
		fit('PLUGIN', columns.name),
		...(columns.proof === 0 ? [] : [fit('SIGN BUILD', columns.proof)]),
		...(columns.from === 0 ? [] : [fit('BUILT FROM, OR HELD DOWN BY', columns.from)]),
	].join(' ');
}

/** One plugin: what it counts as, what is proven about it, and the one thing a reader asks next. `audited` null: the audit is not there yet. */
/** Under SIGN and BUILD. */
function proofCells(audited: AuditedPackage | null, width: number): Line {
	if (audited === null) {
		return [span(' '.repeat(width + 1))];
	}

	const [signature, provenance] = [evidenceBadge(audited.signature), evidenceBadge(audited.provenance)];
	return [span(` ${fit(signature.sign, 5)}`, signature.tone), span(fit(provenance.sign, width - 5), provenance.tone)];
}

export function trustRow(
	plugin: { readonly name: string; readonly version: string; readonly level: AuditedPackage['level'] },
	audited: AuditedPackage | null,
	width: number,
): Line {
	const columns = trustColumns(width);
	const badge = levelBadge(audited?.effectiveLevel ?? plugin.level);
	const limited = audited?.limitedBy ?? null;
	const from = limited === null ? (audited?.repository ?? 'builder not proven') : `held down by ${limited}`;
	return [
		span(fit(badgeText(badge), LEVEL_WIDTH), badge.tone),
		span(` ${fit(cleanLine(`${plugin.name} ${plugin.version}`), columns.name)}`, 'strong'),
		...(columns.proof === 0 ? [] : proofCells(audited, columns.proof)),
		...(columns.from === 0
			? []
			: [span(` ${fit(cleanLine(from.replace('https://', '')), columns.from)}`, limited === null ? 'dim' : 'warning')]),
	];
}
