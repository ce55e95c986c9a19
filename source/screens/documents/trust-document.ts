import { EVIDENCE_KIND_WORDS } from '../../engine/index.ts';
import type { ArtefactEvidence, Evidence, Level, SourceIdentity, Verdict } from '../../engine/index.ts';
import { cleanLine } from '../../format.ts';
import { badgeText, evidenceBadge, levelBadge, span } from '../../theme.ts';
import type { Line } from '../../theme.ts';
import { checklistOf, raisesOf } from '../../verdict-words.ts';
import { BLANK, bullet, fact, heading, paragraph } from './lines.ts';

export function levelLine(level: Level): Line {
	const badge = levelBadge(level);
	return [span('Level        ', 'dim'), span(badgeText(badge), badge.tone)];
}

/** Why a package has its level, as a checklist, and what would raise it. */
export function verdictDocument(
	{ verdict, evidence }: { readonly verdict: Verdict; readonly evidence: readonly Evidence[] },
	width: number,
): readonly Line[] {
	return [levelLine(verdict.level), BLANK, heading('Why'), ...checklistDocument(verdict, evidence, width)];
}

const SIGNS = { failed: '[!]', open: '[ ]', passed: '[x]' } as const;
const TONES = { failed: 'warning', open: 'plain', passed: 'good' } as const;

/** The reasons of a verdict as a checklist, worst first, and what would raise it. */
export function checklistDocument(verdict: Verdict, evidence: readonly Evidence[], width: number): readonly Line[] {
	return [
		...checklistOf(verdict, evidence).flatMap(({ state, text }) => bullet(SIGNS[state], text, { width, tone: TONES[state] })),
		...(verdict.wouldRaise.length === 0
			? []
			: [BLANK, heading('What would raise it'), ...raisesOf(verdict).flatMap((text) => bullet('>', text, { width, tone: 'dim' }))]),
	];
}

/** What was proven about an artefact, one entry per kind, and by whom it was built. */
export function evidenceDocument(evidence: ArtefactEvidence['evidence'], width: number): readonly Line[] {
	const identity = evidence.find((entry) => entry.identity !== null)?.identity ?? null;
	return [
		heading('Evidence'),
		...evidence.flatMap((entry) => {
			const badge = evidenceBadge(entry.state);
			return [
				[span(`${badge.sign} ${EVIDENCE_KIND_WORDS[entry.kind]}`, badge.tone), span(`  ${badge.word}`, badge.tone)],
				...paragraph(cleanLine(entry.reason), width, { indent: 2, tone: 'dim' }),
			];
		}),
		...(identity === null ? [] : [BLANK, heading('Built by'), ...identityDocument(identity, width)]),
	];
}

export function identityDocument(identity: SourceIdentity, width: number): readonly Line[] {
	const facts: readonly (readonly [string, string | null])[] = [
		['Repository', identity.repository],
		['Workflow', identity.workflow],
		['Ref', identity.ref],
		['Commit', identity.commit],
		['Trigger', identity.trigger],
		['Runner', identity.runner],
		['Subject', identity.subject],
		['Issuer', identity.issuer],
	];
	return facts.flatMap(([label, value]) => (value === null ? [] : fact(label, value, width)));
}
