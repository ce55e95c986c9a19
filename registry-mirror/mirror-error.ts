export type MirrorErrorCode =
	| 'authentication-required'
	| 'misdirected'
	| 'name-invalid'
	| 'not-found'
	| 'method-not-allowed'
	| 'request-invalid'
	| 'too-large'
	| 'version-exists'
	| 'version-retired'
	| 'revision-stale'
	| 'name-not-local'
	| 'tarball-mismatch'
	| 'archive-refused'
	| 'provenance-mismatch'
	| 'statement-refused'
	| 'range-not-satisfiable'
	| 'offline-missing'
	| 'upstream-unreachable'
	| 'upstream-refused'
	| 'upstream-invalid'
	| 'folder-busy'
	| 'internal';

type Details = { readonly headers?: Readonly<Record<string, string>>; readonly cause?: unknown };

/** What a client is told: the message becomes `error` of the JSON body, which npm prints. Never holds a secret or a path of the machine. */
export class MirrorError extends Error {
	override readonly name = 'MirrorError';
	readonly status: number;
	readonly code: MirrorErrorCode;
	readonly headers: Readonly<Record<string, string>>;

	constructor(status: number, code: MirrorErrorCode, message: string, details: Details = {}) {
		super(message, details.cause === undefined ? undefined : { cause: details.cause });
		this.status = status;
		this.code = code;
		this.headers = details.headers ?? {};
	}
}

export function notFound(message: string): MirrorError {
	return new MirrorError(404, 'not-found', message);
}
