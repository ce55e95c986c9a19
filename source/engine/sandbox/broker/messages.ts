import { permissionId, type Permission } from '../../permission.ts';
import { isCovered } from '../grants.ts';

/** One end of a message: a plugin and what is effective for it now. */
export type MessageParty = { readonly plugin: string; readonly grants: readonly Permission[] };

/** `permission` is what is missing, and `of` the plugin that lacks it. */
export type MessageVerdict =
	| { readonly isAllowed: true }
	| { readonly isAllowed: false; readonly of: string; readonly permission: Permission; readonly text: string };

/**
 * Whether a message may go from one plugin to another. Both must have asked for the other one and been granted it: the sender, since
 * what it knows leaves it, and the receiver, since what it is told steers it. The names come from the core, never from a plugin.
 */
export function judgeMessage({
	from,
	to,
	topic,
}: {
	readonly from: MessageParty;
	readonly to: MessageParty;
	readonly topic: string;
}): MessageVerdict {
	const sending: Permission = { type: 'message', direction: 'send', plugin: to.plugin, topic, reason: '' };
	if (!isCovered(sending, from.grants)) {
		return refuse(from.plugin, sending, `${from.plugin} may not send "${topic}" to ${to.plugin}`);
	}

	const receiving: Permission = { type: 'message', direction: 'receive', plugin: from.plugin, topic, reason: '' };
	return isCovered(receiving, to.grants)
		? { isAllowed: true }
		: refuse(to.plugin, receiving, `${to.plugin} does not take "${topic}" from ${from.plugin}`);
}

function refuse(of: string, permission: Permission, what: string): MessageVerdict {
	return { isAllowed: false, of, permission, text: `${what}: ${permissionId(permission)} was not granted to ${of}.` };
}
