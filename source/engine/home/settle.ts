import { existsSync } from 'node:fs';
import { appendAuditDurably, type AuditEntry, hasAuditLine } from './audit.ts';
import { dirname } from 'node:path';
import { readCurrentUnlessDamaged } from './current.ts';
import type { Disk } from './disk.ts';
import type { Intent } from './journal.ts';
import { removeIntent } from './journal.ts';
import type { Layout } from './layout.ts';
import { isReceiptDamaged, settleStore } from './shared-store/store-journal.ts';
import { DEFAULT_PROFILE, layoutOfProfile } from './layout.ts';

const EVENTS = {
	commit: 'generation-committed',
	switch: 'generation-switched',
	repair: 'entries-repaired',
	keep: 'packages-kept',
} as const;

/** The line that closes an operation in the audit log. */
export function auditLine(intent: Intent): AuditEntry {
	return {
		ts: intent.startedAt,
		event: EVENTS[intent.type],
		operation: intent.operation,
		from: intent.from,
		to: intent.to,
		command: intent.command,
		user: intent.user,
		...(intent.profile === DEFAULT_PROFILE ? {} : { profile: intent.profile }),
		...(leavesGenerations(intent) ? { artefacts: intent.artefacts } : {}),
	};
}

/** Only packages come, and no generation changes. */
function leavesGenerations({ type }: Intent): boolean {
	return type === 'repair' || type === 'keep';
}

/** Brings a begun operation to its end: `current` alone decides whether it is completed or taken back. The mutex must be held. Returns one sentence. */
export async function settleIntent({ disk, layout }: { readonly disk: Disk; readonly layout: Layout }, intent: Intent): Promise<string> {
	// The entries of a shared store are its own journal's matter: another home may need by now what this one moved in.
	const artefacts = layout.shared === null ? intent.artefacts : [];
	await settleStore({ disk, layout });
	if (leavesGenerations(intent)) {
		// What was not put in place has no receipt, or one that was not written to its end; absent, it is fetched again.
		for (const integrity of artefacts) {
			if (isReceiptDamaged(layout, integrity)) {
				await disk.removeTree(layout.entry(integrity));
			}
		}

		await removeIntent(disk, layout, intent.operation);
		return `Ended \`${intent.command}\`, which was interrupted.`;
	}

	// It may be that of another profile than this process works in.
	const own = layoutOfProfile(layout, intent.profile);
	const current = await readCurrentUnlessDamaged(own);
	if (current === null) {
		return settleWithoutCurrent({ disk, layout }, intent);
	}

	if (current.number === intent.to) {
		// The rename may have been seen without being durable yet.
		await disk.syncFolder(dirname(own.current));
		if (!(await hasAuditLine(layout, intent.operation))) {
			await appendAuditDurably({ disk, layout }, auditLine(intent));
		}

		await removeIntent(disk, layout, intent.operation);
		return `Completed the record of \`${intent.command}\`: generation ${intent.to} is current.`;
	}

	if (intent.type === 'commit') {
		await disk.removeTree(layout.generation(intent.to));
		for (const integrity of artefacts) {
			await disk.removeTree(layout.entry(integrity));
		}

		if (existsSync(layout.generations)) {
			await disk.syncFolder(layout.generations);
			await disk.syncFolder(layout.packages);
		}
	}

	await removeIntent(disk, layout, intent.operation);
	return `Took back \`${intent.command}\`, which was interrupted: generation ${current.number} is current.`;
}

// Only `current` tells whether a commit was made, so that one waits until a rollback has made it whole again; a switch made nothing else.
async function settleWithoutCurrent(
	{ disk, layout }: { readonly disk: Disk; readonly layout: Layout },
	{ type, operation, command }: Intent,
): Promise<string> {
	if (type === 'commit') {
		return `Left the record of \`${command}\` open: the file current is damaged.`;
	}

	await removeIntent(disk, layout, operation);
	return `Took back \`${command}\`, which was interrupted: the file current is damaged.`;
}
