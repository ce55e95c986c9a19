import { type Permission, permissionId, stripToLine, type ToolPlan, type ToolWish } from '../engine/index.ts';
import { plural } from '../format.ts';
import { joinBlocks, paragraphLines, type View } from './layout.ts';

const WISHES: Readonly<Record<ToolWish['what'], string>> = {
	fs: 'reads or writes files',
	env: 'reads environment variables',
	net: 'uses the network',
	process: 'starts other programs, which it cannot here',
	native: 'loads native code, which it cannot here',
};

/** What a person reads before a tool runs for the first time. */
export function toolPlanText(
	{ plan, name, version, bin, level, wishes, grants }: ToolPlan,
	given: readonly Permission[],
	view: View,
): string {
	const others = plan.packages.length - 1;
	const root = plan.packages.find((one) => one.isRoot);
	const reason = root?.verdict.reasons.at(-1)?.text;
	const rights = [...grants.map(({ permission }) => permission), ...given.map(permissionId)].map((one) => stripToLine(one));
	return joinBlocks([
		paragraphLines(
			`${name} ${version}, program ${bin}, level ${level}${others === 0 ? '' : `, with ${plural(others, 'package')} it needs`}`,
			{
				view,
				tone: 'strong',
			},
		),
		[
			...(reason === undefined ? [] : paragraphLines(reason, { view, indent: 2 })),
			...(wishes.length === 0 ? paragraphLines('A look at its code finds nothing that needs a permission.', { view, indent: 2 }) : []),
			...wishes.flatMap(({ what, places }) =>
				paragraphLines(`It ${WISHES[what]}: ${places.map((place) => stripToLine(place)).join(', ')}`, { view, indent: 2 }),
			),
			...paragraphLines(rights.length === 0 ? 'It gets no permission.' : `It gets ${rights.join(', ')}.`, { view, indent: 2 }),
		],
	]);
}

/** The question for one permission that a look at the code suggests. */
export function wishText(permission: string): string {
	const kind = permission.slice(0, permission.indexOf(':'));
	switch (kind) {
		case 'fs.read':
			return 'Let it read files in the folder it is started in? (fs.read:$project/**)';
		case 'fs.write':
			return 'Let it write files in the folder it is started in? (fs.write:$project/**)';
		default:
			return `Let it read the environment variable ${permission.slice(kind.length + 1)}?`;
	}
}
