import type { Evidence, Level, Reason, Verdict } from '../../evidence.ts';
import { EVIDENCE_KIND_WORDS, LEVELS } from '../../evidence.ts';
import { decide } from './gate.ts';
import { namesBuilder, pinMismatch } from './identity.ts';
import { prepareFacts } from './judged-facts.ts';
import type { JudgedFacts, JudgeRequest } from './judged-facts.ts';

/** One rung of the ladder: what it needs, in words, and what would reach it. */
type Rung = { readonly level: Level; readonly reason: Reason; readonly raise: string };

/**
 * The level of one artefact and what the policy makes of it. Pure: equal facts give an equal verdict. A level needs all that its rule
 * names; invalid evidence, a malware advisory, a rejection, a withdrawn certification, a changed builder or a fall in evidence holds it at
 * `unknown`.
 */
export function judge(request: JudgeRequest): Verdict {
	const facts = prepareFacts(request);
	const rungs = [known(facts), trusted(facts), verifiedRung(facts), core(facts)];
	const level = isCapped(facts) ? 'unknown' : highest(rungs);
	const gate = decide(facts, level);
	return {
		level,
		decision: gate.decision,
		reasons: [...facts.request.evidence.map(evidenceReason), ...rungs.map((rung) => rung.reason), ...gate.reasons],
		wouldRaise: whatWouldRaise(facts, level, rungs),
	};
}

export function levelAtLeast(level: Level, minimum: Level): boolean {
	return LEVELS.indexOf(level) >= LEVELS.indexOf(minimum);
}

// False evidence cannot be raised by anything; a changed builder or a fall must be approved before anything else counts.
function whatWouldRaise(facts: JudgedFacts, level: Level, rungs: readonly Rung[]): readonly string[] {
	const { continuity } = facts;
	if (isBlocked(facts)) {
		return [];
	}

	if (continuity.type === 'changed' || continuity.type === 'fallen') {
		return ['Accepting the change for this version, or pinning the new builder in your policy, would let its own evidence count.'];
	}

	return rungs.filter((rung) => !rung.reason.passed && LEVELS.indexOf(rung.level) > LEVELS.indexOf(level)).map((rung) => rung.raise);
}

function evidenceReason(entry: Evidence): Reason {
	return {
		rule: entry.kind,
		passed: entry.state === 'verified',
		text: entry.state === 'verified' ? entry.reason : `${EVIDENCE_KIND_WORDS[entry.kind]} ${entry.state}: ${entry.reason}`,
	};
}

/** What holds the level down whatever else is proven. The gate says which in words. */
function isCapped(facts: JudgedFacts): boolean {
	const { type } = facts.continuity;
	return isBlocked(facts) || type === 'changed' || type === 'fallen' || facts.request.endedAcceptance?.isOfBuilder === true;
}

/** Nothing raises it, and the gate refuses it. */
function isBlocked({ invalid, standing, request }: JudgedFacts): boolean {
	const isDisowned = standing.certification !== null && standing.certification.state !== 'verified';
	return invalid.length > 0 || standing.rejectedBy !== null || isDisowned || (request.malware ?? null) !== null;
}

function known(facts: JudgedFacts): Rung {
	const integrity = facts.state('integrity') === 'verified';
	const signature = facts.state('registry-signature') === 'verified';
	const provenance = facts.state('provenance') === 'verified';
	const openpgp = facts.state('openpgp') === 'verified';
	const passed = integrity && (signature || provenance || openpgp);
	const proof = provenance ? 'its build is proven' : openpgp ? 'a key that you named signed it' : 'the registry signed it';
	const text = passed
		? `known: the bytes are what was expected and ${proof}.`
		: `known needs ${integrity ? '' : 'verified integrity and '}a registry signature (${facts.state('registry-signature')}) or provenance (${facts.state('provenance')}).`;
	return {
		level: 'known',
		reason: { rule: 'level-known', passed, text },
		raise: 'A registry that serves signatures or provenance for this version would raise it to known.',
	};
}

function trusted(facts: JudgedFacts): Rung {
	const { standing, request, identity } = facts;
	const pin = request.policy.pins[request.name];
	const pinHolds = pin !== undefined && identity !== null && namesBuilder(pin) && pinMismatch(pin, identity) === null;
	const quorum = standing.endorsements?.quorum ?? null;
	const passed = facts.state('integrity') === 'verified' && (quorum !== null || pinHolds);
	const why = quorum ?? 'its builder is the one your policy pins';
	return {
		level: 'trusted',
		reason: {
			rule: 'level-trusted',
			passed,
			text: passed
				? `trusted: ${why}.`
				: 'trusted needs endorsements by people you trust, or a pin in your policy that its verified builder matches.',
		},
		raise: 'A pin of its builder in your policy, or enough endorsements by people you trust, would raise it to trusted.',
	};
}

function verifiedRung(facts: JudgedFacts): Rung {
	const provenance = facts.request.evidence.find((entry) => entry.kind === 'provenance');
	const lacks: string[] = [];
	if (facts.state('integrity') !== 'verified') {
		lacks.push('verified integrity');
	}

	if (provenance?.state !== 'verified') {
		lacks.push('verified provenance');
	} else if (provenance.code === 'repository-unbound') {
		lacks.push('a repository in its package.json that the provenance can be held against');
	}

	if (facts.continuity.type !== 'same') {
		lacks.push('an approved builder to compare with');
	}

	if (facts.standing.certification?.state !== 'verified') {
		lacks.push('a certification by a recognised certifier');
	}

	const text =
		lacks.length === 0 ? `verified: certified by ${facts.standing.certification?.by ?? ''}.` : `verified lacks ${lacks.join(', ')}.`;
	return {
		level: 'verified',
		reason: { rule: 'level-verified', passed: lacks.length === 0, text },
		raise: `To be verified it lacks ${lacks.join(', ')}.`,
	};
}

function core(facts: JudgedFacts): Rung {
	const { corePin } = facts.standing;
	const passed =
		corePin !== null && facts.state('integrity') === 'verified' && facts.identity !== null && pinMismatch(corePin, facts.identity) === null;
	return {
		level: 'core',
		reason: {
			rule: 'level-core',
			passed,
			text: passed
				? 'core: on the core list of your organisation, and built as it says.'
				: corePin === null
					? 'core is for what the signed core list of your organisation names.'
					: 'core lacks verified provenance by the builder that the core list of your organisation names.',
		},
		raise:
			corePin === null
				? "An entry on your organisation's signed core list that its verified builder matches would make it core."
				: 'Provenance by the builder that the core list names would make it core.',
	};
}

function highest(rungs: readonly Rung[]): Level {
	return rungs.findLast((rung) => rung.reason.passed)?.level ?? 'unknown';
}
