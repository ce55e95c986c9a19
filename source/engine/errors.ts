/**
 * The one table of errors. Codes are API: they are never reused or renamed, and each maps to the exit code that the scripted
 * commands document. Nothing but an `EngineError` leaves the engine.
 */
const EXIT_CODES = {
	internal: 1,
	usage: 2,
	'spec-invalid': 2,
	'spec-unsupported': 2,
	'settings-invalid': 2,
	'package-not-found': 3,
	'not-installed': 3,
	'task-not-found': 127,
	'authentication-required': 4,
	'integrity-mismatch': 5,
	'evidence-invalid': 5,
	'policy-refused': 5,
	'archive-refused': 5,
	'manifest-invalid': 5,
	'bundle-escape': 5,
	'bundle-failed': 5,
	'host-power-needed': 5,
	'verification-failed': 5,
	'no-solution': 6,
	'no-matching-version': 6,
	'resolver-gave-up': 6,
	'registry-unreachable': 7,
	'registry-response-invalid': 7,
	'tarball-truncated': 7,
	'offline-missing': 7,
	'home-busy': 8,
	'home-damaged': 8,
	'home-unsafe': 8,
	'home-unwritable': 8,
	'disk-full': 8,
	'generation-not-found': 3,
	'profile-not-found': 3,
	'plan-stale': 8,
	'lock-invalid': 2,
	'lock-mismatch': 6,
	'consent-required': 9,
	'plugin-failed': 1,
	'plugin-denied': 126,
	'plugin-limit': 124,
	'plugin-quarantined': 125,
	'plugin-not-running': 3,
	'plugin-busy': 8,
	'core-unreachable': 8,
	'reload-refused': 1,
	'sandbox-unavailable': 125,
	'sandbox-breach': 125,
	cancelled: 130,
} as const;

export type ErrorCode = keyof typeof EXIT_CODES;

export function isErrorCode(text: string): text is ErrorCode {
	return Object.hasOwn(EXIT_CODES, text);
}

export type EngineErrorDetails = {
	/** The next command to type, or the next thing to try; one sentence. */
	readonly hint?: string;
	readonly cause?: unknown;
	/** Plain data for `--json`: a derivation, a list of undecided requirements. Never secrets or absolute home paths. */
	readonly details?: unknown;
};

const BRAND: unique symbol = Symbol.for('plugward.EngineError');

/** The only error that crosses the engine's door. */
export class EngineError extends Error {
	/** The screens are a bundle of their own, and an error of the engine they are given is one of theirs. */
	static override [Symbol.hasInstance](thrown: unknown): boolean {
		// A class made of this one inherits this method, and must not claim every error of the engine as its own. The class is not named
		// here, since a bundler gives one that names itself another name, which every stack then begins with.
		return Object.hasOwn(this, Symbol.hasInstance)
			? typeof thrown === 'object' && thrown !== null && BRAND in thrown
			: Function.prototype[Symbol.hasInstance].call(this, thrown);
	}

	readonly [BRAND] = true;
	override readonly name = 'EngineError';
	readonly code: ErrorCode;
	readonly hint: string | undefined;
	readonly details: unknown;

	constructor(code: ErrorCode, message: string, details: EngineErrorDetails = {}) {
		super(message, details.cause === undefined ? undefined : { cause: details.cause });
		this.code = code;
		this.hint = details.hint;
		this.details = details.details;
	}

	get exitCode(): number {
		return EXIT_CODES[this.code];
	}
}

/** Wraps what a library threw, so that callers see one kind of error. Aborts become `cancelled`, engine errors pass through. */
export function toEngineError(
	thrown: unknown,
	fallback: { readonly code: ErrorCode; readonly message: string; readonly hint?: string },
): EngineError {
	if (thrown instanceof EngineError) {
		return thrown;
	}

	if (isAbort(thrown)) {
		return new EngineError('cancelled', 'The operation was cancelled.', { cause: thrown });
	}

	const details = fallback.hint === undefined ? { cause: thrown } : { cause: thrown, hint: fallback.hint };
	return new EngineError(fallback.code, fallback.message, details);
}

/** True for an AbortSignal's reason and for the errors node throws when a signal fires. */
export function isAbort(thrown: unknown): boolean {
	return thrown instanceof Error && (thrown.name === 'AbortError' || ('code' in thrown && thrown.code === 'ABORT_ERR'));
}

/** Throws `cancelled` when the signal has fired; call between steps that do not take a signal themselves. */
export function throwIfAborted(signal: AbortSignal): void {
	if (signal.aborted) {
		throw new EngineError('cancelled', 'The operation was cancelled.', { cause: signal.reason });
	}
}
