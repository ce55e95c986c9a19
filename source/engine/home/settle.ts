import { existsSync } from 'node:fs';
import { appendDurably, hasAuditLine } from './audit.ts';
import { readCurrent } from './current.ts';
import type { Disk } from './disk.ts';
import type { Intent } from './journal.ts';
import { removeIntent } from './journal.ts';
import type { Layout } from './layout.ts';

/** The line that closes an operation in the audit log. */
export function auditLine(intent: Intent): object {
	return {
		ts: intent.startedAt,
		event: intent.type === 'commit' ? 'generation-committed' : 'generation-switched',
		operation: intent.operation,
		from: intent.from,
		to: intent.to,
		command: intent.command,
		user: intent.user,
	};
}

/** Brings a begun operation to its end: `current` alone decides whether it is completed or taken back. The mutex must be held. Returns one sentence. */
export async function settleIntent({ disk, layout }: { readonly disk: Disk; readonly layout: Layout }, intent: Intent): Promise<string> {
	const current = await readCurrent(layout);
	if (current.number === intent.to) {
		// The rename may have been seen without being durable yet.
		await disk.syncFolder(layout.home);
		if (!(await hasAuditLine(layout, intent.operation))) {
			await appendDurably(disk, layout, auditLine(intent));
		}

		await removeIntent(disk, layout, intent.operation);
		return `Completed the record of \`${intent.command}\`: generation ${intent.to} is current.`;
	}

	if (intent.type === 'commit') {
		await disk.removeTree(layout.generation(intent.to));
		for (const integrity of intent.artefacts) {
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
