import type { Level, Reason, Verdict } from '../../evidence.ts';
import { LEVELS } from '../../evidence.ts';
import { hoursText } from '../../hours-text.ts';
import { pinMismatch } from './identity.ts';
import type { IdentityPin } from './identity.ts';
import type { JudgedFacts } from './judged-facts.ts';
import { matchesAny } from '../policy/name-pattern.ts';
import { findException } from '../policy/policy.ts';
import type { ExceptionRule } from '../../exception-rules.ts';

type Decision = Verdict['decision'];
type Finding = { readonly decision: Decision; readonly reason: Reason };

/** The rule that only warns: a plugin may be unproven as long as it is given no rights. */
export const UNPROVEN = 'unproven';

/** The rule that lets a young version through because it closes a known hole. */
export const SECURITY_FIX = 'security-fix';

const SEVERITY: readonly Decision[] = ['allow', 'warn', 'ask', 'deny'];

/** What the policy makes of the facts: the severest of its rules, with a line for each rule that had something to say. */
export function decide(facts: JudgedFacts, level: Level): { readonly decision: Decision; readonly reasons: readonly Reason[] } {
	const findings = [
		requiredProvenance(facts),
		pinned(facts),
		minimumLevel(facts, level),
		continuity(facts),
		acceptance(facts),
		age(facts),
		notes(facts, level),
		rejected(facts),
		malware(facts),
		falseEvidence(facts),
	].flat();
	const decision = SEVERITY.findLast((severity) => findings.some((finding) => finding.decision === severity)) ?? 'allow';
	// The severest last, so that the last reason that failed is the one that decided; of equals, what the bytes are before what the policy wants.
	const ordered = findings.toSorted((a, b) => SEVERITY.indexOf(a.decision) - SEVERITY.indexOf(b.decision));
	return { decision, reasons: ordered.map((finding) => finding.reason) };
}

function falseEvidence({ invalid }: JudgedFacts): readonly Finding[] {
	return invalid.map((entry) => fail('deny', `evidence-${entry.kind}`, `False evidence is never accepted: ${entry.reason}`));
}

function malware({ request }: JudgedFacts): readonly Finding[] {
	const { malware: found = null } = request;
	return found === null
		? []
		: [fail('deny', 'malware', `${found.advisory} calls this version malware${found.summary === '' ? '' : `: ${found.summary}`}.`)];
}

function rejected({ standing }: JudgedFacts): readonly Finding[] {
	const findings: Finding[] = [];
	if (standing.rejectedBy !== null) {
		findings.push(fail('deny', 'not-rejected', `${standing.rejectedBy} rejected this version.`));
	}

	if (standing.certification !== null && standing.certification.state !== 'verified') {
		findings.push(fail('deny', 'certification', `${standing.certification.by} has ${standing.certification.state} its certification.`));
	}

	return findings;
}

function requiredProvenance(facts: JudgedFacts): readonly Finding[] {
	const { request } = facts;
	if (!matchesAny(request.policy.requireProvenance, request.name)) {
		return [];
	}

	if (facts.state('provenance') === 'verified') {
		return [pass('require-provenance', 'Your policy requires provenance, and it is verified.')];
	}

	const text = `Your policy requires provenance for ${request.name}, and it is ${facts.state('provenance')}.`;
	return [excepted(facts, 'require-provenance', text) ?? fail('deny', 'require-provenance', text)];
}

function pinned(facts: JudgedFacts): readonly Finding[] {
	const { policy, name } = facts.request;
	return [policy.pins[name], policy.projectPins[name]].flatMap((pin) => (pin === undefined ? [] : [heldAgainst(pin, facts)]));
}

function heldAgainst(pin: IdentityPin, facts: JudgedFacts): Finding {
	const { request, identity } = facts;
	if (identity === null) {
		const text = `Your policy pins the builder of ${request.name}, and no provenance is verified.`;
		return excepted(facts, 'pin', text) ?? fail('deny', 'pin', text);
	}

	const mismatch = pinMismatch(pin, identity);
	if (mismatch === null) {
		return pass('pin', 'Its builder is the one your policy pins.');
	}

	const text = `Your policy pins ${mismatch.field} ${mismatch.from}, but it was built with ${mismatch.field} ${mismatch.to}.`;
	return excepted(facts, 'pin', text) ?? fail('deny', 'pin', text);
}

