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

/** Every scripted command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
	hideResult(search),
	hideResult(info),
	hideResult(resolve),
	hideResult(explain),
	hideResult(evaluate),
	hideResult(install),
	hideResult(update),
	hideResult(remove),
	hideResult(list),
	hideResult(outdated),
	hideResult(review),
	hideResult(why),
	hideResult(run),
	hideResult(start),
	hideResult(ps),
	hideResult(logs),
	hideResult(stop),
	hideResult(reload),
	hideResult(limits),
	hideResult(dev),
	hideResult(test),
	hideResult(x),
	hideResult(permissions),
	hideResult(data),
	hideResult(quarantine),
	hideResult(verify),
	hideResult(auditLog),
	hideResult(history),
	hideResult(diff),
	hideResult(rollback),
	hideResult(switchGeneration),
	hideResult(undo),
	hideResult(redo),
	hideResult(pin),
	hideResult(unpin),
	hideResult(hold),
	hideResult(unhold),
	hideResult(enable),
	hideResult(disable),
	hideResult(override),
	hideResult(profile),
	hideResult(keep),
	hideResult(gc),
	hideResult(cache),
	hideResult(trust),
	hideResult(advisories),
	hideResult(policy),
	hideResult(jobs),
	hideResult(registry),
	hideResult(settings),
	hideResult(doctor),
	hideResult(exportTree),
	hideResult(importHome),
	hideResult(lock),
];

export function findCommand(word: string): Command | null {
	return COMMANDS.find((command) => command.name === word || command.aliases.includes(word)) ?? null;
}
