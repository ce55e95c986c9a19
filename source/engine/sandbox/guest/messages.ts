/* oxlint-disable typescript/no-unnecessary-type-conversion -- callers are untyped JavaScript, so what the types promise is converted all the same. */
import { requestCapability } from './capabilities.ts';

/** `context.messages`: to other plugins that run now. The core puts the sender's name on each. */
export const messages = Object.freeze({
	/** Resolves once the message waits in the receiver's queue. */
	send: (to: unknown, topic: unknown, data: unknown = null): Promise<unknown> =>
		requestCapability('messages.send', { to: String(to), topic: String(topic), data }),
	/** Resolves with what the receiver's `handleMessage` returned. */
	request: (
		to: unknown,
		topic: unknown,
		data: unknown = null,
		options: { readonly timeoutMilliseconds?: unknown } = {},
	): Promise<unknown> =>
		requestCapability('messages.request', {
			to: String(to),
			topic: String(topic),
			data,
			timeoutMilliseconds: options.timeoutMilliseconds ?? null,
		}),
});
