import { describe, expect, it } from 'vitest';
import { decide, flagFor, parseAllowance, quoteWord, readConsentFlags } from '../../source/commands/consent.ts';
import type { Requirement } from '../../source/engine/index.ts';
import { netRequirement, planOf } from './engine-stand-in.ts';

const NOTHING = { positionals: [], flags: {} };

const lowLevel: Requirement = { type: 'lower-level', id: 'level', package: 'a', version: '1.0.0', level: 'known', minimum: 'trusted' };
const moved: Requirement = { type: 'changed-identity', id: 'identity', package: 'a', version: '1.0.0', from: 'us', to: 'them' };
const young: Requirement = { type: 'young-version', id: 'young', package: '@b/c', version: '2.0.0', ageHours: 5.4, minimumHours: 72 };

describe('permissions', () => {
	const plan = planOf({ requirements: [netRequirement('a', 'x.example'), netRequirement('a', 'y.example')] });

	it('are denied when nobody names them', () => {
		expect(answers(plan, {})).toEqual(['deny', 'deny']);
	});

	it('are granted one by one, by plugin and name', () => {
		expect(answers(plan, { allow: ['a=net:y.example'] })).toEqual(['deny', 'accept']);
	});

	it('are granted without naming the plugin when only one asks', () => {
		expect(answers(plan, { allow: ['net:x.example:443'] })).toEqual(['accept', 'deny']);
	});

	it('must name the plugin when several ask', () => {
		const several = planOf({ requirements: [netRequirement('a', 'x.example'), netRequirement('b', 'x.example')] });
		expect(() => answers(several, { allow: ['net:x.example'] })).toThrow(
			expect.objectContaining({ code: 'usage', hint: 'Name one: --allow a=net:x.example:443 or --allow b=net:x.example:443' }),
		);
		expect(answers(several, { allow: ['b=net:x.example'] })).toEqual(['deny', 'accept']);
	});

	it('that the plugin does not ask for are a mistake worth stopping for', () => {
		expect(() => answers(plan, { allow: ['a=net:z.example'] })).toThrow(
			expect.objectContaining({ code: 'usage', hint: 'It asks for: --allow a=net:x.example:443 --allow a=net:y.example:443' }),
		);
	});

	it('for a plugin that asks for nothing in this plan are only a warning, so that a script can run twice', () => {
		const { warnings } = decide(planOf(), readConsentFlags({ positionals: [], flags: { allow: ['a=net:x.example'] } }));
		expect(warnings).toEqual([{ code: 'allow-unused', text: '--allow a=net:x.example grants nothing: nothing in this plan asks for it.' }]);
	});

	it('that carry over from an earlier grant stay granted', () => {
		expect(
			answers(
				planOf({ requirements: [netRequirement('a', 'x.example', 'carried-over'), netRequirement('a', 'y.example', 'widened')] }),
				{},
			),
		).toEqual(['accept', 'deny']);
	});
});

describe('other requirements', () => {
	it('stay undecided until a flag names them', () => {
		const { decisions, undecided } = decide(planOf({ requirements: [lowLevel, moved, young] }), readConsentFlags(NOTHING));
		expect(decisions).toEqual([]);
		expect(undecided.map(({ id }) => id)).toEqual(['level', 'identity', 'young']);
	});

	it.each([
		[lowLevel, { acceptTrust: 'known' }, 0],
		[lowLevel, { acceptTrust: 'unknown' }, 0],
		[lowLevel, { acceptTrust: 'trusted' }, 1],
		[moved, { acceptIdentity: ['a'] }, 0],
		[moved, { acceptIdentity: ['a@1.0.0'] }, 0],
		[moved, { acceptIdentity: ['a@2.0.0'] }, 1],
		[moved, { acceptYoung: ['a'] }, 1],
		[young, { acceptYoung: ['@b/c'] }, 0],
		[young, { acceptYoung: ['c'] }, 1],
	])('%o with %o leaves %i undecided', (requirement, flags, count) => {
		expect(decide(planOf({ requirements: [requirement] }), readConsentFlags({ positionals: [], flags })).undecided).toHaveLength(count);
	});

	it('refuse a level that does not exist', () => {
		expect(() => readConsentFlags({ positionals: [], flags: { acceptTrust: 'great' } })).toThrow(
			expect.objectContaining({ code: 'usage' }),
		);
	});

	it('name the flag to type, and typing it decides them', () => {
		for (const requirement of [lowLevel, moved, young]) {
			const [flag = '', value = ''] = flagFor(requirement).split(' ');
			const key = flag.replace('--', '').replace(/-(.)/, (_, letter: string) => letter.toUpperCase());
			const parsed = { positionals: [], flags: { [key]: key === 'acceptTrust' ? value : [value] } };
			expect(decide(planOf({ requirements: [requirement] }), readConsentFlags(parsed)).undecided, flag).toEqual([]);
		}
	});
});

describe('the words of --allow', () => {
	it.each([
		['net:api.example.com', null, 'net:api.example.com:443'],
		['@a/b=net:api.example.com:8443', '@a/b', 'net:api.example.com:8443'],
		['fs.read:/data/a=b', null, 'fs.read:/data/a=b'],
		['x=fs.read:$project/a=b/**', 'x', 'fs.read:$project/a=b/**'],
		['x=env:HOME', 'x', 'env:HOME'],
	])('%s is read', (typed, plugin, permission) => {
		expect(parseAllowance(typed)).toEqual({ plugin, permission, typed });
	});

	it.each(['all', 'x=all', 'net:', '=net:a.example', 'x=net:*'])('%s is refused', (typed) => {
		expect(() => parseAllowance(typed)).toThrow(expect.objectContaining({ code: 'usage' }));
	});

	it('are quoted for the shell where they must be', () => {
		expect(quoteWord('x=fs.read:$project/logs/**')).toBe("'x=fs.read:$project/logs/**'");
		expect(quoteWord('x=net:a.example:443')).toBe('x=net:a.example:443');
		expect(quoteWord("it's")).toBe(String.raw`'it'\''s'`);
	});
});

function answers(plan: ReturnType<typeof planOf>, flags: Record<string, unknown>) {
	return decide(plan, readConsentFlags({ positionals: [], flags })).decisions.map(({ answer }) => answer);
}