function minimumLevel(facts: JudgedFacts, level: Level): readonly Finding[] {
	const minimum = facts.request.policy.minimumLevel;
	if (LEVELS.indexOf(level) >= LEVELS.indexOf(minimum)) {
		return [];
	}

	const text = `Its level is ${level}, your policy's minimum is ${minimum}.`;
	return [excepted(facts, 'minimum-level', text) ?? fail('ask', 'minimum-level', text)];
}

function continuity({ continuity }: JudgedFacts): readonly Finding[] {
	switch (continuity.type) {
		case 'first':
		case 'same':
			return [pass('continuity', continuity.text)];
		case 'changed':
		case 'fallen':
			return [fail('ask', 'continuity', continuity.text)];
	}
}

function acceptance({ request: { endedAcceptance } }: JudgedFacts): readonly Finding[] {
	return endedAcceptance === undefined || endedAcceptance === null
		? []
		: [
				fail(
					'ask',
					'acceptance',
					`It was accepted until ${endedAcceptance.expires.slice(0, 10)}, which has passed: ${endedAcceptance.text}`,
				),
			];
}

function age(facts: JudgedFacts): readonly Finding[] {
	const { ageHours, ageIsLeast = false, isInstalled, policy, isOwnRegistry, name, securityFix } = facts.request;
	if (isOwnRegistry) {
		return [pass('minimum-age', 'It comes from a registry of your own, where age is not judged.')];
	}

	if (isInstalled) {
		return [pass('minimum-age', 'It is installed already, so its age is not judged.')];
	}

	if (ageHours === null) {
		return [pass('minimum-age', 'The registry gives no publish time, so its age is not judged.')];
	}

	if (ageHours >= policy.minimumAgeHours || matchesAny(policy.ageExempt, name)) {
		return [pass('minimum-age', `Published ${ageIsLeast ? 'at least ' : ''}${hoursText(ageHours)} ago.`)];
	}

	if (securityFix) {
		const { advisory, affected } = securityFix;
		return [
			pass(
				SECURITY_FIX,
				`Published ${hoursText(ageHours)} ago; not waited for, since it fixes ${advisory} in ${affected}, which is installed.`,
			),
		];
	}

	const text = `Published ${hoursText(ageHours)} ago, less than the ${policy.minimumAgeHours} hours that your policy waits for others to notice an attack.`;
	return [excepted(facts, 'minimum-age', text) ?? fail('ask', 'minimum-age', text)];
}

function notes(facts: JudgedFacts, level: Level): readonly Finding[] {
	const { request } = facts;
	const findings: Finding[] = [];
	if (level === 'unknown' && isUnproven(facts)) {
		findings.push(fail('warn', UNPROVEN, 'Nothing proves who built or published it; it starts with no rights like any other.'));
	}

	if (request.deprecated !== null) {
		findings.push(fail('warn', 'deprecated', `Deprecated: ${request.deprecated}`));
	}

	if (request.hasInstallScript) {
		findings.push(pass('install-script', 'It has an install script, which is never run.'));
	}

	return findings;
}

/** There is no proof; a proof that holds and does not count, or one that is false, is told by another rule. */
function isUnproven({ invalid, state }: JudgedFacts): boolean {
	return invalid.length === 0 && (['registry-signature', 'provenance', 'openpgp'] as const).every((kind) => state(kind) !== 'verified');
}

function excepted(facts: JudgedFacts, rule: ExceptionRule, text: string): Finding | null {
	const exception = findException(facts.request.policy, { ...facts.request, rule, now: facts.now });
	return exception === null
		? null
		: { decision: 'warn', reason: { rule, passed: true, text: `${text} Accepted until ${exception.expires}: ${exception.reason}.` } };
}

function pass(rule: string, text: string): Finding {
	return { decision: 'allow', reason: { rule, passed: true, text } };
}

function fail(decision: Decision, rule: string, text: string): Finding {
	return { decision, reason: { rule, passed: false, text } };
}
