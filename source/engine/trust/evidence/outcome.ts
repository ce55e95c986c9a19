import { EngineError } from '../../errors.ts';
import type { Evidence, EvidenceKind, EvidenceState, SourceIdentity } from '../../evidence.ts';
import { stripToLine } from '../../strip-controls.ts';

const MAXIMUM_QUOTE_LENGTH = 200;

/** Why one piece of evidence does not hold. Thrown by the checks of this folder and always turned into an `Evidence` before it leaves. */
export class EvidenceFault extends EngineError {
	readonly state: Exclude<EvidenceState, 'verified'>;
	readonly evidenceCode: string;

	constructor(fault: {
		readonly state: Exclude<EvidenceState, 'verified'>;
		readonly code: string;
		readonly text: string;
		readonly cause?: unknown;
	}) {
		super('evidence-invalid', fault.text, fault.cause === undefined ? {} : { cause: fault.cause });
		this.state = fault.state;
		this.evidenceCode = fault.code;
	}
}

export function invalid(code: string, text: string, cause?: unknown): EvidenceFault {
	return new EvidenceFault({ state: 'invalid', code, text, cause });
}

export function unavailable(code: string, text: string): EvidenceFault {
	return new EvidenceFault({ state: 'unavailable', code, text });
}

export function absent(code: string, text: string): EvidenceFault {
	return new EvidenceFault({ state: 'absent', code, text });
}

/** `code` names a reservation that the level takes into account, for instance `repository-unbound`. */
export function verified(
	kind: EvidenceKind,
	reason: string,
	found: { readonly identity?: SourceIdentity; readonly code?: string; readonly root?: string } = {},
): Evidence {
	const { code = null, identity = null, root } = found;
	return { kind, state: 'verified', reason, code, identity, ...(root === undefined ? {} : { root }) };
}

/**
 * The evidence for whatever a check threw. Anything unforeseen is `invalid`: the input is hostile, and a parser that fell over has
 * proven nothing.
 */
export function faultToEvidence(kind: EvidenceKind, thrown: unknown): Evidence {
	if (thrown instanceof EvidenceFault) {
		return { kind, state: thrown.state, reason: thrown.message, code: thrown.evidenceCode, identity: null };
	}

	const detail = thrown instanceof Error ? `: ${quote(thrown.message)}` : '';
	return { kind, state: 'invalid', reason: `The ${kind} could not be read${detail}.`, code: 'malformed', identity: null };
}

/** A hostile string made safe for a sentence. */
export function quote(value: unknown): string {
	const text = stripToLine(typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing'));
	return text.length > MAXIMUM_QUOTE_LENGTH ? `${text.slice(0, MAXIMUM_QUOTE_LENGTH)}…` : text;
}
