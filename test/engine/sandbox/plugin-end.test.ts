import { expect, test } from 'vitest';

import { endOfExit } from '../../../source/engine/sandbox/plugin-end.ts';

test.each([
	['isolated-vm', 'SIGABRT', '\n<--- Last few GCs --->\n\n[1:0x1] 20 ms: Mark-Compact\n\nCALL_AND_RETRY_LAST\nis_heap_oom = 1\n'],
	['V8', 'SIGTRAP', '\n#\n# Fatal process out of memory: Zone\n#\n'],
	['node', 'SIGABRT', 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n'],
	['the C++ library', 'SIGABRT', "terminate called after throwing an instance of 'St9bad_alloc'\n  what():  std::bad_alloc\n"],
])('a host that ends itself because %s has no memory ended at a limit', (_, signal, stderr) => {
	expect(endOfExit({ code: null, signal, stderr })).toEqual({ type: 'limit', limit: 'memory' });
});

test.each([
	[{ code: null, signal: 'SIGABRT', stderr: 'Assertion failed\nmore' }, 'by SIGABRT (Assertion failed)'],
	[{ code: null, signal: 'SIGSEGV', stderr: 'std::bad_alloc' }, 'by SIGSEGV (std::bad_alloc)'],
	[{ code: 1, signal: null, stderr: 'is_heap_oom = 1' }, 'with code 1 (is_heap_oom = 1)'],
	[{ code: 0, signal: null, stderr: '' }, 'with code 0'],
])('any other end is a breach and says how: %j', (exit, how) => {
	expect(endOfExit(exit)).toEqual({ type: 'breach', reason: `the host process ended ${how}` });
});
