import { expect, test } from 'vitest';
import { outputText } from '../../source/commands/output-text.ts';

const view = { columns: 80, hasColour: false, now: 0 };

test('what stands below a title of its own is indented', () => {
	const text = outputText({ total: 2, rows: [{ name: 'a', size: 1 }], deep: { inner: [[1]] }, note: 'first\nsecond' }, view);
	expect(text.split('\n').filter((line) => line !== '')).toEqual([
		'total  2',
		'rows',
		'  name  size',
		'  a        1',
		'deep',
		'  {',
		'    "inner": [',
		'      [',
		'        1',
		'      ]',
		'    ]',
		'  }',
		'note',
		'  first',
		'  second',
	]);
});
