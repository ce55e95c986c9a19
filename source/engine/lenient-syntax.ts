import type { Options } from 'acorn';

/** Takes what node and bundlers take, so that code is looked at even where a strict reading would refuse it; modules and scripts alike. */
export const LENIENT_SYNTAX = {
	ecmaVersion: 'latest',
	allowReturnOutsideFunction: true,
	allowAwaitOutsideFunction: true,
	allowImportExportEverywhere: true,
	allowSuperOutsideMethod: true,
	allowHashBang: true,
	checkPrivateFields: false,
} satisfies Options;
