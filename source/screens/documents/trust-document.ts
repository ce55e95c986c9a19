import type { ArtefactEvidence, Level, SourceIdentity, Verdict } from '../../engine/index.ts';
import { cleanLine } from '../../format.ts';
import { badgeText, evidenceBadge, levelBadge, span } from '../../theme.ts';
import type { Line } from '../../theme.ts';
import { BLANK, bullet, fact, heading, paragraph } from './lines.ts';

const EVIDENCE_NAMES = {
	integrity: 'Integrity',
	'registry-signature': 'Registry signature',
	provenance: 'Provenance',
	'publish-attestation': 'Publish attestation',
	openpgp: 'OpenPGP signature',
} as const;

export function levelLine(level: Level): Line {
	const badge = levelBadge(level);
	return [span('Level        ', 'dim'), span(badgeText(badge), badge.tone)];
}

/** Why a package has its level, as a checklist, and what would raise it. */
export function verdictDocument(verdict: Verdict, width: number): readonly Line[] {
	return [
		levelLine(verdict.level),
		BLANK,
		heading('Why'),
		...verdict.reasons.flatMap((reason) =>
			bullet(reason.passed ? '[x]' : '[ ]', reason.text, { width, tone: reason.passed ? 'good' : 'warning' }),
		),
		...(verdict.wouldRaise.length === 0
			? []
			: [BLANK, heading('What would raise it'), ...verdict.wouldRaise.flatMap((text) => bullet('>', text, { width, tone: 'dim' }))]),
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
				[span(`${badge.sign} ${EVIDENCE_NAMES[entry.kind]}`, badge.tone), span(`  ${badge.word}`, badge.tone)],
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
