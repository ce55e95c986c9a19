import { setTimeout as sleep } from 'node:timers/promises';

import { EngineError } from '../../errors.ts';
import { permissionId, type Permission } from '../../permission.ts';
import { quoteForShell } from '../../quote-for-shell.ts';
import { stripToLine } from '../../strip-controls.ts';
import { judgeMessage } from '../broker/messages.ts';
import { isCovered } from '../grants.ts';
import type { CapabilityRequest } from '../host-messages.ts';
import type { LivePlugin } from '../lifecycle/live-plugin.ts';

const DEFAULT_MILLISECONDS = 5000;
const LONGEST_MILLISECONDS = 60_000;
/** How long a sender waits for room in the queue of a receiver. */
const ROOM_MILLISECONDS = 5000;
const TOPIC = /^[a-z][a-z0-9./-]{0,63}$/;
const MAXIMUM_RECORDED = 10_000;

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
 * Messages between plugins that run: at most once, in the order they were sent for each pair, and only where both package.json ask for
 * the other and the topic and both were granted it. A receiver's queue is bounded; when it is full the sender waits, and with it its own window of calls.
 */
export function createBus(find: (plugin: string) => LivePlugin | null): Bus {
	/** The last message of a pair that waits for room: the next one gets in line behind it. */
	const tails = new Map<string, Promise<unknown>>();
	const recorded = new Set<string>();

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
		refuseUngranted(sender, receiver, { route, recorded });
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

type Judged = { readonly route: Route; readonly recorded: Set<string> };

/**
 * Both sides have to ask for the other and to be granted it. A denial is on record before the sender sees it, and the first use of a grant
 * too, once for each process.
 */
function refuseUngranted(sender: LivePlugin, receiver: LivePlugin | null, { route, recorded }: Judged): void {
	const from = { plugin: sender.setup.plugin, grants: sender.setup.grants };
	// Whether one that does not run would take it does not matter: there is nobody to hand it to.
	const taking: Permission = { type: 'message', direction: 'receive', plugin: from.plugin, topic: route.topic, reason: '' };
	const to = { plugin: route.to, grants: receiver === null ? [taking] : receiver.setup.grants };
	const verdict = judgeMessage({ from, to, topic: route.topic });
	const { plugin, version, audit } = sender.setup;
	const pid = sender.incarnation?.pid ?? 0;
	if (verdict.isAllowed) {
		const sending: Permission = { type: 'message', direction: 'send', plugin: route.to, topic: route.topic, reason: '' };
		for (const [holder, wanted] of [[sender, sending] as const, ...(receiver === null ? [] : [[receiver, taking] as const])]) {
			recordUse(holder, wanted, recorded);
		}

		return;
	}

	const isSender = verdict.of === plugin;
	const isDeclared = isCovered(verdict.permission, (isSender ? sender : receiver)?.setup.requested ?? []);
	const permission = permissionId(verdict.permission);
	const rule = `not-${isDeclared ? 'granted-to' : 'declared-by'}-${isSender ? 'sender' : 'receiver'}`;
	sender.countDenial();
	if (isNew(recorded, ['denied', plugin, pid, rule, permission])) {
		audit({ event: 'permission-denied', plugin, version, pid, permission, rule, resource: route.topic });
	}

	throw new Refused({
		code: 'ERR_PERMISSION_DENIED',
		message: isDeclared ? verdict.text : `The package.json of ${verdict.of} does not ask for ${permission}.`,
		permission,
		hint: isDeclared
			? `See: plugward permissions explain ${quoteForShell(verdict.of)}`
			: `Both packages must declare it; see: plugward info ${quoteForShell(verdict.of)}`,
	});
}

/** The grant, not the request. */
function recordUse({ setup, incarnation }: LivePlugin, wanted: Permission, recorded: Set<string>): void {
	const { plugin, version, audit, grants } = setup;
	const grant = grants.find((one) => isCovered(wanted, [one]));
	const pid = incarnation?.pid ?? 0;
	if (grant !== undefined && isNew(recorded, ['used', plugin, pid, permissionId(grant)])) {
		audit({ event: 'permission-used', plugin, version, pid, permission: permissionId(grant) });
	}
}

function isNew(recorded: Set<string>, fact: readonly unknown[]): boolean {
	const key = JSON.stringify(fact);
	if (recorded.has(key)) {
		return false;
	}

	if (recorded.size >= MAXIMUM_RECORDED) {
		// The oldest goes, so that one plugin that tries many topics cannot silence what comes after.
		recorded.delete(recorded.values().next().value ?? '');
	}

	recorded.add(key);
	return true;
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
