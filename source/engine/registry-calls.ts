import type { CallOptions } from './events.ts';
import type { ExaminedRegistry } from './registry/index.ts';

/** What is changed in the user's own .npmrc. */
export type RegistryCalls = {
	/** Every registry that is named, who names it, and what it answers. Throws `settings-invalid`. */
	readonly list: (options: CallOptions) => Promise<readonly ExaminedRegistry[]>;
	/** `scope` null: the default registry. Throws `usage` for a scope that is none, `settings-invalid` for a URL that is none. */
	readonly set: (request: { readonly scope: string | null; readonly url: string }, options: CallOptions) => Promise<void>;
	/** Throws `usage` when the user's own .npmrc names none. */
	readonly remove: (scope: string | null, options: CallOptions) => Promise<void>;
	/** Keeps a token for one registry. Gives its URL. Throws `usage` for a token that is none. */
	readonly signIn: (request: { readonly registry: string | null; readonly token: string }, options: CallOptions) => Promise<string>;
	/** Takes the token of one registry away. Gives its URL. Throws `usage` when there is none in the user's own .npmrc. */
	readonly signOut: (registry: string | null, options: CallOptions) => Promise<string>;
};
