import { transform } from 'esbuild';

type Built = { readonly code: string; readonly map: string };

/** `await` as callbacks of promises, which a guest can follow: the engine gives no hook into its own waiting. */
export async function writeOutWaiting({ code, map }: Built): Promise<Built> {
	const comment = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}`;
	const result = await transform(`${code}\n${comment}`, {
		loader: 'js',
		sourcefile: '/plugin.js',
		target: 'esnext',
		supported: { 'async-await': false, 'async-generator': false, 'for-await': false },
		tsconfigRaw: '{}',
		sourcemap: 'external',
		sourcesContent: false,
		legalComments: 'none',
		charset: 'utf8',
		logLevel: 'silent',
	});
	return { code: result.code, map: result.map };
}
