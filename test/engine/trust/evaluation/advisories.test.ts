import { describe, expect, it } from 'vitest';
import { advisoryFacts, parseAdvisories } from '../../../../source/engine/trust/index.ts';
import { cvssBaseScore, severityWord } from '../../../../source/engine/trust/evaluation/cvss.ts';

describe('the base score of a CVSS vector', () => {
	it.each([
		['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 9.8, 'critical'],
		['CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H', 9.9, 'critical'],
		['CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H', 7.8, 'high'],
		['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H', 7.5, 'high'],
		['CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1, 'moderate'],
		['CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:L', 3.7, 'low'],
		['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', 0, null],
	])('%s is %d', (vector, score, word) => {
		expect(cvssBaseScore(vector)).toBe(score);
		expect(severityWord(score)).toBe(word);
	});

	it.each([
		'',
		'9.8',
		'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N',
		'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H',
		'CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
		'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:Z/C:H/I:H/A:H',
		'CVSS:3.1/AV:constructor/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
	])('%j has none', (vector) => {
		expect(cvssBaseScore(vector)).toBeNull();
	});
});

describe('the severity of an advisory', () => {
	const factOf = (fields: object) => {
		const affected = [{ package: { ecosystem: 'npm', name: 'paint' }, versions: ['1.0.0'] }];
		const advisories = parseAdvisories({ id: 'GHSA-1', summary: 'Bad paint.', affected, ...fields }) ?? [];
		return advisoryFacts({ id: 'paint@1.0.0', name: 'paint', version: '1.0.0' }, advisories)[0];
	};
	const vector = (score: string, type = 'CVSS_V3') => ({ severity: [{ type, score }] });

	it('is the word of its own database first', () => {
		const told = { ...vector('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'), database_specific: { severity: 'LOW' } };
		expect(factOf(told)).toMatchObject({ severity: 'note', text: 'GHSA-1 (low): Bad paint. No version is known to be free of it.' });
	});

	it('is computed from its CVSS 3 vector where the database says no word', () => {
		expect(factOf(vector('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'))).toMatchObject({ severity: 'danger' });
		expect(factOf(vector('CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:L'))).toMatchObject({ severity: 'note' });
	});

	it('is said to be unknown, and is not taken for harmless, where nothing computes it', () => {
		expect(factOf({})).toMatchObject({ severity: 'caution', text: expect.stringContaining('GHSA-1 (severity unknown)') as string });
		expect(factOf(vector('CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 'CVSS_V4'))).toMatchObject({
			severity: 'caution',
		});
	});
});
