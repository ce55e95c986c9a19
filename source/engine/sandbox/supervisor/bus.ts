import { setTimeout as sleep } from 'node:timers/promises';

import { EngineError } from '../../errors.ts';
import type { PluginManifest } from '../../manifest.ts';
import { quoteForShell } from '../../quote-for-shell.ts';
import { stripToLine } from '../../strip-controls.ts';
import type { CapabilityRequest } from '../host-messages.ts';
import type { LivePlugin } from '../lifecycle/live-plugin.ts';

const DEFAULT_MILLISECONDS = 5000;
const LONGEST_MILLISECONDS = 60_000;
/** How long a sender waits for room in the queue of a receiver. */
const ROOM_MILLISECONDS = 5000;
const TOPIC = /^[a-z][a-z0-9./-]{0,63}$/;
const MAXIMUM_AUDITED = 100;

/** What `handleMessage` gets. */
export type BusMessage = {
	/** Of this shape. */
	readonly version: 1;
	/** The name of the plugin that sent it, put there by the core; null for whoever started the plugins. */
	readonly from: string | null;
	readonly topic: string;
	readonly data: unknown;
};

type Route = { readonly to: string; readonly topic: string };
type Refusal = { readonly code: string; readonly message: string; readonly permission?: string; readonly hint?: string };

export type Bus = {
	/** Null for a request that is none of the bus. The answer is JSON text for the guest. */
	readonly handle: (sender: LivePlugin, request: CapabilityRequest) => Promise<string> | null;
	/** From whoever started the plugins; resolves with what `handleMessage` returned. Throws `plugin-not-running`, `plugin-busy`, `plugin-failed`. */
	readonly send: (receiver: LivePlugin, message: { readonly topic: string; readonly data: unknown }) => Promise<unknown>;
};

/**
 * Messages between plugins that run: at most once, in the order they were sent for each pair, and only where both package.json name the
 * other and the topic. A receiver's queue is bounded; when it is full the sender waits, and with it its own window of calls.
 */
export function createBus(find: (plugin: string) => LivePlugin | null): Bus {
	/** The last message of a pair that waits for room: the next one gets in line behind it. */
	const tails = new Map<string, Promise<unknown>>();
	const audited = new Set<string>();

	const post = (
		receiver: LivePlugin,
		message: BusMessage,
	): Promise<{ readonly answer: Promise<unknown> }> | { readonly answer: Promise<unknown> } => {
		const key = JSON.stringify([message.from, receiver.setup.plugin]);
		const tail = tails.get(key);
		const accepted = tail === undefined ? receiver.deliver(message) : null;
		if (accepted !== null) {
			return accepted;
		}

		const waiting = (tail ?? Promise.resolve()).catch(() => undefined).then(() => postWhenRoom(receiver, message));
		tails.set(key, waiting);
		return waiting.finally(() => {
			if (tails.get(key) === waiting) {
				tails.delete(key);
			}
		});
	};

	const perform = async (sender: LivePlugin, { operation, args }: CapabilityRequest): Promise<unknown> => {
		const route = readRoute(args);
		if (route === null) {
			throw new Refused({
				code: 'ERR_INVALID_ARGUMENT',
				message: 'A message needs the name of a plugin and a topic like "index/changed".',
			});
		}

		const receiver = find(route.to);
		refuseUndeclared(sender, receiver, { route, audited });
		if (receiver === null || !isUp(receiver)) {
			throw new Refused({ code: 'ERR_NOT_RUNNING', message: `${route.to} does not run now.` });
		}

		const { answer } = await post(receiver, { version: 1, from: sender.setup.plugin, topic: route.topic, data: args['data'] ?? null });
		if (operation === 'messages.send') {
			// Nobody waits for it; that the receiver failed is the receiver's affair.
			answer.catch(() => undefined);
			return null;
		}

		return answerWithin(answer, { route, milliseconds: readMilliseconds(args['timeoutMilliseconds']) });
	};

	return {
		handle: (sender, request) => {
			if (request.operation !== 'messages.send' && request.operation !== 'messages.request') {
				return null;
			}

			return perform(sender, request).then(
				(value) => JSON.stringify({ value }),
				(error: unknown) => {
					if (error instanceof Refused) {
						return JSON.stringify({ error: error.refusal });
					}

					throw error;
				},
			);
		},
		send: async (receiver, { topic, data }) => {
			if (!TOPIC.test(topic)) {
				throw new EngineError(
					'usage',
					`"${stripToLine(topic)}" is not a topic: expected lower-case letters, digits, dots, dashes and slashes.`,
				);
			}

			const { answer } = await post(receiver, { version: 1, from: null, topic, data });
			return answer;
		},
	};
}

