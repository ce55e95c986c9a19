/* oxlint-disable typescript/no-unnecessary-type-conversion, typescript/no-base-to-string -- callers are untyped JavaScript. */
/** Names that had a number before they had only names, in the order of those numbers; empty where the standard took one back. */
const NUMBERED = [
	'IndexSizeError',
	'DOMStringSizeError',
	'HierarchyRequestError',
	'WrongDocumentError',
	'InvalidCharacterError',
	'NoDataAllowedError',
	'NoModificationAllowedError',
	'NotFoundError',
	'NotSupportedError',
	'InUseAttributeError',
	'InvalidStateError',
	'SyntaxError',
	'InvalidModificationError',
	'NamespaceError',
	'InvalidAccessError',
	'ValidationError',
	'TypeMismatchError',
	'SecurityError',
	'NetworkError',
	'AbortError',
	'URLMismatchError',
	'QuotaExceededError',
	'TimeoutError',
	'InvalidNodeTypeError',
	'DataCloneError',
];
const WITHOUT_NUMBER = new Set(['DOMStringSizeError', 'NoDataAllowedError', 'ValidationError']);

let nameOf: (error: DOMException) => string;

export class DOMException extends Error {
	readonly #name: string;

	static {
		nameOf = (error) => error.#name;
	}

	constructor(message = '', options: string | { readonly name?: unknown; readonly cause?: unknown } = 'Error') {
		super(String(message), typeof options === 'object' && 'cause' in options ? { cause: options.cause } : undefined);
		this.#name = typeof options === 'object' ? String(options.name ?? 'Error') : String(options);
		// The first line of a stack is made from the class; it should say what went wrong.
		if (typeof this.stack === 'string') {
			this.stack = this.stack.replace(/^Error/, this.#name);
		}
	}

	get code(): number {
		return WITHOUT_NUMBER.has(this.#name) ? 0 : NUMBERED.indexOf(this.#name) + 1;
	}

	get [Symbol.toStringTag](): string {
		return 'DOMException';
	}
}

Object.defineProperty(DOMException.prototype, 'name', {
	get(this: DOMException) {
		return nameOf(this);
	},
	enumerable: true,
	configurable: true,
});
for (const [index, name] of NUMBERED.entries()) {
	const constant = `${name
		.replace(/Error$/, '')
		.replace('InUseAttribute', 'InuseAttribute')
		.replace('DOMStringSize', 'DomstringSize')
		.replace('URLMismatch', 'UrlMismatch')
		.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_')
		.toUpperCase()}_ERR`;
	for (const holder of [DOMException, DOMException.prototype]) {
		Object.defineProperty(holder, constant, { value: index + 1, enumerable: true });
	}
}
