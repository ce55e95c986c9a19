import { type Command, hideResult } from './command.ts';
import { advisories } from './advisories.ts';
import { auditLog } from './audit-log.ts';
import { cache } from './cache.ts';
import { data } from './data.ts';
import { dev } from './dev.ts';
import { diff } from './diff.ts';
import { doctor } from './doctor.ts';
import { explain } from './explain.ts';
import { gc } from './gc.ts';
import { evaluate } from './evaluate.ts';
import { exportTree } from './export.ts';
import { history } from './history.ts';
import { importHome } from './import.ts';
import { info } from './info.ts';
import { install } from './install.ts';
import { jobs } from './jobs.ts';
import { keep } from './keep.ts';
import { list } from './list.ts';
import { limits } from './limits.ts';
import { lock } from './lock.ts';
import { logs } from './logs.ts';
import { disable, enable, hold, pin, unhold, unpin } from './marks.ts';
import { outdated } from './outdated.ts';
import { override } from './override.ts';
import { permissions } from './permissions.ts';
import { policy } from './policy.ts';
import { profile } from './profile.ts';
import { ps } from './ps.ts';
import { quarantine } from './quarantine.ts';
import { redo } from './redo.ts';
import { reload } from './reload.ts';
import { registry } from './registry.ts';
import { remove } from './remove.ts';
import { review } from './review.ts';
import { resolve } from './resolve.ts';
import { rollback } from './rollback.ts';
import { run } from './run.ts';
import { search } from './search.ts';
import { start } from './start.ts';
import { stop } from './stop.ts';
import { settings } from './settings.ts';
import { switchGeneration } from './switch.ts';
import { test } from './test.ts';
import { trust } from './trust.ts';
import { undo } from './undo.ts';
import { update } from './update.ts';
import { why } from './why.ts';
import { verify } from './verify.ts';
import { x } from './x.ts';

/** Every scripted command under what somebody wants to do with it, in the order of the help. */
export const COMMAND_GROUPS: readonly { readonly title: string; readonly commands: readonly Command[] }[] = [
	{
		title: 'Find and compare',
		commands: [
			hideResult(search),
			hideResult(info),
			hideResult(resolve),
			hideResult(explain),
			hideResult(evaluate),
			hideResult(outdated),
			hideResult(review),
			hideResult(why),
		],
	},
	{
		title: 'Install and change',
		commands: [
			hideResult(install),
			hideResult(update),
			hideResult(remove),
			hideResult(list),
			hideResult(pin),
			hideResult(unpin),
			hideResult(hold),
			hideResult(unhold),
			hideResult(enable),
			hideResult(disable),
			hideResult(override),
			hideResult(lock),
		],
	},
	{
		title: 'Go back',
		commands: [
			hideResult(history),
			hideResult(diff),
			hideResult(rollback),
			hideResult(undo),
			hideResult(redo),
			hideResult(switchGeneration),
			hideResult(profile),
			hideResult(keep),
			hideResult(gc),
		],
	},
	{
		title: 'Run',
		commands: [
			hideResult(run),
			hideResult(x),
			hideResult(start),
			hideResult(ps),
			hideResult(logs),
			hideResult(stop),
			hideResult(reload),
			hideResult(limits),
			hideResult(jobs),
			hideResult(dev),
			hideResult(test),
		],
	},
	{
		title: 'Trust and rights',
		commands: [
			hideResult(trust),
			hideResult(permissions),
			hideResult(policy),
			hideResult(verify),
			hideResult(auditLog),
			hideResult(quarantine),
			hideResult(advisories),
		],
	},
	{
		title: 'Look after',
		commands: [
			hideResult(doctor),
			hideResult(registry),
			hideResult(settings),
			hideResult(cache),
			hideResult(data),
			hideResult(exportTree),
			hideResult(importHome),
		],
	},
];

export const COMMANDS: readonly Command[] = COMMAND_GROUPS.flatMap(({ commands }) => commands);

export function findCommand(word: string): Command | null {
	return COMMANDS.find((command) => command.name === word || command.aliases.includes(word)) ?? null;
}
