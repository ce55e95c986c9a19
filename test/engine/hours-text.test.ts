import { expect, test } from 'vitest';
import { hoursText } from '../../source/engine/hours-text.ts';

test.each([
	[0.2, 'less than an hour'],
	[1.9, '1 hour'],
	[2, '2 hours'],
	[48, '2 days'],
	[71.9, '71 hours'],
	[72, '3 days'],
	[300, '12 days'],
])('%s hours are told as %s', (hours, text) => {
	expect(hoursText(hours)).toBe(text);
});