class Refused extends Error {
	readonly refusal: Refusal;

	constructor(refusal: Refusal) {
		super(refusal.message);
		this.refusal = refusal;
	}
}

async function postWhenRoom(receiver: LivePlugin, message: BusMessage): Promise<{ readonly answer: Promise<unknown> }> {
	const deadline = performance.now() + ROOM_MILLISECONDS;
	for (;;) {
		const accepted = isUp(receiver) ? receiver.deliver(message) : null;
		if (accepted !== null) {
			return accepted;
		}

		const left = deadline - performance.now();
		if (left <= 0 || !isUp(receiver)) {
			const { plugin } = receiver.setup;
			throw message.from === null
				? new EngineError('plugin-busy', `The queue of ${plugin} is full.`)
				: new Refused({
						code: 'ERR_QUEUE_FULL',
						message: `The queue of ${plugin} is full; nothing was taken from it for ${ROOM_MILLISECONDS} ms.`,
					});
		}

		const timer = new AbortController();
		await Promise.race([receiver.untilRoom(), sleep(left, null, { signal: timer.signal }).catch(() => undefined)]);
		timer.abort();
	}
}

async function answerWithin(
	answer: Promise<unknown>,
	{ route, milliseconds }: { readonly route: Route; readonly milliseconds: number },
): Promise<unknown> {
	const late = Promise.withResolvers<never>();
	const timer = setTimeout(
		() => late.reject(new Refused({ code: 'ERR_TIMEOUT', message: `${route.to} did not answer within ${milliseconds} ms.` })),
		milliseconds,
	);
	try {
		return (await Promise.race([answer, late.promise])) ?? null;
	} catch (error) {
		if (error instanceof Refused) {
			throw error;
		}

		// Why is between the receiver and the user: its text may hold what the sender has no right to.
		throw new Refused({ code: 'ERR_PEER_FAILED', message: `${route.to} failed to answer.` });
	} finally {
		clearTimeout(timer);
		answer.catch(() => undefined);
	}
}

/** Both sides have to name the other. The denial is on record before the sender sees it, once for each kind. */
function refuseUndeclared(
	sender: LivePlugin,
	receiver: LivePlugin | null,
	{ route, audited }: { readonly route: Route; readonly audited: Set<string> },
): void {
	const { plugin, version, audit, manifest } = sender.setup;
	const isSent = declares(manifest, 'send', route.to, route.topic);
	const isReceived = receiver === null || declares(receiver.setup.manifest, 'receive', plugin, route.topic);
	if (isSent && isReceived) {
		return;
	}

	const permission = `message:${route.to}/${route.topic}`;
	const rule = isSent ? 'not-declared-by-receiver' : 'not-declared-by-sender';
	const key = JSON.stringify([plugin, rule, permission]);
	if (!audited.has(key) && audited.size < MAXIMUM_AUDITED) {
		audited.add(key);
		audit({ event: 'permission-denied', plugin, version, pid: sender.incarnation?.pid ?? 0, permission, rule, resource: route.topic });
	}

	const [who, side, peer] = isSent ? [route.to, 'receive', plugin] : [plugin, 'send', route.to];
	throw new Refused({
		code: 'ERR_PERMISSION_DENIED',
		message: `The package.json of ${who} does not name ${peer} and "${route.topic}" under plugward.messages.${side}.`,
		permission,
		hint: `Both packages must declare it; see: plugward info ${quoteForShell(who)}`,
	});
}

function declares(manifest: PluginManifest | null, side: 'send' | 'receive', peer: string, topic: string): boolean {
	const { send = [], receive = [] } = manifest?.messages ?? {};
	return side === 'send'
		? send.some((route) => route.to === peer && route.topic === topic)
		: receive.some((route) => route.from === peer && route.topic === topic);
}

function readRoute({ to, topic }: CapabilityRequest['args']): Route | null {
	return typeof to === 'string' && to !== '' && to.length <= 214 && typeof topic === 'string' && TOPIC.test(topic)
		? { to: stripToLine(to), topic }
		: null;
}

function readMilliseconds(value: unknown): number {
	return typeof value === 'number' && value > 0 ? Math.min(value, LONGEST_MILLISECONDS) : DEFAULT_MILLISECONDS;
}

/** A plugin that is being started again keeps what waits for it. */
function isUp({ lifecycle: { phase } }: LivePlugin): boolean {
	return phase !== 'stopped' && phase !== 'quarantined' && phase !== 'draining' && phase !== 'stopping';
}
